/**
 * Errors of system calls: the class of Deno that fits, or
 * {@linkcode SystemError}, always with `code`, `errno` and `syscall`.
 *
 * @module
 */

import { errnoName } from "./errno.ts";
import { explain } from "./explanations.ts";

/** What every error of a failed system call carries. */
export interface SystemErrorInfo {
  /** C name of the error: "EEXIST". */
  readonly code: string;
  /** Number of the error; it differs between Linux and macOS. */
  readonly errno: number;
  /** The function of libc that failed: "shmget". */
  readonly syscall: string;
}

/**
 * A failed call for whose error number Deno has no class of its own, such as
 * "EINVAL", "ENOMEM" or "ENOSPC".
 *
 * Where Deno has a class (`Deno.errors.NotFound` for "ENOENT", and so on), that
 * one is thrown, with the same fields. {@linkcode isSystemError} tells both.
 *
 * @example Look at the code
 * ```ts
 * import { shmget, SystemError } from "@shmem/shmem";
 *
 * try {
 *   shmget(1, 0, 0o3600);
 * } catch (error) {
 *   if (error instanceof SystemError) console.log(error.code);
 * }
 * ```
 */
export class SystemError extends Error implements SystemErrorInfo {
  /** C name of the error: "EINVAL". */
  readonly code: string;
  /** Number of the error; it differs between Linux and macOS. */
  readonly errno: number;
  /** The function of libc that failed: "shmget". */
  readonly syscall: string;

  /**
   * Makes an error; this library does it for you.
   *
   * @param message What happened and what to do.
   * @param info Name, number and function.
   */
  constructor(message: string, info: SystemErrorInfo) {
    super(message);
    this.name = "SystemError";
    this.code = info.code;
    this.errno = info.errno;
    this.syscall = info.syscall;
  }
}

/**
 * Tells whether a value is the error of a failed system call of this library:
 * a {@linkcode SystemError}, or one of `Deno.errors` with the same fields.
 *
 * @param value Anything that was caught.
 * @returns Whether `code`, `errno` and `syscall` can be read from it.
 *
 * @example Create unless it is there
 * ```ts
 * import { isSystemError, SharedMemory } from "@shmem/shmem";
 *
 * try {
 *   using memory = SharedMemory.open(`/none-${crypto.randomUUID()}`);
 *   memory.unlink();
 * } catch (error) {
 *   if (!isSystemError(error)) throw error;
 *   console.log(error.code, error.syscall); // ENOENT shm_open
 * }
 * ```
 */
export function isSystemError(
  value: unknown,
): value is Error & SystemErrorInfo {
  return value instanceof Error &&
    "code" in value && typeof value.code === "string" &&
    "errno" in value && typeof value.errno === "number" &&
    "syscall" in value && typeof value.syscall === "string";
}

/** Whether a value is the error of a system call with this code. */
export function hasCode(value: unknown, code: string): boolean {
  return isSystemError(value) && value.code === code;
}

/** Error names for which Deno has a class. */
const DENO_CLASSES: Readonly<
  Record<string, new (message?: string) => Error>
> = {
  EACCES: Deno.errors.PermissionDenied,
  EPERM: Deno.errors.PermissionDenied,
  ENOENT: Deno.errors.NotFound,
  EEXIST: Deno.errors.AlreadyExists,
  EBUSY: Deno.errors.Busy,
  EBADF: Deno.errors.BadResource,
  EINTR: Deno.errors.Interrupted,
  EAGAIN: Deno.errors.WouldBlock,
  ETIMEDOUT: Deno.errors.TimedOut,
  EPIPE: Deno.errors.BrokenPipe,
  ENOTDIR: Deno.errors.NotADirectory,
  EISDIR: Deno.errors.IsADirectory,
  ELOOP: Deno.errors.FilesystemLoop,
  ENOSYS: Deno.errors.NotSupported,
  ENOTSUP: Deno.errors.NotSupported,
  EOPNOTSUPP: Deno.errors.NotSupported,
};

/**
 * Makes the error of a failed call.
 *
 * @param call The function of libc that failed; with a colon and what it was
 * for where one does many things: "fcntl:lock".
 * @param errno Its error number.
 * @param act What was tried, with its object: `create segment 0x4d2`.
 * @param hint A way out that fits better than the one of the manual.
 */
export function systemError(
  call: string,
  errno: number,
  act: string,
  hint?: string,
): Error & SystemErrorInfo {
  const code = errnoName(errno);
  const [syscall = call] = call.split(":");
  const { meaning, wayOut, unsupported } = explain(call, code);
  const advice = hint ?? wayOut;
  const message = `Cannot ${act}: ${meaning} (${code} from ${syscall})` +
    (advice === undefined ? "" : `; ${advice}`);
  const info = { code, errno, syscall };
  const DenoClass = unsupported ? Deno.errors.NotSupported : DENO_CLASSES[code];
  if (DenoClass === undefined) return new SystemError(message, info);
  return Object.assign(new DenoClass(message), info);
}

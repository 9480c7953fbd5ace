/**
 * Errors of system calls: the class of Deno that fits, or
 * {@linkcode SystemError}, always with `code`, `errno` and `syscall`.
 *
 * @module
 */

import { errnoName } from "./errno.ts";
import { explain, type Explanation } from "./explanations.ts";

/** What every error of a failed system call carries. */
export interface SystemErrorInfo {
  /** C name of the error: "EEXIST". */
  readonly code: string;
  /** Number of the error; it differs between Linux and macOS. */
  readonly errno: number;
  /** The function of libc that failed: "shmget". */
  readonly syscall: string;
}

/** Only this file has it, so only this file can make a {@linkcode SystemError}. */
const SECRET = Symbol("secret");

/** The errors that this library made. */
const made = new WeakSet<WeakKey>();

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
   * Not for programs: the library makes these errors.
   *
   * @ignore
   */
  constructor(secret: typeof SECRET, message: string, info: SystemErrorInfo) {
    super(message);
    if (secret !== SECRET) {
      throw new TypeError("Cannot make a SystemError: the library does that");
    }
    this.name = "SystemError";
    this.code = info.code;
    this.errno = info.errno;
    this.syscall = info.syscall;
  }
}

/**
 * Returns whether a value is the error of a failed system call of this library:
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
  return typeof value === "object" && value !== null && made.has(value);
}

/** Whether a value is the error of a system call with this code. */
export function hasCode(value: unknown, code: string): boolean {
  return isSystemError(value) && value.code === code;
}

/** Error names for which Deno has a class; a function, because other runtimes have none. */
const denoClasses = (): Readonly<
  Record<string, new (message?: string) => Error>
> => ({
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
});

/**
 * Makes the error of a failed call.
 *
 * @param call The function of libc that failed; with a colon and what it was
 * for where one does many things: "fcntl:lock".
 * @param errno Its error number.
 * @param operation What was tried, with its object: `create segment 0x4d2`.
 * @param hint A remedy that fits better than the one of the manual, or also a
 * meaning.
 */
export function systemError(
  call: string,
  errno: number,
  operation: string,
  hint?: string | Explanation,
): Error & SystemErrorInfo {
  const code = errnoName(errno);
  const [syscall = call] = call.split(":");
  const usual = explain(call, code);
  const { meaning, remedy, unsupported } = typeof hint === "object"
    ? hint
    : usual;
  const advice = typeof hint === "string" ? hint : remedy;
  const message = `Cannot ${operation}: ${meaning} (${code} from ${syscall})` +
    (advice === undefined ? "" : `; ${advice}`);
  const info = { code, errno, syscall };
  const DenoClass = unsupported
    ? Deno.errors.NotSupported
    : denoClasses()[code];
  const error = DenoClass === undefined
    ? new SystemError(SECRET, message, info)
    : Object.assign(new DenoClass(message), info);
  made.add(error);
  return error;
}

/**
 * The calls of System V shared memory under their names in the manual, for
 * people who come from there. Handles are in {@linkcode Segment}.
 *
 * @module
 */

import {
  IPC_CREAT,
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SHM_HUGETLB,
  SHM_INFO,
  SHM_LOCK,
  SHM_NORESERVE,
  SHM_UNLOCK,
} from "../../ffi/platforms/constants.ts";
import { checkI32, checkInteger, describe } from "../../ffi/libc/integers.ts";
import {
  changeSegment,
  getSegment,
  keyOf,
  lockSegment,
  removeSegment,
  type SegmentChanges,
  type SegmentLimits,
  segmentLimits,
  type SegmentStatus,
  segmentStatus,
  type SegmentUsage,
  segmentUsage,
} from "../../ffi/sysv/sysv_shm.ts";
import { checkOffset } from "../checks/checks.ts";
import { refuseUnreserved } from "../checks/huge_pages.ts";
import { mappedRange } from "../mapping/mapped_range.ts";
import type { ReadonlyBytes } from "../views/readonly_bytes.ts";
import { permitPath } from "../checks/sandbox.ts";
import { attach } from "./attach.ts";
import { type AttachOptions, label, readChanges } from "./segment_options.ts";

export type { SegmentLimits, SegmentUsage };

/**
 * Creates a key from a file and a number, so that programs that know the same
 * file find the same segment (`ftok(3)`).
 *
 * Only 8 bits of the number, 8 of the device and 16 of the inode go into it, so
 * two files may well give the same key. Needs Deno's permission to read the path.
 *
 * @param path A path or file URL of a file that exists.
 * @param id A number from 0 to 255, or one character with such a code.
 * @returns The key.
 * @throws {Deno.errors.NotFound} When there is no such file (ENOENT).
 * @throws {Deno.errors.NotCapable} Without `--allow-read` for the path.
 *
 * @example The key of a file
 * ```ts
 * import { ftok } from "@shmem/shmem";
 *
 * const path = await Deno.makeTempFile();
 * console.log(ftok(path, "A").toString(16));
 * await Deno.remove(path);
 * ```
 */
export function ftok(path: string | URL, id: number | string): number {
  const plain = permitPath(path, "read");
  const operation = `make a key of ${JSON.stringify(plain)}`;
  return keyOf(plain, projectId(id), operation);
}

/**
 * Creates or finds a segment (`shmget(2)`).
 *
 * @param key A key from -2^31 to 2^31 - 1, or `IPC_PRIVATE`.
 * @param size Size in bytes; 0 will do for a segment that exists.
 * @param flags `IPC_CREAT`, `IPC_EXCL`, `SHM_HUGETLB`, `SHM_NORESERVE` and
 * permission bits, combined with `|`. Without permission bits nobody may use
 * the segment but root. Default: 0.
 * @returns The identifier of the segment, 0 or more.
 * @throws {Deno.errors.NotFound} When the key has no segment (ENOENT).
 * @throws {Deno.errors.AlreadyExists} With `IPC_EXCL`, when it has one (EEXIST).
 * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
 * @throws {SystemError} When the size does not fit (EINVAL), or above a limit
 * of the system (ENOSPC, ENOMEM).
 *
 * @example Create, attach, write, detach, remove
 * ```ts
 * import {
 *   IPC_CREAT,
 *   IPC_PRIVATE,
 *   IPC_RMID,
 *   shmat,
 *   shmctl,
 *   shmdt,
 *   shmget,
 * } from "@shmem/shmem";
 *
 * const id = shmget(IPC_PRIVATE, 200, IPC_CREAT | 0o600);
 * const memory = shmat(id);
 * memory.set(new TextEncoder().encode("Hello, world."));
 * shmdt(memory);
 * shmctl(id, IPC_RMID);
 * ```
 */
export function shmget(key: number, size: number, flags = 0): number {
  checkI32(key, "key");
  checkOffset(size, "size");
  // The huge page sizes reach into the sign bit, as numbers above or below 0.
  checkInteger(flags, "flags", -0x8000_0000, 0xffff_ffff);
  const unreserved = SHM_HUGETLB | SHM_NORESERVE;
  if ((flags & unreserved) === unreserved) refuseUnreserved();
  const operation = (flags & IPC_CREAT) === 0 ? "find" : "create";
  // -0 is 0, but not to libc's border.
  return getSegment(key || 0, size || 0, flags, `${operation} ${label(key)}`);
}

/**
 * Attaches a segment (`shmat(2)`).
 *
 * @param shmid Identifier from {@linkcode shmget}.
 * @param options Access and address.
 * @returns The memory: with access `"read"` as {@linkcode ReadonlyBytes}, else
 * as `Uint8Array`. Its length is the size that the segment was created with.
 * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
 * @throws {SystemError} When there is no such segment, or the address is taken
 * or not a multiple of the page size (EINVAL).
 *
 * @example Attach the same segment twice
 * ```ts
 * import { Segment, shmat, shmdt } from "@shmem/shmem";
 *
 * using segment = Segment.create({ size: 200, removeOnLastDetach: true });
 * const memory = shmat(segment.id);
 * const readOnly = shmat(segment.id, { access: "read" });
 * memory[0] = 42;
 * console.log(readOnly.at(0)); // 42
 * shmdt(memory);
 * shmdt(readOnly);
 * ```
 */
export function shmat(
  shmid: number,
  options?: AttachOptions & { readonly access?: "read-write" },
): Uint8Array<ArrayBuffer>;
/** Attaches a segment for reading only (`SHM_RDONLY`). */
export function shmat(
  shmid: number,
  options: AttachOptions & { readonly access: "read" },
): ReadonlyBytes;
/** Attaches a segment with an access that is chosen at run time. */
export function shmat(
  shmid: number,
  options: AttachOptions,
): Uint8Array<ArrayBuffer> | ReadonlyBytes;
export function shmat(
  shmid: number,
  options?: AttachOptions,
): Uint8Array<ArrayBuffer> | ReadonlyBytes {
  return attach(checkI32(shmid, "shmid"), options).bytes;
}

/**
 * Detaches a segment (`shmdt(2)`). Every view of the memory is empty from now
 * on; the segment stays.
 *
 * @param memory What {@linkcode shmat} returned.
 * @throws {TypeError} When it is not attached, or only a part of what is, or
 * was transferred to another owner.
 *
 * @example Detach the last user of a segment
 * ```ts
 * import { Segment, shmat, shmdt } from "@shmem/shmem";
 *
 * using segment = Segment.create({ size: 200, removeOnLastDetach: true });
 * const memory = shmat(segment.id);
 * shmdt(memory);
 * console.log(memory.length); // 0
 * ```
 */
export function shmdt(memory: Uint8Array | ReadonlyBytes): void {
  const { mapping, region, byteOffset, byteLength } = mappedRange(
    memory,
    "detach the memory",
  );
  if (region.kind !== "shmat") {
    throw new TypeError(
      "Cannot detach the memory: it is mapped, not attached; use munmap()",
    );
  }
  if (byteOffset !== 0 || byteLength !== region.byteLength) {
    throw new TypeError(
      "Cannot detach the memory: it is a part of what is attached; pass what shmat() returned",
    );
  }
  mapping.unmap();
}

/**
 * Reads the status of a segment (`shmctl(2)`, `IPC_STAT`).
 *
 * @param shmid Identifier of the segment.
 * @param command `IPC_STAT`.
 * @returns Every field of `struct shmid_ds`, in plain names and units.
 * @throws {SystemError} When there is no such segment (EINVAL).
 * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
 *
 * @example Change and read
 * ```ts
 * import { IPC_SET, IPC_STAT, Segment, shmctl } from "@shmem/shmem";
 *
 * using segment = Segment.create({ size: 200, removeOnLastDetach: true });
 * shmctl(segment.id, IPC_SET, { mode: 0o640 });
 * const { size, attachments } = shmctl(segment.id, IPC_STAT);
 * console.log(size, attachments); // 200 1
 * ```
 */
export function shmctl(shmid: number, command: typeof IPC_STAT): SegmentStatus;
/**
 * Changes owner, group or mode of a segment (`IPC_SET`); what is left out stays.
 *
 * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's, the
 * creator's or root's (EPERM).
 */
export function shmctl(
  shmid: number,
  command: typeof IPC_SET,
  changes: SegmentChanges,
): void;
/**
 * Marks a segment for removal (`IPC_RMID`), keeps it out of swap (`SHM_LOCK`),
 * or no longer (`SHM_UNLOCK`).
 *
 * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's, the
 * creator's or root's (EPERM).
 */
export function shmctl(
  shmid: number,
  command: typeof IPC_RMID | typeof SHM_LOCK | typeof SHM_UNLOCK,
): void;
/**
 * Reads how much System V shared memory is in use (`SHM_INFO`); Linux.
 *
 * @param shmid Ignored; 0 by custom.
 */
export function shmctl(shmid: number, command: typeof SHM_INFO): SegmentUsage;
/**
 * Reads the limits of System V shared memory (`IPC_INFO`); Linux.
 *
 * @param shmid Ignored; 0 by custom.
 */
export function shmctl(shmid: number, command: typeof IPC_INFO): SegmentLimits;
export function shmctl(
  shmid: number,
  command: number,
  changes?: SegmentChanges,
): SegmentStatus | SegmentUsage | SegmentLimits | void {
  shmid = checkI32(shmid, "shmid");
  const segment = `segment ${shmid}`;
  switch (command) {
    case IPC_STAT:
      return segmentStatus(shmid, `read the status of ${segment}`);
    case IPC_SET:
      return changeSegment(shmid, readChanges(changes), `change ${segment}`);
    case IPC_RMID:
      return removeSegment(shmid, `remove ${segment}`);
    case SHM_LOCK:
      return lockSegment(shmid, true, `lock ${segment} into memory`);
    case SHM_UNLOCK:
      return lockSegment(shmid, false, `unlock ${segment}`);
    case SHM_INFO:
      return segmentUsage("read the use of segments");
    case IPC_INFO:
      return segmentLimits("read the limits of segments");
    default:
      throw new RangeError(
        `Cannot control ${segment}: there is no command ${describe(command)}`,
      );
  }
}

function projectId(id: number | string): number {
  if (typeof id === "number") return checkInteger(id, "id", 0, 255);
  if (typeof id !== "string") throw wrongId(id, TypeError);
  // A long text is not taken apart: that could take more memory than there is.
  const isCharacter = id.length <= 2 && [...id].length === 1;
  const code = isCharacter ? id.codePointAt(0) : -1;
  if (code !== undefined && code >= 0 && code <= 255) return code;
  throw wrongId(id, RangeError);
}

function wrongId(id: unknown, Wrong: ErrorConstructor): Error {
  return new Wrong(
    `Cannot use id: it must be a number from 0 to 255, or one character with such a code: received ${
      describe(id)
    }`,
  );
}

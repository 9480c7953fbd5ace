/**
 * Pages are reserved before they are used: a full disk or memory is an error then,
 * and the death of the process when it is found out at a touch.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import {
  checkFileLimit,
  holesIn,
  reserveNew,
  reserveRange,
  roomOf,
  truncate,
} from "../../ffi/files/size.ts";
import {
  type FileStatus,
  liesInMemory,
  status,
} from "../../ffi/files/status.ts";
import { availableMemory } from "../../ffi/memory/memory_info.ts";
import { type Access, advise, map } from "../../ffi/memory/mman.ts";
import type { Region } from "../../ffi/memory/region.ts";

/** A file whose pages are reserved. */
export interface Reserved {
  readonly fd: number;
  /** Whether it is open for writing. */
  readonly writable: boolean;
  /** Whether its pages are left unreserved. */
  readonly sparse: boolean;
  /** Whether even reading a hole takes a page, as it does in memory. */
  readonly inMemory: boolean;
  /** Size in bytes of its huge pages. */
  readonly hugePageSize?: number | undefined;
  /** What to do when there is no room for its pages. */
  readonly hintOnFull?: (() => string | undefined) | undefined;
}

/** From this many bytes on it is worth looking whether there is so much memory. */
const LARGE = 2 ** 24;

/** Reserves every page of something new that lies in memory. */
export function reserveAll(
  file: Reserved,
  size: number,
  operation: string,
): void {
  requireMemory(file, size, operation);
  if (reserveNew(file.fd, size, operation, file.hintOnFull)) return;
  // A sandbox forbids it; taking the pages does the same.
  requireRoom(file, size, operation);
  const request = { fd: file.fd, offset: 0, length: size } as const;
  const region = map({ ...request, access: "read-write" }, operation);
  try {
    takePages(region, "populate-write", operation);
  } finally {
    region.release();
  }
}

/**
 * Makes a file longer, and reserves what that adds first: so nobody sees pages that
 * may have to be taken away again. A failure leaves it as it was.
 */
export function grow(
  file: Reserved,
  from: number,
  to: number,
  operation: string,
): void {
  const { fd, writable, sparse, hintOnFull } = file;
  checkFileLimit(to, operation);
  // What may not be lengthened is told by ftruncate, as in its manual.
  if (sparse || !writable) return truncate(fd, to, operation);
  requireMemory(file, to - from, operation);
  try {
    if (!reserveRange(fd, from, to - from, operation, hintOnFull)) {
      requireRoom(file, to - from, operation);
    }
    truncate(fd, to, operation);
  } catch (error) {
    releaseAdded(fd, from, operation);
    throw error;
  }
}

/** ext4 keeps what it had allocated when the room ran out, behind the end. */
function releaseAdded(fd: number, size: number, operation: string): void {
  // Unless someone else has lengthened it meanwhile.
  if (status(fd, operation).size !== size) return;
  try {
    truncate(fd, size, operation);
  } catch {
    // The error that led here tells more.
  }
}

/** What is left to do once a range is mapped. */
export type Populate = "populate-read" | "populate-write" | undefined;

/**
 * Reserves the holes of a range that is about to be mapped.
 *
 * @returns How its pages must be taken once it is mapped, where they could not be
 * reserved before.
 */
export function reserveHoles(
  file: Reserved,
  { size, allocated }: FileStatus,
  access: Access,
  offset: number,
  length: number,
  operation: string,
): Populate {
  if (file.sparse || allocated >= size) return undefined;
  const { fd, writable, hintOnFull } = file;
  const inMemory = file.inMemory || liesInMemory(fd);
  // Private copies take ordinary memory, and holes on a disk read as zeros.
  const touched = inMemory || access === "read-write";
  if (!touched) return undefined;
  const needed = Math.min(length, size - allocated);
  requireMemory({ ...file, inMemory }, needed, operation);
  if (!writable) return "populate-read";
  const free = inMemory ? Infinity : roomOf(fd)?.free ?? Infinity;
  if (needed > free && holesIn(fd, offset, length) > free) {
    // Trying would fill the disk, and only then fail.
    throw full(file, operation, needed, free);
  }
  if (reserveRange(fd, offset, length, operation, hintOnFull)) return undefined;
  return inMemory ? "populate-write" : undefined;
}

/**
 * Takes a page for every hole of mapped memory now, because where there is no room
 * for one the kernel tells by an error here, and by SIGBUS at the first touch.
 */
export function takePages(
  region: Region,
  how: "populate-read" | "populate-write",
  operation: string,
): void {
  try {
    advise(region, 0, region.byteLength, how, operation);
  } catch (error) {
    // Before Linux 5.14 nobody can tell.
    if (hasCode(error, "EINVAL")) return;
    if (error instanceof Deno.errors.NotSupported) return;
    throw error;
  }
}

/** Where only memory is the limit, the kernel kills before it refuses. */
function requireMemory(
  file: Reserved,
  byteLength: number,
  operation: string,
): void {
  const { inMemory, hugePageSize } = file;
  // Ordinary sizes are not worth looking, and huge pages are counted apart.
  if (!inMemory || hugePageSize !== undefined || byteLength < LARGE) return;
  const available = availableMemory();
  if (byteLength <= available) return;
  throw systemError(
    "posix_fallocate",
    errnoNumber("ENOMEM"),
    operation,
    `${available} bytes of memory are available: ask for less, use a file, or, where that is an option, pass \`sparse: true\` for memory of which only a part is used`,
  );
}

/** Compares the room where nothing can be reserved, as on ext2. */
function requireRoom(
  file: Reserved,
  byteLength: number,
  operation: string,
): void {
  const free = roomOf(file.fd)?.free ?? Infinity;
  if (byteLength > free) throw full(file, operation, byteLength, free);
}

function full(
  { hintOnFull }: Reserved,
  operation: string,
  needed: number,
  free: number,
): Error {
  return systemError(
    "fallocate",
    errnoNumber("ENOSPC"),
    operation,
    hintOnFull?.() ??
      `${needed} bytes are needed and ${free} are free: ask for less, free space, or pass \`sparse: true\` and risk SIGBUS on writing`,
  );
}

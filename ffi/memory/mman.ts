/**
 * Mapping memory and files: `sys/mman.h`.
 *
 * @module
 */

import { checkNotMapFailed, checkNotMinusOne } from "../libc/check.ts";
import {
  MAP_PRIVATE,
  MAP_SHARED,
  MS_ASYNC,
  MS_INVALIDATE,
  PROT_READ,
  PROT_WRITE,
} from "../platforms/constants.ts";
import { errnoNumber } from "../errors/errno.ts";
import { describe } from "../libc/integers.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { requireStack } from "../libc/stack_room.ts";
import { platform } from "../platforms/platform.ts";
import { isInStack } from "./stack.ts";
import { Region } from "./region.ts";
import { hugePageBits } from "./huge_pages.ts";
import { countMapping } from "./map_limit.ts";
import { systemError } from "../errors/system_error.ts";

/** What may be done with mapped memory. */
export type Access = "read" | "read-write" | "copy-on-write";

/** Options of {@linkcode map}. */
export interface MapRequest {
  /** What is mapped: an open file, or null for memory without one. */
  readonly fd: number | null;
  /** Where in the file the memory starts, in bytes. */
  readonly offset: number;
  /** How many bytes are asked for. */
  readonly length: number;
  /** What may be done with the memory. */
  readonly access: Access;
  /** Address to map at, a multiple of the page size. */
  readonly address?: bigint | undefined;
  /** Whether another address is a failure. */
  readonly fixed?: boolean | undefined;
  /** Read the pages in at once. */
  readonly populate?: boolean | undefined;
  /** Do not reserve swap space. */
  readonly noReserve?: boolean | undefined;
  /** Size in bytes of the huge pages that the memory is made of. */
  readonly hugePageSize?: number | undefined;
  /** What to do when it fails, if that is clearer than the manual. */
  readonly hint?: string | undefined;
  /** Keep the pages out of swap. */
  readonly lock?: boolean | undefined;
}

/** Size of a page in bytes (`getpagesize(2)`). */
export function pageSize(): number {
  return libc().getpagesize();
}

/**
 * Maps memory (`mmap(2)`). Never over what is mapped already, and never for
 * execution.
 *
 * @param request What to map and how.
 * @param operation What is tried, for the message of an error.
 */
export function map(request: MapRequest, operation: string): Region {
  requireStack("create");
  const { constants, optionalFlags } = platform();
  const { fd, offset, length, access, address, hugePageSize } = request;
  const granule = hugePageSize ?? pageSize();
  // mmap takes whole pages only, so a window starts early and ends late.
  const skip = offset % granule;
  const mappedLength = Math.ceil((skip + length) / granule) * granule;

  const protection = access === "read" ? PROT_READ : PROT_READ | PROT_WRITE;
  let flags = access === "copy-on-write" ? MAP_PRIVATE : MAP_SHARED;
  if (fd === null) flags |= constants.MAP_ANON;
  if (request.fixed) flags |= optionalFlags.MAP_FIXED_NOREPLACE;
  if (request.populate) flags |= optionalFlags.MAP_POPULATE;
  if (request.noReserve) flags |= constants.MAP_NORESERVE;
  if (hugePageSize !== undefined && fd === null) {
    flags |= optionalFlags.MAP_HUGETLB | hugePageBits(hugePageSize);
  }

  countMapping("mmap", operation);
  const wanted = address === undefined
    ? null
    : pointerTo(address, mappedLength, operation);
  const start = checkNotMapFailed(
    libc().mmap(
      wanted,
      BigInt(mappedLength),
      protection,
      flags,
      fd ?? -1,
      BigInt(offset - skip),
    ),
    errnoCell[0],
    "mmap",
    operation,
    request.hint,
  );
  try {
    // Where MAP_FIXED_NOREPLACE is unknown the address is only a wish.
    if (request.fixed && Deno.UnsafePointer.value(start) !== address) {
      throw systemError("mmap", errnoNumber("EEXIST"), operation);
    }
    if (request.lock) {
      const result = libc().mlock(start, BigInt(mappedLength));
      checkNotMinusOne(result, errnoCell[0], "mlock", operation);
    }
    return new Region("mmap", start, mappedLength, skip, length);
  } catch (error) {
    // Nothing has a view of it yet.
    libc().munmap(start, BigInt(mappedLength));
    throw error;
  }
}

export { hugePageBits };

/** Locks attached memory into RAM (`mlock(2)`), or unmaps it and throws. */
export function lock(region: Region, operation: string): void {
  const { start, length } = region.pagesAround(0, region.byteLength);
  const result = libc().mlock(start, length);
  checkNotMinusOne(result, errnoCell[0], "mlock", operation);
}

/** Options of {@linkcode sync}. */
export interface SyncRequest {
  /** Start of the range in bytes. */
  readonly byteOffset: number;
  /** Length of the range in bytes. */
  readonly byteLength: number;
  /** Return before the disk has it. */
  readonly async: boolean;
  /** Make other mappings of the file see it. */
  readonly invalidate: boolean;
}

/** Writes changed pages of a range back to their file (`msync(2)`). */
export function sync(region: Region, request: SyncRequest): void {
  const { byteOffset, byteLength, async, invalidate } = request;
  const flags = (async ? MS_ASYNC : platform().constants.MS_SYNC) |
    (invalidate ? MS_INVALIDATE : 0);
  const { start, length } = region.pagesAround(byteOffset, byteLength);
  const result = libc().msync(start, length, flags);
  checkNotMinusOne(
    result,
    errnoCell[0],
    "msync",
    "write the memory back to its file",
  );
}

/**
 * Tells the kernel how a range will be used (`madvise(2)`).
 *
 * @param advice A key of the platform's advice.
 */
export function advise(
  region: Region,
  byteOffset: number,
  byteLength: number,
  advice: string,
  operation: string,
): void {
  const number = adviceNumber(advice, operation);
  const { start, length } = region.pagesAround(byteOffset, byteLength);
  const result = libc().madvise(start, length, number);
  checkNotMinusOne(result, errnoCell[0], "madvise", operation);
}

/** The same for a range that starts at a page or within its first one. */
export function adviseAt(
  address: bigint,
  byteLength: number,
  advice: string,
  operation: string,
): void {
  const number = adviceNumber(advice, operation);
  const skip = address % BigInt(pageSize());
  const start = Deno.UnsafePointer.create(address - skip);
  const result = libc().madvise(start, BigInt(byteLength) + skip, number);
  checkNotMinusOne(result, errnoCell[0], "madvise", operation);
}

/** Which pages of a region are in memory (`mincore(2)`), one byte for each, 1 or 0. */
export function residentPages(region: Region, operation: string): Uint8Array {
  const { start, length } = region.pagesAround(0, region.byteLength);
  const pages = new Uint8Array(Math.ceil(Number(length) / pageSize()));
  const result = libc().mincore(start, length, pages);
  checkNotMinusOne(result, errnoCell[0], "mincore", operation);
  // The other bits are reserved.
  return pages.map((byte) => byte & 1);
}

/**
 * An address that memory is wanted at.
 *
 * @throws {RangeError} When the stack may grow to there.
 */
export function pointerTo(
  address: bigint,
  byteLength: number,
  operation: string,
): Deno.PointerValue {
  if (isInStack(address, byteLength)) {
    throw new RangeError(
      `Cannot ${operation}: the stack may grow to address 0x${
        address.toString(16)
      }, and would kill the process there; choose another one`,
    );
  }
  return Deno.UnsafePointer.create(address);
}

function adviceNumber(advice: string, operation: string): number {
  const { advice: numbers } = platform();
  const number = Object.hasOwn(numbers, advice) ? numbers[advice] : undefined;
  if (number === undefined) {
    throw new Deno.errors.NotSupported(
      `Cannot ${operation}: ${platform().name} has no advice ${
        describe(advice)
      }`,
    );
  }
  return number;
}

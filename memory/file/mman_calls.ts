/**
 * The calls of `sys/mman.h` under their names in the manual, for people who
 * come from there. Handles are in {@linkcode MappedFile} and
 * {@linkcode SharedMemory}.
 *
 * @module
 */

import { type Access, map, pageSize } from "../../ffi/memory/mman.ts";
import { checkAddress, checkOffset, checkSize } from "../checks/checks.ts";
import { checkFlag, type OptionNames, readOptions } from "../checks/options.ts";
import {
  checkHugePages,
  HUGE_PAGES_HINT,
  type HugePages,
} from "../checks/huge_pages.ts";
import { descriptorOf, MappedFile } from "./mapped_file.ts";
import { mappedRange } from "../mapping/mapped_range.ts";
import { WRAPS } from "../mapping/wrap.ts";
import type { ReadonlyBytes } from "../views/readonly_bytes.ts";
import {
  ACCESSES,
  checkAccess,
  type MappingOptions,
} from "../mapping/access.ts";

/** Options of {@linkcode mmap}. */
export interface MmapOptions extends MappingOptions {
  /**
   * What may be done with the memory: `PROT_READ` or `PROT_READ | PROT_WRITE`,
   * and `MAP_SHARED` or, with `"copy-on-write"`, `MAP_PRIVATE`. Default:
   * `"read"` for a file, `"read-write"` without one.
   */
  readonly access?: Access;
  /** Length in bytes. Default: up to the end of the file; required without one. */
  readonly length?: number;
  /** Where in the file the memory starts, a multiple of the page size. Default: 0. */
  readonly offset?: number;
  /** Address to map at, a multiple of the page size. Default: the system chooses. */
  readonly address?: bigint;
  /**
   * Fail unless it can be mapped at `address` (`MAP_FIXED_NOREPLACE`); what is
   * mapped there is never replaced. Default: false, `address` is a wish.
   */
  readonly fixed?: boolean;
  /** Do not reserve swap space (`MAP_NORESERVE`); not with `hugePages`. Default: false. */
  readonly noReserve?: boolean;
  /** Make it of huge pages (`MAP_HUGETLB`); Linux, without a file. Default: ordinary pages. */
  readonly hugePages?: HugePages;
}

const MMAP_NAMES: OptionNames<MmapOptions> = {
  access: true,
  length: true,
  offset: true,
  address: true,
  fixed: true,
  noReserve: true,
  hugePages: true,
  populate: true,
  lock: true,
};

/**
 * Maps a file, or memory without one, into this process (`mmap(2)`).
 *
 * The file is closed again; the mapping stays until {@linkcode munmap}. Needs
 * Deno's permission to read the path, and to write it with `"read-write"`.
 *
 * @param source A path or file URL of a regular file, or null for memory of
 * this process alone (`MAP_ANONYMOUS`).
 * @param options Window, access and address.
 * @returns The memory: with access `"read"` as {@linkcode ReadonlyBytes}, else
 * as `Uint8Array`.
 * @throws {Deno.errors.NotFound} When there is no such file (ENOENT).
 * @throws {Deno.errors.AlreadyExists} With `fixed`, when something is mapped at
 * the address (EEXIST).
 * @throws {RangeError} When the window does not lie in the file.
 * @throws {SystemError} When the address does not fit (EINVAL), or there is not
 * enough address space (ENOMEM).
 *
 * @example Double a number in a file
 * ```ts
 * import { mmap, munmap } from "@shmem/shmem";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, new Uint8Array([21]));
 * const memory = mmap(path, { access: "read-write" });
 * memory[0]! *= 2;
 * munmap(memory);
 * console.log(await Deno.readFile(path)); // Uint8Array(1) [ 42 ]
 * await Deno.remove(path);
 * ```
 */
export function mmap(
  source: null,
  options: MmapOptions & {
    readonly length: number;
    readonly access?: "read-write" | "copy-on-write";
  },
): Uint8Array<ArrayBuffer>;
/** Maps a file for writing. */
export function mmap(
  source: string | URL,
  options: MmapOptions & { readonly access: "read-write" | "copy-on-write" },
): Uint8Array<ArrayBuffer>;
/** Maps a file for reading only. */
export function mmap(
  source: string | URL,
  options?: MmapOptions & { readonly access?: "read" },
): ReadonlyBytes;
/** Maps with an access that is chosen at run time. */
export function mmap(
  source: string | URL | null,
  options: MmapOptions,
): Uint8Array<ArrayBuffer> | ReadonlyBytes;
export function mmap(
  source: string | URL | null,
  options?: MmapOptions,
): Uint8Array<ArrayBuffer> | ReadonlyBytes {
  const read = readOptions(options, MMAP_NAMES, "map");
  const fixed = checkFlag(read.fixed, "fixed");
  const noReserve = checkFlag(read.noReserve, "noReserve");
  const address = checkAddress(read.address);
  if (fixed && address === undefined) {
    throw new TypeError("Cannot map with `fixed`: it takes an address");
  }
  const placement = { address, fixed, noReserve };
  return source === null
    ? mapAnonymous(read, placement)
    : mapPath(source, read, placement);
}

/**
 * Unmaps memory (`munmap(2)`). Every view of it is empty from now on.
 *
 * @param memory What {@linkcode mmap} returned.
 * @throws {TypeError} When it is not mapped, or only a part of what is, or was
 * transferred to another owner.
 *
 * @example Map memory of this process and unmap it
 * ```ts
 * import { mmap, munmap } from "@shmem/shmem";
 *
 * const memory = mmap(null, { length: 4096 });
 * munmap(memory);
 * console.log(memory.length); // 0
 * ```
 */
export function munmap(memory: Uint8Array | ReadonlyBytes): void {
  const operation = "unmap the memory";
  const { mapping, region, byteOffset, byteLength } = mappedRange(
    memory,
    operation,
  );
  if (region.kind !== "mmap") {
    throw new TypeError(
      `Cannot ${operation}: it is attached, not mapped; use shmdt()`,
    );
  }
  if (byteOffset !== 0 || byteLength !== region.byteLength) {
    throw new TypeError(
      `Cannot ${operation}: it is a part of what is mapped; pass what mmap() returned`,
    );
  }
  mapping.unmap();
}

/** Where {@linkcode mmap} puts memory. */
interface Placement {
  readonly address: bigint | undefined;
  readonly fixed: boolean;
  readonly noReserve: boolean;
}

function mapAnonymous(options: MmapOptions, placement: Placement) {
  const { length, offset, hugePages } = options;
  const populate = checkFlag(options.populate, "populate");
  const lock = checkFlag(options.lock, "lock");
  if (length === undefined || offset !== undefined) {
    throw new TypeError(
      "Cannot map memory without a file: it takes a length, and no offset",
    );
  }
  checkSize(length, "length");
  const access = checkAccess(options.access ?? "read-write", ACCESSES);
  const hugePageSize = hugePages === undefined
    ? undefined
    : checkHugePages(hugePages, length, placement.noReserve);
  const region = map({
    ...placement,
    fd: null,
    offset: 0,
    length,
    access,
    populate,
    lock,
    hugePageSize,
    hint: hugePages === undefined ? undefined : HUGE_PAGES_HINT,
  }, `map ${length} bytes without a file`);
  return WRAPS[access](region).bytes;
}

function mapPath(
  path: string | URL,
  options: MmapOptions,
  placement: Placement,
) {
  const { access = "read", offset = 0 } = options;
  if (options.hugePages !== undefined) {
    throw new TypeError(
      "Cannot map a file with huge pages: they are for memory without a file",
    );
  }
  checkOffset(offset, "offset");
  using file = MappedFile.open(path, { access });
  if (offset % pageSize() !== 0) {
    throw new RangeError(
      `Cannot map the file: the offset must be a multiple of the page size, ${pageSize()}: received ${offset}; MappedFile takes any`,
    );
  }
  return descriptorOf(file).map(access, options, placement).bytes;
}

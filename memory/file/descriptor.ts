/**
 * An open file or object, held by a handle and by the mappings made from it.
 *
 * @module
 */

import {
  checkFileLimit,
  closeDescriptor,
  type FileStatus,
  reserve,
  reserveHoles,
  status,
  truncate,
  tryLockFile,
} from "../../ffi/files/file.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import { availableMemory } from "../../ffi/memory/memory_info.ts";
import {
  type Access,
  advise,
  adviseAt,
  map,
  type MapRequest,
} from "../../ffi/memory/mman.ts";
import type { Region } from "../../ffi/memory/region.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { adviceAct } from "../mapping/advice.ts";
import { checkAddress } from "../checks/checks.ts";
import { type Mapping, WRAPS } from "../mapping/mapping.ts";
import { checkWindow, type WindowOptions } from "../mapping/access.ts";

/** What a {@linkcode Descriptor} is made from. */
export interface DescriptorOptions {
  /** How messages call it: `shared memory "/frames"`. */
  readonly what: string;
  /** Whether it was opened for writing. */
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

/**
 * What is mapped of a file. Plain numbers, no reference to the mapping: one that
 * was forgotten must be found by the leak report.
 */
interface Extent {
  /** Where in the file it ends. */
  readonly end: number;
  /** Where in this process it starts. */
  readonly address: bigint;
  /** How long it is. */
  readonly byteLength: number;
}

/** What this process has mapped of each file, by the file's identity. */
const mappedExtents = new Map<string, Set<Extent>>();

/** A file descriptor that lasts as long as its handle and its mappings. */
export class Descriptor {
  readonly #fd: number;
  readonly #options: DescriptorOptions;
  readonly #extents = new Set<Extent>();
  readonly #closing = new Set<() => void>();
  #users = 1;
  #closed = false;

  /** Takes over an open descriptor. */
  constructor(fd: number, options: DescriptorOptions) {
    this.#fd = fd;
    this.#options = options;
  }

  /** How messages call it. */
  get what(): string {
    return this.#options.what;
  }

  /** Whether the handle was closed. Mappings may hold the descriptor longer. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The descriptor's number, for a call. */
  fd(act: string): number {
    if (this.#closed) {
      throw new Deno.errors.BadResource(
        `Cannot ${act} ${this.#options.what}: it is closed`,
      );
    }
    return this.#fd;
  }

  /** Size, owner and times. */
  status(): FileStatus {
    return status(
      this.fd("read the status of"),
      `read the status of ${this.#options.what}`,
    );
  }

  /**
   * Maps a window.
   *
   * @param placement Where in this process, if that matters.
   */
  map(
    access: Access,
    options: WindowOptions,
    placement: Pick<MapRequest, "address" | "fixed" | "noReserve"> =
      placementOf(options),
  ): Mapping {
    const fd = this.fd("map");
    const { what, hugePageSize } = this.#options;
    const act = `map ${what}`;
    const { size, allocated, device, inode } = this.status();
    const { offset, length } = checkWindow(options, size, what);
    const holes = allocated < size && !this.#options.sparse &&
      !this.#reserve(access, offset, length, act);
    const { populate, lock } = options;
    const request = { fd, offset, length, access, populate, lock };
    const region = map({ ...placement, ...request, hugePageSize }, act);
    if (holes && this.#options.inMemory) this.#fillForReading(region, act);

    const { address, byteLength } = region;
    const extent = { end: offset + length, address, byteLength };
    const identity = `${device}:${inode}`;
    const extents = mappedExtents.get(identity) ?? new Set();
    mappedExtents.set(identity, extents.add(extent));
    this.#extents.add(extent);
    this.#users++;
    return WRAPS[access](region, () => {
      this.#extents.delete(extent);
      extents.delete(extent);
      if (extents.size === 0) mappedExtents.delete(identity);
      this.#release();
    }, { device, inode, offset });
  }

  /** Tells the kernel how all that is mapped through this will be used. */
  advise(advice: string): void {
    this.fd("advise about");
    const act = adviceAct(advice);
    for (const { address, byteLength } of this.#extents) {
      adviseAt(address, byteLength, advice, act);
    }
  }

  /** Sets the size, and reserves the pages that it adds. */
  resize(size: number): void {
    const { what } = this.#options;
    const fd = this.fd("resize");
    const act = `resize ${what} to ${size} bytes`;
    const before = this.status();
    if (size < before.size) {
      this.#requireUnmapped(before, size);
      truncate(fd, size, act);
    } else if (size > before.size) {
      this.grow(before.size, size, act);
    }
  }

  /**
   * Makes it longer. Reserves first, which lengthens it, too: so nobody sees
   * pages that may have to be taken away again.
   */
  grow(from: number, to: number, act: string): void {
    const { sparse, writable, hintOnFull } = this.#options;
    const fd = this.fd("resize");
    checkFileLimit(to, act);
    // What may not be lengthened is told by ftruncate, as in its manual.
    if (!sparse && writable) {
      this.#requireMemory(to - from, act);
      if (reserveHoles(fd, from, to - from, act, hintOnFull)) return;
    }
    truncate(fd, to, act);
  }

  /** Gives something new its size, without reserving its pages. */
  truncate(size: number): void {
    truncate(this.fd("size"), size, `give ${this.what} ${size} bytes`);
  }

  /**
   * Refuses what is no regular file: a device may be the machine's own memory,
   * and a pipe or a directory cannot be mapped.
   */
  requireRegular(): void {
    if (this.status().regular) return;
    throw new TypeError(`Cannot open ${this.what}: it is not a regular file`);
  }

  /** Reserves every page of something new. */
  reserve(size: number): void {
    const { what, hintOnFull } = this.#options;
    const act = `reserve ${size} bytes for ${what}`;
    this.#requireMemory(size, act);
    reserve(this.fd("reserve"), size, act, hintOnFull);
  }

  /** Tries to lock it for everyone who shares this opening. */
  tryLock(kind: "shared" | "exclusive"): boolean {
    return tryLockFile(this.fd("lock"), kind, `lock ${this.#options.what}`);
  }

  /**
   * Calls a function before the handle is closed, while the descriptor is open.
   *
   * @returns A function that takes it back.
   */
  onClose(callback: () => void): () => void {
    this.#closing.add(callback);
    return () => this.#closing.delete(callback);
  }

  /** The descriptor's number, from a function that {@linkcode onClose} calls. */
  openFd(): number {
    return this.#fd;
  }

  /** Lets go of the handle's part. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      for (const callback of this.#closing) callback();
    } finally {
      this.#closing.clear();
      this.#release();
    }
  }

  #release(): void {
    if (--this.#users === 0) closeDescriptor(this.#fd);
  }

  /** Reserves holes ahead of writing; gives whether there is nothing to fear. */
  #reserve(access: Access, offset: number, length: number, act: string) {
    const { writable, inMemory, hintOnFull } = this.#options;
    // Private copies take ordinary memory, and holes on a disk read as zeros.
    if (!inMemory && access !== "read-write") return true;
    if (!writable) return false;
    this.#requireMemory(length, act);
    return reserveHoles(this.#fd, offset, length, act, hintOnFull);
  }

  /**
   * Takes a page for every hole now, because where there is no room for one the
   * kernel tells by an error here, and by SIGBUS at the first touch.
   */
  #fillForReading(region: Region, act: string): void {
    try {
      advise(region, 0, region.byteLength, "populate-read", act);
    } catch (error) {
      // Before Linux 5.14 nobody can tell.
      if (hasCode(error, "EINVAL")) return;
      if (error instanceof Deno.errors.NotSupported) return;
      region.release();
      throw error;
    }
  }

  /** Where only memory is the limit, the kernel kills before it refuses. */
  #requireMemory(byteLength: number, act: string): void {
    const { inMemory, hugePageSize } = this.#options;
    // Ordinary sizes are not worth looking, and huge pages are counted apart.
    if (!inMemory || hugePageSize !== undefined || byteLength < LARGE) return;
    const available = availableMemory();
    if (byteLength <= available) return;
    throw systemError(
      "posix_fallocate",
      errnoNumber("ENOMEM"),
      act,
      `${available} bytes of memory could be had: ask for less, use MappedFile, or pass \`sparse: true\` for memory of which only a part is used`,
    );
  }

  #requireUnmapped({ device, inode }: FileStatus, size: number): void {
    const extents = mappedExtents.get(`${device}:${inode}`) ?? [];
    const end = Math.max(0, ...[...extents].map((extent) => extent.end));
    if (end <= size) return;
    throw new Deno.errors.Busy(
      `Cannot resize ${this.#options.what} to ${size} bytes: a mapping of this process reaches to byte ${end}, and touching it behind the new end would kill the process; unmap it first`,
    );
  }
}

/** An address that a handle is given is meant, not wished for. */
function placementOf(
  options: WindowOptions,
): Pick<MapRequest, "address" | "fixed"> {
  const address = checkAddress(options.address);
  return { address, fixed: address !== undefined };
}

/**
 * An open file or object, held by a handle and, where that keeps it in use, by the
 * mappings made from it.
 *
 * @module
 */

import { closeDescriptor } from "../../ffi/files/open.ts";
import { unlockAll } from "../../ffi/files/range_lock.ts";
import { truncate } from "../../ffi/files/size.ts";
import { type FileStatus, status } from "../../ffi/files/status.ts";
import { tryLockFile } from "../../ffi/files/whole_lock.ts";
import { requireStack } from "../../ffi/libc/stack_room.ts";
import {
  type Access,
  adviseAt,
  map,
  type MapRequest,
} from "../../ffi/memory/mman.ts";
import { checkAddress } from "../checks/checks.ts";
import { checkFlag } from "../checks/options.ts";
import { checkWindow, type WindowOptions } from "../mapping/access.ts";
import { adviceOperation } from "../mapping/advice.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { WRAPS } from "../mapping/wrap.ts";
import { atUnload } from "../mapping/unload.ts";
import { addExtent, type Extent, requireUnmapped } from "./extents.ts";
import {
  grow,
  reserveAll,
  type Reserved,
  reserveHoles,
  takePages,
} from "./reservation.ts";

/** What a {@linkcode Descriptor} is made from. */
export interface DescriptorOptions extends Omit<Reserved, "fd"> {
  /** How messages call it: `shared memory "/frames"`. */
  readonly what: string;
}

/** A file descriptor that lasts as long as its handle, and what that shares it with. */
export class Descriptor {
  readonly #fd: number;
  readonly #options: DescriptorOptions;
  readonly #file: Reserved;
  readonly #extents = new Set<Extent>();
  readonly #closing = new Set<() => void>();
  readonly #forget: () => void;
  #users = 1;
  #closed = false;
  #hasLocks = false;

  /** Takes over an open descriptor. */
  constructor(fd: number, options: DescriptorOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#file = { ...options, fd };
    // A program that is started again in the same process must find it closed.
    this.#forget = atUnload(() => {
      this.close();
      if (this.#users > 0) closeDescriptor(this.#fd);
      this.#users = 0;
    });
  }

  /** How messages call it. */
  get what(): string {
    return this.#options.what;
  }

  /** Whether the handle was closed. Mappings may hold the descriptor longer. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether it is open for writing. */
  get writable(): boolean {
    return this.#file.writable;
  }

  /** The descriptor's number, for a call. */
  fd(operation: string): number {
    if (this.#closed) {
      throw new Deno.errors.BadResource(
        `Cannot ${operation} ${this.#options.what}: it is closed`,
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
   * @param options Read once already: nothing of the caller runs from here on.
   * @param placement Where in this process, if that matters.
   */
  map(
    access: Access,
    options: WindowOptions,
    placement: Pick<MapRequest, "address" | "fixed" | "noReserve"> =
      placementOf(options),
  ): Mapping {
    const fd = this.fd("map");
    const { what, hugePageSize, inMemory } = this.#options;
    const operation = `map ${what}`;
    const populate = checkFlag(options.populate, "populate");
    const lock = checkFlag(options.lock, "lock");
    const found = this.status();
    const { offset, length } = checkWindow(options, found.size, what);
    const left = reserveHoles(
      this.#file,
      found,
      access,
      offset,
      length,
      operation,
    );
    const request = { fd, offset, length, access, populate, lock };
    const region = map({ ...placement, ...request, hugePageSize }, operation);
    try {
      if (left !== undefined) takePages(region, left, operation);
    } catch (error) {
      region.release();
      throw error;
    }
    const { address, byteLength } = region;
    const extent = { end: offset + length, address, byteLength };
    const removeExtent = addExtent(found, extent);
    this.#extents.add(extent);
    // The lock that says "in use" goes with the descriptor; a file has none.
    if (inMemory) this.#users++;
    return WRAPS[access](region, () => {
      this.#extents.delete(extent);
      removeExtent();
      if (inMemory) this.#release();
    }, { device: found.device, inode: found.inode, offset });
  }

  /** Tells the kernel how all that is mapped through this will be used. */
  advise(advice: string): void {
    this.fd("advise about");
    const operation = adviceOperation(advice);
    for (const { address, byteLength } of this.#extents) {
      adviseAt(address, byteLength, advice, operation);
    }
  }

  /** Sets the size, and reserves the pages that it adds. */
  resize(size: number): void {
    const { what } = this.#options;
    const fd = this.fd("resize");
    const operation = `resize ${what} to ${size} bytes`;
    const before = this.status();
    if (size < before.size) {
      requireUnmapped(before, size, what);
      truncate(fd, size, operation);
    } else if (size > before.size) {
      grow(this.#file, before.size, size, operation);
    }
  }

  /** Sets the size of something empty, with its pages reserved. */
  grow(size: number, operation: string): void {
    this.fd("size");
    grow(this.#file, 0, size, operation);
  }

  /** Sets the size of something new, without reserving its pages. */
  truncate(size: number): void {
    truncate(this.fd("size"), size, `give ${this.what} ${size} bytes`);
  }

  /**
   * Refuses what is no regular file: a device may be the machine's own memory,
   * and a FIFO or a directory cannot be mapped.
   */
  requireRegular(): void {
    const { regular, kind } = this.status();
    if (regular) return;
    throw new TypeError(
      `Cannot open ${this.what}: it is not a regular file but ${kind}; choose another name or path`,
    );
  }

  /** Reserves every page of something new. */
  reserve(size: number): void {
    const { what } = this.#options;
    this.fd("reserve");
    reserveAll(this.#file, size, `reserve ${size} bytes for ${what}`);
  }

  /** Tries to lock it for everyone who shares this opening. */
  tryLock(kind: "shared" | "exclusive"): boolean {
    return tryLockFile(this.fd("lock"), kind, `lock ${this.#options.what}`);
  }

  /**
   * Notes that ranges are locked through it. They are released when it is closed, and
   * not only by that: a program that this process is starting has what it inherited
   * until it runs, and so would keep the locks.
   */
  noteLocks(): void {
    this.#hasLocks = true;
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

  /** Closes the handle's part. */
  close(): void {
    if (this.#closed) return;
    requireStack("close");
    this.#closed = true;
    try {
      for (const callback of this.#closing) callback();
    } finally {
      this.#closing.clear();
      this.#release();
    }
  }

  #release(): void {
    // Not again behind `unload`: the number may be another file's by then.
    if (this.#users === 0 || --this.#users > 0) return;
    this.#forget();
    if (this.#hasLocks) unlockAll(this.#fd);
    closeDescriptor(this.#fd);
  }
}

/** An address that a handle is given is meant, not wished for. */
function placementOf(
  options: WindowOptions,
): Pick<MapRequest, "address" | "fixed"> {
  const address = checkAddress(options.address);
  return { address, fixed: address !== undefined };
}

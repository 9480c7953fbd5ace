/**
 * A range of memory that libc mapped, with the one ArrayBuffer over it.
 *
 * @module
 */

import { checkNotMinusOne } from "../libc/check.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { bufferByteLength, canDetach, detach, isDetached } from "./builtins.ts";

/**
 * Where in the mapping the buffer starts is a multiple of this, so that typed
 * arrays over the buffer are aligned in memory whenever JavaScript finds them
 * aligned in the buffer: unaligned atomics fault on aarch64.
 */
const ALIGNMENT = 8;

/** How a region was made, which tells how it goes. */
export type RegionKind = "mmap" | "shmat";

/** Memory that libc mapped, until {@linkcode Region.release}. */
export class Region {
  /** Which call made it. */
  readonly kind: RegionKind;
  /** The buffer over the memory. It may start up to 7 bytes early. */
  readonly buffer: ArrayBuffer;
  /** Where the memory that was asked for starts in {@linkcode Region.buffer}. */
  readonly byteOffset: number;
  /** Length in bytes that was asked for. */
  readonly byteLength: number;
  /** Address of the first byte, for showing. */
  readonly address: bigint;

  readonly #start: Deno.PointerObject;
  readonly #mappedLength: number;
  #released = false;

  /**
   * Takes over a mapping.
   *
   * @param kind Which call made it.
   * @param start What that call returned.
   * @param mappedLength How much it mapped, in bytes.
   * @param skip How many bytes at the start were not asked for.
   * @param byteLength How many bytes were asked for.
   */
  constructor(
    kind: RegionKind,
    start: Deno.PointerObject,
    mappedLength: number,
    skip: number,
    byteLength: number,
  ) {
    this.kind = kind;
    this.#start = start;
    this.#mappedLength = mappedLength;
    this.byteOffset = skip % ALIGNMENT;
    this.byteLength = byteLength;
    this.buffer = Deno.UnsafePointerView.getArrayBuffer(
      start,
      this.byteOffset + byteLength,
      skip - this.byteOffset,
    );
    this.address = Deno.UnsafePointer.value(start) + BigInt(skip);
  }

  /** Whether the memory was unmapped. */
  get released(): boolean {
    return this.#released;
  }

  /** Whether the buffer was transferred to another owner, who may still use it. */
  get transferred(): boolean {
    return !this.#released && isDetached(this.buffer);
  }

  /** The address of a byte, counted from the first one asked for. */
  pointerAt(byteOffset: number): Deno.PointerObject {
    const base = Deno.UnsafePointer.value(this.#start);
    const distance = Number(this.address - base) + byteOffset;
    const pointer = Deno.UnsafePointer.offset(this.#start, distance);
    if (pointer === null) throw new Error("Cannot use address 0");
    return pointer;
  }

  /**
   * A range of this memory, for a function of libc that takes whole pages.
   *
   * @param byteOffset Start of the range, from the first byte asked for. It is
   * rounded down to a page.
   * @param byteLength Length of the range in bytes.
   */
  pagesAround(
    byteOffset: number,
    byteLength: number,
  ): { start: Deno.PointerValue; length: bigint } {
    const pageSize = libc().getpagesize();
    const base = Deno.UnsafePointer.value(this.#start);
    const from = Number(this.address - base) + byteOffset;
    const pageStart = from - from % pageSize;
    return {
      start: Deno.UnsafePointer.offset(this.#start, pageStart),
      length: BigInt(from - pageStart + byteLength),
    };
  }

  /**
   * Why the memory cannot be unmapped; nothing when it can.
   *
   * Its views must be detached first, and what does that may have been replaced
   * before this library was imported.
   */
  get stuck(): string | undefined {
    if (this.transferred) {
      return "their buffer was transferred to another owner, which may still use it; they stay mapped until the process ends";
    }
    if (!canDetach) {
      return "ArrayBuffer.prototype.transfer was replaced before this library was imported, so their views cannot be detached; import this library first";
    }
    return undefined;
  }

  /**
   * Detaches the buffer, so that every view of it becomes empty, and gives the
   * memory back. In this order: no view may outlive the memory.
   *
   * A caller makes sure that it is not {@linkcode Region.stuck}.
   */
  release(): void {
    if (this.#released) return;
    detach(this.buffer);
    if (bufferByteLength(this.buffer) !== 0) {
      throw new Error("Cannot unmap the memory: its views are still there");
    }
    this.#released = true;
    if (this.kind === "shmat") {
      const result = libc().shmdt(this.#start);
      checkNotMinusOne(result, errnoCell[0], "shmdt", "detach the segment");
    } else {
      const result = libc().munmap(this.#start, BigInt(this.#mappedLength));
      checkNotMinusOne(result, errnoCell[0], "munmap", "unmap the memory");
    }
  }
}

/**
 * The piece of shared memory that a lock or counter lies in.
 *
 * @module
 */

import { type Word, wordAt } from "../../ffi/sync/futex.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import type { Region } from "../../ffi/memory/region.ts";
import { mappedRange } from "../../memory/mapping/mapped_range.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import {
  type Neighbourhood,
  neighbourhoodOf,
  type Place,
} from "./neighbourhood.ts";

/** What a kind of block is like. */
export interface BlockKind {
  /** How messages call it: "mutex". */
  readonly name: string;
  /** Length in bytes. */
  readonly byteLength: number;
  /** What its offset must be a multiple of, in memory. */
  readonly alignment: number;
}

/** A block of mapped memory, checked and ready to be used as words. */
export class Block {
  /** The mapping that it lies in. */
  readonly mapping: Mapping;
  /** Its bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as 32-bit words. */
  readonly words: Int32Array<ArrayBuffer>;
  /** The memory that it lies in. */
  readonly region: Region;
  /** Where in that memory, in bytes. */
  readonly offset: number;
  /** What else lies in the mapping. */
  readonly neighbourhood: Neighbourhood;
  readonly #kind: BlockKind;
  readonly #operation: string;
  #place: Place | undefined;

  /**
   * Checks where a block is to lie.
   *
   * @param kind What it is.
   * @param memory Mapped memory, writable.
   * @param byteOffset Where in `memory` it starts.
   * @param operation What it is for: "create".
   */
  constructor(
    kind: BlockKind,
    memory: Uint8Array,
    byteOffset: number,
    operation: string,
  ) {
    const { name, byteLength, alignment } = kind;
    const what = `${operation} ${name}`;
    const range = mappedRange(memory, what);
    if (range.mapping.access !== "read-write") {
      throw new TypeError(
        `Cannot ${what}: it takes memory that others see and that can be written: this is mapped with access ${
          JSON.stringify(range.mapping.access)
        }`,
      );
    }
    checkInteger(byteOffset, "byteOffset", 0, Number.MAX_SAFE_INTEGER);
    if (byteOffset + byteLength > range.byteLength) {
      throw new RangeError(
        `Cannot ${what}: it takes ${byteLength} bytes from offset ${byteOffset} on, and the memory has ${range.byteLength}`,
      );
    }
    const { region, mapping } = range;
    const offset = range.byteOffset + byteOffset;
    const absolute = region.byteOffset + offset;
    if (absolute % alignment !== 0) {
      throw new RangeError(
        `Cannot ${what}: it must lie at a multiple of ${alignment} bytes: received offset ${byteOffset}`,
      );
    }
    this.mapping = mapping;
    this.bytes = new Uint8Array(region.buffer, absolute, byteLength);
    this.words = new Int32Array(region.buffer, absolute, byteLength / 4);
    this.region = region;
    this.offset = offset;
    this.neighbourhood = neighbourhoodOf(mapping);
    this.#kind = kind;
    this.#operation = what;
  }

  /**
   * Has the block to itself, together with others of its kind at this place.
   *
   * @throws {RangeError} When it overlaps another one that this process uses.
   */
  claim(): Place {
    const { name, byteLength } = this.#kind;
    return this.#place ??= this.neighbourhood.claim(
      name,
      this.offset,
      byteLength,
      this.#operation,
    );
  }

  /** One of its words, to sleep on. */
  word(index: number): Word {
    return wordAt(this.region, this.offset + 4 * index);
  }

  /** Whether the memory is gone, or has another owner. */
  get closed(): boolean {
    return this.bytes.length === 0;
  }

  /** Throws when the memory is gone. */
  requireOpen(operation: string): void {
    if (!this.closed) return;
    throw new Deno.errors.BadResource(
      `Cannot ${operation}: its memory was unmapped, or transferred to another owner`,
    );
  }
}

/** The word that four letters are in memory. */
export function magicOf(letters: string): number {
  const bytes = new TextEncoder().encode(letters);
  return new DataView(bytes.buffer).getInt32(0, true);
}

/** Throws unless a block starts with its magic word. */
export function checkMagic(block: Block, magic: number, name: string): void {
  if (Atomics.load(block.words, 0) === magic) return;
  throw new TypeError(
    `Cannot open ${name}: there is none at this place; one process makes it with create()`,
  );
}

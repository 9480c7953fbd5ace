import { HeldSource } from "../../channel/buffers/held_source.ts";
import { isPlainEnough } from "../../channel/buffers/store_order.ts";
import { byteLengthOf, isBytes } from "../../channel/buffers/typed_arrays.ts";
import { describe } from "../../memory/checks/integers.ts";
import type { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import type { StoreObject } from "../object/store_object.ts";
import type { LatestInfo, LatestValue } from "./latest_options.ts";
import {
  LENGTH,
  NEWEST,
  NUMBER,
  type Slots,
  STATE,
  VALUE,
} from "./latest_layout.ts";

const TWO_32 = 2 ** 32;
/** How often a read is repeated because the writer overtook it. */
const TRIES = 1000;
/** The same where a handler works in place. */
const VIEWS = 100;
/**
 * Of so many looks at the newest number, a power of two, one is atomic: no compiler
 * may take that one from an earlier turn of a loop.
 */
const LOOKS = 16;
/** Where the value is in a slot, in 64-bit words. */
const VALUE_LONG = VALUE / 8;
/** A word of this thread alone, to order loads with. */
const order = new Int32Array(1);

/** The side of a `Latest` that reads. */
export class LatestReader {
  readonly #object: StoreObject;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  /** The same once more, so that no compiler takes a second look for the first. */
  readonly #again: Int32Array<ArrayBuffer>;
  readonly #longs: BigInt64Array<ArrayBuffer>;
  readonly #readable: ReadonlyBytes;
  /** Whether plain loads keep their order, see `store_order.ts`. */
  readonly #inOrder: boolean;
  readonly #capacity: number;
  // Of the slots, in 64-bit words.
  readonly #first: number;
  readonly #stride: number;
  readonly #mask: number;
  /** What is read into again and again, by its 64-bit words. */
  readonly #target = new HeldSource(Infinity);
  #looks = 0;
  // The number of the value that was read last, by its halves: as one number it
  // would be no small integer, and take memory for each value.
  #lastLow = 0;
  #lastHigh = 0;
  // What the last look at a slot found.
  #newest = 0;
  #slot = 0;
  #number = 0;
  #length = 0;

  constructor(
    object: StoreObject,
    bytes: Uint8Array<ArrayBuffer>,
    readable: ReadonlyBytes,
    slots: Slots,
  ) {
    this.#object = object;
    this.#bytes = bytes;
    const { buffer, byteOffset } = bytes;
    this.#words = new Int32Array(buffer, byteOffset, slots.size / 4);
    this.#again = new Int32Array(buffer, byteOffset, slots.size / 4);
    this.#longs = new BigInt64Array(buffer, byteOffset, slots.size / 8);
    this.#readable = readable;
    this.#inOrder = isPlainEnough({});
    this.#capacity = slots.capacity;
    this.#first = slots.start / 8;
    this.#stride = slots.stride / 8;
    this.#mask = slots.count - 1;
  }

  /** The low bits of the number of the value that was read last. */
  get seen(): number {
    return this.#lastLow;
  }

  /** Whether there is a value that was not read. */
  get hasNew(): boolean {
    this.#requireOpen();
    const newest = Atomics.load(this.#words, NEWEST);
    return newest !== 0 && newest !== this.seen;
  }

  /** Copies the newest value. */
  read(): LatestValue | null {
    this.#requireOpen();
    for (let tries = TRIES; tries > 0; tries--) {
      if (!this.#look()) {
        if (this.#newest === 0) return null;
        continue;
      }
      const start = this.#slot * 8 + VALUE;
      const bytes = this.#bytes.slice(start, start + this.#length);
      if (!this.#stillWhole()) continue;
      const { number, skipped } = this.#took();
      return { bytes, number, skipped };
    }
    throw this.#overtaken(TRIES);
  }

  /** Copies the newest value into memory of the caller. */
  readInto(target: Uint8Array): number | null {
    const held = this.#target;
    if (target === held.source && held.tail === undefined && this.#inOrder) {
      const length = this.#readWords(held.longs);
      if (length >= 0) return length;
    }
    return this.#readOnce(target);
  }

  /** The same, once more, for what was not read into just before. */
  #readOnce(target: Uint8Array): number | null {
    this.#requireOpen();
    if (!isBytes(target)) {
      throw new TypeError(
        `Cannot read ${this.#object.what}: the target must be a Uint8Array: received ${
          describe(target)
        }`,
      );
    }
    for (let tries = TRIES; tries > 0; tries--) {
      if (!this.#look()) {
        if (this.#newest === 0) return null;
        continue;
      }
      const length = this.#length;
      const start = this.#slot * 8 + VALUE;
      const room = byteLengthOf(target);
      const fits = length <= room;
      if (fits) target.set(this.#bytes.subarray(start, start + length));
      if (!this.#stillWhole()) continue;
      if (!fits) {
        throw new RangeError(
          `Cannot read ${this.#object.what}: the value has ${length} bytes, and the target has room for ${room}`,
        );
      }
      this.#took();
      if (this.#inOrder) this.#target.remember(target);
      return length;
    }
    throw this.#overtaken(TRIES);
  }

  /** Calls a handler with the newest value, in place. */
  view<Result>(
    handler: (bytes: ReadonlyBytes, info: LatestInfo) => Result,
  ): Result | null {
    this.#requireOpen();
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot view ${this.#object.what}: it takes a function: received ${
          describe(handler)
        }`,
      );
    }
    let views = 0;
    for (let tries = TRIES; tries > 0 && views < VIEWS; tries--) {
      if (!this.#look()) {
        if (this.#newest === 0) return null;
        continue;
      }
      views++;
      const [newest, from, number] = [this.#newest, this.#slot, this.#number];
      const start = from * 8 + VALUE;
      const bytes = this.#readable.subarray(start, start + this.#length);
      const info = { number, skipped: this.#skippedBefore(number) };
      let result: Result;
      try {
        result = handler(bytes, info);
      } catch (error) {
        // What was torn may have misled it.
        this.#requireOpen();
        if (this.#isWhole(newest, from)) throw error;
        continue;
      }
      this.#requireOpen();
      if (!this.#isWhole(newest, from)) continue;
      this.#number = number;
      this.#took();
      return result;
    }
    throw this.#overtaken(views);
  }

  /**
   * Copies the newest value by words: one try, in one piece.
   *
   * @returns Its length; -1 when this is no way to read it, or it was not whole.
   */
  #readWords(to: BigInt64Array): number {
    const words = this.#words;
    const longs = this.#longs;
    if (words.length === 0) return -1; // It is closed.
    const newest = this.#lookForNewest();
    const slot = this.#first + (newest & this.#mask) * this.#stride;
    const word = slot * 2;
    const state = newest << 1;
    if (newest === 0 || words[word + STATE] !== state) return -1;
    const length = words[word + LENGTH]!;
    const count = length >> 3;
    const high = words[word + NUMBER + 1]!;
    if (
      count << 3 !== length || count > to.length || length > this.#capacity ||
      count < 0 || words[word + LENGTH + 1] !== 0 ||
      words[word + NUMBER] !== newest
    ) return -1;
    const from = slot + VALUE_LONG;
    for (let i = 0; i < count; i++) to[i] = longs[from + i]!;
    if (this.#again[word + STATE] !== state) return -1;
    this.#lastLow = newest;
    this.#lastHigh = high;
    return length;
  }

  /** Finds the newest value; false when it is being overwritten already. */
  #look(): boolean {
    const words = this.#words;
    const newest = this.#lookForNewest();
    this.#newest = newest;
    if (newest === 0) return false;
    const slot = this.#first + (newest & this.#mask) * this.#stride;
    const word = slot * 2;
    const state = this.#inOrder
      ? words[word + STATE]
      : Atomics.load(words, word + STATE);
    if (state !== (newest << 1)) return false;
    const number = (words[word + NUMBER]! >>> 0) +
      (words[word + NUMBER + 1]! >>> 0) * TWO_32;
    const length = (words[word + LENGTH]! >>> 0) +
      (words[word + LENGTH + 1]! >>> 0) * TWO_32;
    // Anything may stand there: a writer overtakes, or another program errs.
    if (length > this.#capacity || (number | 0) !== newest) return false;
    this.#slot = slot;
    this.#number = number;
    this.#length = length;
    return true;
  }

  #lookForNewest(): number {
    const words = this.#words;
    const looks = this.#looks = (this.#looks + 1) & (LOOKS - 1);
    return this.#inOrder && looks !== 0
      ? words[NEWEST]!
      : Atomics.load(words, NEWEST);
  }

  #stillWhole(): boolean {
    return this.#isWhole(this.#newest, this.#slot);
  }

  #isWhole(newest: number, slot: number): boolean {
    const state = slot * 2 + STATE;
    if (this.#inOrder) return this.#again[state] === (newest << 1);
    // The loads of the copy must be over before the state is loaded: on weakly
    // ordered processors only this store, then that load, makes sure.
    Atomics.store(order, 0, 0);
    return Atomics.load(this.#words, state) === (newest << 1);
  }

  #took(): LatestInfo {
    const number = this.#number;
    const skipped = this.#skippedBefore(number);
    this.#lastLow = number | 0;
    this.#lastHigh = (number / TWO_32) | 0;
    return { number, skipped };
  }

  #skippedBefore(number: number): number {
    const last = (this.#lastHigh >>> 0) * TWO_32 + (this.#lastLow >>> 0);
    // Another writer may have begun to count again in a damaged object.
    return Math.max(0, number - last - 1);
  }

  #requireOpen(): void {
    if (this.#words.length === 0) this.#object.requireOpen("read");
  }

  #overtaken(tries: number): Error {
    const { what } = this.#object;
    // No process writes, and still it is not whole: it never will be.
    const before = Atomics.load(this.#words, NEWEST);
    if (!this.#look() && before === this.#newest) {
      return new Deno.errors.InvalidData(
        `Cannot read ${what}: its newest value is not whole; another program has overwritten it, and the next write repairs it`,
      );
    }
    return new Deno.errors.Busy(
      `Cannot read ${what}: the writer overtook it ${tries} times; create it with more slots`,
    );
  }
}

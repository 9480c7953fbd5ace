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
/** A word of this thread alone, to order loads with. */
const order = new Int32Array(1);

/** The side of a `Latest` that reads. */
export class LatestReader {
  readonly #object: StoreObject;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #readable: ReadonlyBytes;
  readonly #slots: Slots;
  /** The number of the value that was read last. */
  #last = 0;
  // What the last look at a slot found.
  #newest = 0;
  #start = 0;
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
    this.#words = new Int32Array(
      bytes.buffer,
      bytes.byteOffset,
      slots.size / 4,
    );
    this.#readable = readable;
    this.#slots = slots;
  }

  /** The low bits of the number of the value that was read last. */
  get seen(): number {
    return this.#last | 0;
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
      const start = this.#start + VALUE;
      const bytes = this.#bytes.slice(start, start + this.#length);
      if (!this.#stillWhole()) continue;
      const { number, skipped } = this.#took();
      return { bytes, number, skipped };
    }
    throw this.#overtaken(TRIES);
  }

  /** Copies the newest value into memory of the caller. */
  readInto(target: Uint8Array): number | null {
    this.#requireOpen();
    if (!(target instanceof Uint8Array)) {
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
      const fits = length <= target.byteLength;
      if (fits) {
        const start = this.#start + VALUE;
        target.set(this.#bytes.subarray(start, start + length));
      }
      if (!this.#stillWhole()) continue;
      if (!fits) {
        throw new RangeError(
          `Cannot read ${this.#object.what}: the value has ${length} bytes, and the target has room for ${target.byteLength}`,
        );
      }
      this.#last = this.#number;
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
      const [newest, from, number] = [this.#newest, this.#start, this.#number];
      const start = from + VALUE;
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
      this.#last = number;
      return result;
    }
    throw this.#overtaken(views);
  }

  /** Finds the newest value; false when it is being overwritten already. */
  #look(): boolean {
    const words = this.#words;
    const newest = Atomics.load(words, NEWEST);
    this.#newest = newest;
    if (newest === 0) return false;
    const { start, stride, count, capacity } = this.#slots;
    const at = start + (newest & (count - 1)) * stride;
    const slot = at / 4;
    if (Atomics.load(words, slot + STATE) !== (newest << 1)) return false;
    const number = (words[slot + NUMBER]! >>> 0) +
      (words[slot + NUMBER + 1]! >>> 0) * TWO_32;
    const length = (words[slot + LENGTH]! >>> 0) +
      (words[slot + LENGTH + 1]! >>> 0) * TWO_32;
    // Anything may stand there: a writer overtakes, or another program errs.
    if (length > capacity || (number | 0) !== newest) return false;
    this.#start = at;
    this.#number = number;
    this.#length = length;
    return true;
  }

  #stillWhole(): boolean {
    return this.#isWhole(this.#newest, this.#start);
  }

  #isWhole(newest: number, start: number): boolean {
    // The loads of the copy must be over before the state is loaded: on weakly
    // ordered processors only this store, then that load, makes sure.
    Atomics.store(order, 0, 0);
    return Atomics.load(this.#words, start / 4 + STATE) === (newest << 1);
  }

  #took(): LatestInfo {
    const number = this.#number;
    const skipped = this.#skippedBefore(number);
    this.#last = number;
    return { number, skipped };
  }

  #skippedBefore(number: number): number {
    // Another writer may have begun to count again in a damaged object.
    return Math.max(0, number - this.#last - 1);
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

import { wake, type Word, wordAt } from "../../ffi/sync/futex.ts";
import { describe } from "../../memory/checks/integers.ts";
import { regionOf } from "../../memory/mapping/mapping.ts";
import { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import { LOCKS, type StoreObject } from "../object/store_object.ts";
import {
  FLAGS,
  LENGTH,
  NEWEST,
  NUMBER,
  SLEEPERS,
  type Slots,
  STATE,
  VALUE,
  WAKE_READERS,
} from "./latest_layout.ts";

/** Most that the kernel can wake in one call. */
const ALL = 0x7fff_ffff;
const TWO_32 = 2 ** 32;

/** The side of a `Latest` that writes. */
export class LatestWriter {
  readonly #object: StoreObject;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #slots: Slots;
  readonly #word: Word;
  readonly #writable: boolean;
  #held = false;
  #claimed = false;
  /** The number of the newest value, while this handle writes. */
  #number = 0;
  #wakesReaders = false;

  constructor(
    object: StoreObject,
    bytes: Uint8Array<ArrayBuffer>,
    slots: Slots,
  ) {
    this.#object = object;
    this.#bytes = bytes;
    this.#words = new Int32Array(
      bytes.buffer,
      bytes.byteOffset,
      slots.size / 4,
    );
    this.#slots = slots;
    this.#writable = object.mapping.access === "read-write";
    this.#word = wordAt(regionOf(object.mapping), NEWEST * 4);
  }

  /** Whether this handle has written. */
  get held(): boolean {
    return this.#held && this.#words.length > 0;
  }

  /** Whether another one has. */
  get heldElsewhere(): boolean {
    this.#object.requireOpen("look at");
    return this.#object.isLocked(LOCKS.writer);
  }

  /** Writes a value. */
  write(value: Uint8Array | ReadonlyBytes): number {
    if (!this.#held || this.#claimed || this.#words.length === 0) {
      this.#acquire();
    }
    const copies = value instanceof ReadonlyBytes;
    if (!copies && !(value instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot write ${this.#object.what}: a value must be a Uint8Array: received ${
          describe(value)
        }`,
      );
    }
    const { byteLength } = value;
    if (byteLength > this.#slots.capacity) this.#tooLong(byteLength);
    const start = this.#begin();
    // Should it throw, the slot stays as that of a writer that died.
    if (copies) value.copyTo(this.#bytes, start + VALUE);
    else this.#bytes.set(value, start + VALUE);
    return this.#end(start, byteLength);
  }

  /** Lends the memory of the next value. */
  claim(): Uint8Array<ArrayBuffer> {
    this.#acquire();
    const start = this.#begin() + VALUE;
    this.#claimed = true;
    return this.#bytes.subarray(start, start + this.#slots.capacity);
  }

  /** Makes what was claimed the newest value. */
  commit(byteLength: number): number {
    this.#object.requireOpen("write");
    if (!this.#claimed) {
      throw new TypeError(
        `Cannot commit to ${this.#object.what}: nothing is claimed; claim() first`,
      );
    }
    if (!(Number.isInteger(byteLength) && byteLength >= 0)) {
      throw new RangeError(
        `Cannot commit to ${this.#object.what}: the length must be an integer, 0 or more: received ${
          describe(byteLength)
        }`,
      );
    }
    if (byteLength > this.#slots.capacity) this.#tooLong(byteLength);
    this.#claimed = false;
    return this.#end(this.#startOf(this.#next()), byteLength);
  }

  /** Releases what was claimed. */
  abort(): void {
    this.#claimed = false;
  }

  /** Marks the next slot as being written; returns where it starts. */
  #begin(): number {
    const words = this.#words;
    const number = this.#next();
    const start = this.#startOf(number);
    Atomics.store(words, start / 4 + STATE, (number * 2 + 1) | 0);
    // On weakly ordered processors what follows a store may come before it; what
    // follows this load does not, and the load does not come before the store.
    Atomics.load(words, NEWEST);
    return start;
  }

  /** Completes the slot, and tells. */
  #end(start: number, byteLength: number): number {
    const words = this.#words;
    const number = this.#next();
    const slot = start / 4;
    words[slot + NUMBER] = number | 0;
    words[slot + NUMBER + 1] = (number / TWO_32) | 0;
    words[slot + LENGTH] = byteLength | 0;
    words[slot + LENGTH + 1] = (byteLength / TWO_32) | 0;
    words[slot + STATE] = (number * 2) | 0;
    Atomics.store(words, NEWEST, number | 0);
    this.#number = number;
    if (Atomics.load(words, SLEEPERS) !== 0 || this.#wakesReaders) {
      wake(this.#word, ALL);
    }
    return number;
  }

  /** The number of the next value; 0 in its low bits stands for none. */
  #next(): number {
    const next = this.#number + 1;
    return (next | 0) === 0 ? next + 1 : next;
  }

  #startOf(number: number): number {
    const { start, stride, count } = this.#slots;
    return start + ((number | 0) & (count - 1)) * stride;
  }

  /** Becomes the one that writes. */
  #acquire(): void {
    this.#object.requireOpen("write");
    const { what } = this.#object;
    if (!this.#writable) {
      throw new TypeError(
        `Cannot write ${what}: it is open for reading only; open it with access "read-write"`,
      );
    }
    if (this.#claimed) {
      throw new TypeError(
        `Cannot write ${what}: it is claimed; commit() or abort() first`,
      );
    }
    if (this.#held) return;
    if (!this.#object.tryLock(LOCKS.writer)) {
      throw new Deno.errors.Busy(
        `Cannot write ${what}: another handle writes to it, and one does at a time; close that first`,
      );
    }
    this.#held = true;
    this.#number = this.#newestNumber();
    this.#wakesReaders = (this.#words[FLAGS]! & WAKE_READERS) !== 0;
  }

  /** Where the writer before this one stopped. */
  #newestNumber(): number {
    const words = this.#words;
    const low = Atomics.load(words, NEWEST);
    if (low === 0) return 0;
    const slot = this.#startOf(low) / 4;
    const number = (words[slot + NUMBER]! >>> 0) +
      (words[slot + NUMBER + 1]! >>> 0) * TWO_32;
    // Unless a process overwrote it, when counting goes on from what there is.
    return (number | 0) === low && Number.isSafeInteger(number)
      ? number
      : low >>> 0;
  }

  #tooLong(byteLength: number): never {
    throw new RangeError(
      `Cannot write ${this.#object.what}: a value may have ${this.#slots.capacity} bytes: received ${byteLength}; create it with a larger byteLength`,
    );
  }
}

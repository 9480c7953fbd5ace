import { HeldSource } from "../../channel/buffers/held_source.ts";
import { isPlainEnough } from "../../channel/buffers/store_order.ts";
import { wake, type Word, wordAt } from "../../ffi/sync/futex.ts";
import { describe } from "../../memory/checks/integers.ts";
import {
  type CheckedLayout,
  requireWhole,
} from "../../memory/checks/value_layout.ts";
import { regionOf } from "../../memory/mapping/mapping.ts";
import { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import { LOCKS, type StoreObject } from "../object/store_object.ts";
import { trueLength } from "../object/true_bytes.ts";
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
/** Where the value is in a slot, in 64-bit words. */
const VALUE_LONG = VALUE / 8;

/** The side of a `Latest` that writes. */
export class LatestWriter {
  readonly #object: StoreObject;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  /**
   * The same once more: of two stores to a state that both matter, the first goes
   * through this array, so that no compiler merges them.
   */
  readonly #marks: Int32Array<ArrayBuffer>;
  readonly #longs: BigInt64Array<ArrayBuffer>;
  /** Whether plain stores are seen in their order, see `store_order.ts`. */
  readonly #inOrder: boolean;
  readonly #slots: Slots;
  readonly #layout: CheckedLayout | undefined;
  // Of the slots, in 64-bit words.
  readonly #first: number;
  readonly #stride: number;
  readonly #mask: number;
  /** What is written again and again, by its 64-bit words. */
  readonly #source: HeldSource;
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
    layout: CheckedLayout | undefined,
  ) {
    this.#object = object;
    this.#bytes = bytes;
    const { buffer, byteOffset } = bytes;
    this.#words = new Int32Array(buffer, byteOffset, slots.size / 4);
    this.#marks = new Int32Array(buffer, byteOffset, slots.size / 4);
    this.#longs = new BigInt64Array(buffer, byteOffset, slots.size / 8);
    this.#inOrder = isPlainEnough({});
    this.#slots = slots;
    this.#layout = layout;
    this.#first = slots.start / 8;
    this.#stride = slots.stride / 8;
    this.#mask = slots.count - 1;
    this.#source = new HeldSource(slots.capacity);
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
    const source = this.#source;
    if (value === source.source && source.tail === undefined) {
      const from = source.longs;
      const count = from.length;
      // Memory that is unmapped or transferred has no words.
      if (count > 0) {
        const slot = this.#begin();
        const to = slot + VALUE_LONG;
        const longs = this.#longs;
        for (let i = 0; i < count; i++) longs[to + i] = from[i]!;
        return this.#end(slot, count << 3);
      }
    }
    return this.#writeOnce(value);
  }

  /** Writes a value that was not written just before. */
  #writeOnce(value: Uint8Array | ReadonlyBytes): number {
    const copies = value instanceof ReadonlyBytes;
    const byteLength = copies
      ? value.byteLength
      : trueLength(value, `write ${this.#object.what}: a value`);
    this.#checkLength(byteLength, "write");
    const slot = this.#begin();
    const start = slot * 8 + VALUE;
    // Should it throw, the slot stays as that of a writer that died.
    if (copies) value.copyTo(this.#bytes, start);
    else {
      this.#bytes.set(value, start);
      this.#source.remember(value);
    }
    return this.#end(slot, byteLength);
  }

  /** Lends the memory of the next value. */
  claim(): Uint8Array<ArrayBuffer> {
    this.#acquire();
    const start = this.#begin() * 8 + VALUE;
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
    this.#checkLength(byteLength, "commit to");
    this.#claimed = false;
    return this.#end(this.#slotOf(this.#next()), byteLength);
  }

  /** Releases what was claimed. */
  abort(): void {
    this.#claimed = false;
  }

  /** Marks the next slot as being written; returns its first 64-bit word. */
  #begin(): number {
    const number = this.#next();
    const slot = this.#slotOf(number);
    const state = slot * 2 + STATE;
    const mark = (number * 2 + 1) | 0;
    if (this.#inOrder) this.#marks[state] = mark;
    else {
      Atomics.store(this.#words, state, mark);
      // On weakly ordered processors what follows a store may come before it; what
      // follows this load does not, and the load does not come before the store.
      Atomics.load(this.#words, NEWEST);
    }
    return slot;
  }

  /** Completes the slot, and tells. */
  #end(slot: number, byteLength: number): number {
    const words = this.#words;
    const number = this.#next();
    const word = slot * 2;
    words[word + NUMBER] = number | 0;
    words[word + NUMBER + 1] = (number / TWO_32) | 0;
    words[word + LENGTH] = byteLength | 0;
    words[word + LENGTH + 1] = (byteLength / TWO_32) | 0;
    words[word + STATE] = (number * 2) | 0;
    // A process that goes to sleep counts itself and looks at this word afterwards.
    // So this store must come before the load of the sleepers: it is the one that
    // has to be atomic on every processor.
    Atomics.store(words, NEWEST, number | 0);
    this.#number = number;
    const sleepers = this.#inOrder
      ? words[SLEEPERS]
      : Atomics.load(words, SLEEPERS);
    if (sleepers !== 0 || this.#wakesReaders) wake(this.#word, ALL);
    return number;
  }

  /** The number of the next value; 0 in its low bits stands for none. */
  #next(): number {
    const next = this.#number + 1;
    return (next | 0) === 0 ? next + 1 : next;
  }

  #slotOf(number: number): number {
    return this.#first + (number & this.#mask) * this.#stride;
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
    const slot = this.#slotOf(low) * 2;
    const number = (words[slot + NUMBER]! >>> 0) +
      (words[slot + NUMBER + 1]! >>> 0) * TWO_32;
    // Unless a process overwrote it, when counting goes on from what there is.
    return (number | 0) === low && Number.isSafeInteger(number)
      ? number
      : low >>> 0;
  }

  #checkLength(byteLength: number, operation: string): void {
    const { capacity } = this.#slots;
    if (byteLength > capacity) {
      throw new RangeError(
        `Cannot ${operation} ${this.#object.what}: a value may have ${capacity} bytes: received ${byteLength}; create it with a larger byteLength`,
      );
    }
    requireWhole(
      this.#layout,
      byteLength,
      `${operation} ${this.#object.what}`,
    );
  }
}

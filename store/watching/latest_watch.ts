import type { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import { finishLoads } from "../../channel/watching/positions.ts";
import {
  isSound,
  KIND,
  LENGTH,
  NEWEST,
  NUMBER,
  type Slots,
  slotsFor,
  STATE,
  TEXT_LENGTH,
  VALUE,
} from "../latest/latest_layout.ts";
import { damagedHeader, viewObject } from "./object_view.ts";

const TWO_32 = 2 ** 32;
/** How often to look in one turn while the writer overtakes. */
const MAX_TRIES = 100;

/** A value of a `Latest`. */
export interface WatchedValue {
  /** 1 for the first that was ever written. */
  readonly number: number;
  /** A copy. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Watches the values of a `Latest`, as a reader that writes nothing. */
export class LatestWatch {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #slots: Slots;
  #seen = 0;
  #last: number | undefined;
  #missed = 0;

  /**
   * Begins to watch.
   *
   * @param memory The object, mapped for reading.
   * @param from `"oldest"`: with the value that is there.
   * @throws {Deno.errors.InvalidData} When it is something else.
   */
  constructor(
    memory: ReadonlyBytes,
    what: string,
    from: "oldest" | "now" = "now",
  ) {
    const { header, bytes, words } = viewObject(memory, what, KIND);
    const { a: capacity, b: count } = header;
    const slots = slotsFor(capacity, count, words[TEXT_LENGTH]! >>> 0);
    if (!isSound(capacity, count) || slots.size !== memory.byteLength) {
      throw damagedHeader(what);
    }
    this.#bytes = bytes;
    this.#words = words;
    this.#slots = slots;
    // What is there counts as seen; when nothing is, all that comes is counted.
    if (Atomics.load(words, NEWEST) === 0) this.#last = 0;
    else if (from === "now") this.next();
  }

  /** How many values were replaced before they were seen. */
  get missed(): number {
    return this.#missed;
  }

  /** The newest value, if it is another one than the last; nothing when it is not. */
  next(): WatchedValue | undefined {
    const words = this.#words;
    const { start, stride, count, capacity } = this.#slots;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const newest = Atomics.load(words, NEWEST);
      if (newest === 0 || newest === this.#seen) return undefined;
      const at = start + (newest & (count - 1)) * stride;
      const slot = at / 4;
      if (Atomics.load(words, slot + STATE) !== (newest << 1)) continue;
      const number = long(words, slot + NUMBER);
      const length = long(words, slot + LENGTH);
      // Anything may stand there: a writer overtakes, or another program errs.
      if (length > capacity || (number | 0) !== newest) continue;
      const bytes = this.#bytes.slice(at + VALUE, at + VALUE + length);
      finishLoads();
      if (Atomics.load(words, slot + STATE) !== (newest << 1)) continue;
      if (this.#last !== undefined) {
        this.#missed += Math.max(0, number - this.#last - 1);
      }
      this.#seen = newest;
      this.#last = number;
      return { number, bytes };
    }
    return undefined;
  }
}

function long(words: Int32Array, index: number): number {
  return (words[index]! >>> 0) + (words[index + 1]! >>> 0) * TWO_32;
}

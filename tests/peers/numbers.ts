/**
 * Short messages that are checked at little cost: each has a running number, and
 * words that are mixed from it.
 *
 * @module
 */

const WORD = 4;

/** How long message `number` is: 8, 12, … 24 bytes. */
function lengthOf(number: number): number {
  return 8 + WORD * (number % 5);
}

function mix(number: number, producer: number): number {
  return Math.imul(number + producer, 0x9e37_79b1) ^ number >>> 7;
}

/** Makes a message again and again in the same place. */
export class NumberSource {
  /** The messages that {@linkcode NumberSource.make} made, of their length. */
  readonly messages: Uint8Array<ArrayBuffer>[] = [];
  readonly #words: Int32Array<ArrayBuffer>[];
  readonly #producer: number;

  constructor(producer: number, count: number) {
    this.#producer = producer;
    this.#words = Array.from({ length: count }, () => new Int32Array(6));
  }

  /** Makes messages from a number on; up to `end`, if that is nearer. */
  make(number: number, end: number): void {
    this.messages.length = 0;
    for (const words of this.#words) {
      if (number === end) return;
      const length = lengthOf(number);
      const mixed = mix(number, this.#producer);
      words[0] = number;
      for (let i = 1; i < length / WORD; i++) words[i] = mixed + i;
      this.messages.push(new Uint8Array(words.buffer, 0, length));
      number++;
    }
  }
}

/** Makes a message in an array of 24 bytes, and says how long it is. */
export function makeNumber(
  words: Int32Array,
  number: number,
  producer: number,
): number {
  const length = lengthOf(number);
  const mixed = mix(number, producer);
  words[0] = number;
  for (let i = 1; i < length / WORD; i++) words[i] = mixed + i;
  return length;
}

/** Takes messages of several producers: those of each whole, and in order. */
export class NumberSink {
  /** How many came. */
  count = 0;
  readonly #words: Int32Array;
  readonly #next: number[];

  /**
   * @param bytes Memory that the messages lie in.
   * @param producers How many there are; their numbers begin at 1.
   */
  constructor({ buffer, byteOffset, length }: Uint8Array, producers: number) {
    const count = Math.trunc(length / WORD);
    this.#words = new Int32Array(buffer, byteOffset, count);
    this.#next = Array.from({ length: producers }, () => 0);
  }

  /** Takes a message. */
  take(producer: number, offset: number, length: number): void {
    const words = this.#words;
    const expected = this.#next[producer - 1];
    const word = offset / WORD;
    const number = words[word] ?? -1;
    if (number !== expected) {
      throw new Error(`${number} of ${producer} came instead of ${expected}`);
    }
    let whole = length === lengthOf(number);
    const mixed = mix(number, producer);
    for (let i = 1; i < length / WORD; i++) {
      whole &&= words[word + i] === (mixed + i | 0);
    }
    if (!whole) throw new Error(`${number} of ${producer} is damaged`);
    this.#next[producer - 1] = expected + 1;
    this.count++;
  }
}

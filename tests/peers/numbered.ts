/** How long the longest of them is. */
const LONGEST = 40;

/** Spreads what differs in the low bits over a byte. */
function mixed(number: number): number {
  return (Math.imul(number, 0x9e37_79b1) >>> 24) & 0xff;
}

/**
 * Messages of one sender whose order, length and content can be checked: each
 * has its number in front, and bytes that follow from it behind.
 */
export class Numbered {
  readonly #id: number;
  readonly #bytes = new Uint8Array(LONGEST);
  readonly #view = new DataView(this.#bytes.buffer);
  #count = 0;

  constructor(id: number) {
    this.#id = id;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** The next message; its memory is used again. */
  next(): Uint8Array {
    const number = this.#count++;
    const length = this.#lengthOf(number);
    this.#view.setUint32(0, number, true);
    this.#bytes.fill(mixed(number + this.#id), 4, length);
    return this.#bytes.subarray(0, length);
  }

  /** Checks that a message is the next one. */
  check(bytes: Uint8Array): void {
    const expected = this.next();
    let same = bytes.length === expected.length;
    for (let i = 0; i < bytes.length; i++) same &&= bytes[i] === expected[i];
    if (same) return;
    throw new Error(
      `message ${
        this.#count - 1
      } of sender ${this.#id} is ${bytes}, not ${expected}`,
    );
  }

  #lengthOf(number: number): number {
    return 4 + (number + this.#id) % (LONGEST - 3);
  }
}

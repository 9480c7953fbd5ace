import type { Input } from "./input.ts";

/** Bytes of the data area. */
export const CAPACITY = 128;

/** Bytes in front of a region and behind it, which nobody may touch. */
const MARGIN = 64;
const CANARY = 0xc5;

/** Lengths and types that a broken peer may leave behind. */
const WORDS = [
  ...[0, 0, 0, 1, 7, 8, 9, 12, 16, 24, 32, CAPACITY - 8, CAPACITY],
  ...[-1, -2, -7, -8, -9, -16, -24, -CAPACITY, -CAPACITY - 1],
  ...[CAPACITY + 1, 2 ** 31 - 1, 2 ** 31 - 8, -(2 ** 31)],
] as const;

const POSITIONS = [
  ...[-1n, -8n, 4n, 2n ** 31n, 2n ** 32n - 8n, 2n ** 53n, 2n ** 62n],
  -(2n ** 63n),
] as const;

/** A word as a broken peer may write it. */
export function wordOf(input: Input): number {
  const choice = input.byte();
  return choice < 8 ? input.word() : WORDS[choice % WORDS.length] ?? 0;
}

/** A position, most of the time near to others. */
export function positionOf(input: Input): bigint {
  const choice = input.byte();
  if (choice === 0) return input.long();
  if (choice < 6) return POSITIONS[choice % POSITIONS.length] ?? 0n;
  return BigInt(choice % 40) * 8n;
}

/** A region between two margins. */
export class Region {
  readonly all: Uint8Array<ArrayBuffer>;
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly longs: BigInt64Array<ArrayBuffer>;
  readonly #trailerLength: number;

  constructor(trailerLength: number) {
    const length = CAPACITY + trailerLength;
    this.all = new Uint8Array(length + 2 * MARGIN).fill(CANARY);
    this.memory = this.all.subarray(MARGIN, MARGIN + length);
    this.words = new Int32Array(this.all.buffer, MARGIN, length / 4);
    this.longs = new BigInt64Array(this.all.buffer, MARGIN, length / 8);
    this.#trailerLength = trailerLength;
  }

  /** Fills the data area, and the positions at offsets of the trailer. */
  fill(input: Input, offsets: readonly number[]): void {
    this.memory.fill(0, CAPACITY, CAPACITY + this.#trailerLength);
    const { words } = this;
    for (let i = 0; i < CAPACITY / 4; i++) words[i] = wordOf(input);
    for (const offset of offsets) this.setLong(offset, positionOf(input));
  }

  /** A 64-bit word of the trailer. */
  long(offset: number): bigint {
    return this.longs[(CAPACITY + offset) / 8] ?? 0n;
  }

  /** Sets a 64-bit word of the trailer. */
  setLong(offset: number, value: bigint): void {
    this.longs[(CAPACITY + offset) / 8] = value;
  }

  /** Checks that nothing was written around it. */
  checkMargins(): void {
    const { all } = this;
    for (let i = 0; i < MARGIN; i++) {
      if (all[i] === CANARY && all[all.length - 1 - i] === CANARY) continue;
      throw new Error(`wrote outside its region, ${i} from the edge of all`);
    }
  }

  /** Checks that parts of the trailer are still zero. */
  checkZero(parts: readonly (readonly [number, number])[]): void {
    for (const [start, end] of parts) {
      for (let at = start; at < end; at += 4) {
        if (this.words[(CAPACITY + at) / 4] === 0) continue;
        throw new Error(`wrote to the trailer at ${at}`);
      }
    }
  }

  /** A number that changes when something is written. */
  sum(): number {
    let sum = 0;
    for (const word of this.words) sum = Math.imul(sum ^ word, 0x9e37_79b1);
    return sum;
  }
}

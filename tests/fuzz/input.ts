/**
 * What a fuzzer feeds: bytes, from which a target takes one decision after the
 * other. Behind the last byte all decisions are 0.
 *
 * @module
 */

/** Numbers from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 to `below` - 1. */
  next(below: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) % below;
  }
}

/** Takes decisions from bytes. */
export class Input {
  readonly #bytes: Uint8Array;
  #next = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether there are no more bytes. */
  get isEmpty(): boolean {
    return this.#next >= this.#bytes.length;
  }

  /** 0 to 255. */
  byte(): number {
    return this.#bytes[this.#next++] ?? 0;
  }

  /** One of some values. */
  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.byte() % values.length] ?? values[0];
  }

  /** Any 32 bits. */
  word(): number {
    return this.byte() | this.byte() << 8 | this.byte() << 16 |
      this.byte() << 24;
  }

  /** Any 64 bits. */
  long(): bigint {
    return BigInt(this.word()) << 32n | BigInt(this.word() >>> 0);
  }
}

const LONGEST = 140;

/** Bytes that nobody has tried before, as far as anybody knows. */
export function randomBytes(random: Random): Uint8Array {
  return Uint8Array.from(
    { length: 1 + random.next(LONGEST) },
    () => random.next(256),
  );
}

/** Changes bytes in a few places. */
export function mutate(
  bytes: Uint8Array,
  other: Uint8Array,
  random: Random,
): Uint8Array {
  let changed = new Uint8Array(bytes);
  for (let i = 1 + random.next(4); i > 0; i--) {
    const at = random.next(changed.length + 1);
    switch (random.next(5)) {
      case 0:
        changed[at] = random.next(256);
        break;
      case 1:
        if (at < changed.length) changed[at]! ^= 1 << random.next(8);
        break;
      case 2: // The start of one, the end of the other.
        changed = joined(changed.subarray(0, at), other.subarray(at));
        break;
      case 3: // Left out.
        changed = joined(
          changed.subarray(0, at),
          changed.subarray(at + 1 + random.next(8)),
        );
        break;
      case 4: // Repeated.
        changed = joined(
          changed.subarray(0, at),
          changed.subarray(Math.max(0, at - random.next(16))),
        );
        break;
    }
    if (changed.length > LONGEST) changed = changed.slice(0, LONGEST);
    if (changed.length === 0) changed = new Uint8Array(1);
  }
  return changed;
}

function joined(
  one: Uint8Array,
  other: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

import {
  byteLengthOf,
  setBytes,
  subarrayOf,
} from "../../channel/buffers/typed_arrays.ts";
import { Inconsistent } from "../object/repair.ts";
import {
  CHUNK,
  EXPIRES,
  FIRST_ROOM,
  FIRST_START,
  FLAGS,
  FREE_CHUNKS,
  FREE_COUNT,
  HASH,
  KEY_LENGTH,
  type MapShape,
  NEXT,
  NEXT_ROOM,
  NEXT_START,
  VALUE_LENGTH,
} from "./map_layout.ts";

/** An entry that is being read or made. */
export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly flags: number;
  /** Milliseconds since 1970; 0 for never. */
  readonly expires: number;
}

/**
 * The memory of a map: chunks, those that are free, and the keys and values that
 * lie in the others. Nothing that is read from it is believed unchecked: an index
 * or a length outside is {@linkcode Inconsistent}.
 */
export class MapChunks {
  readonly words: Int32Array<ArrayBuffer>;
  readonly shape: MapShape;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #times: DataView;

  /** Looks at the memory of a map. */
  constructor(bytes: Uint8Array<ArrayBuffer>, shape: MapShape) {
    this.#bytes = bytes;
    this.shape = shape;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, shape.size / 4);
    this.#times = new DataView(bytes.buffer, bytes.byteOffset, shape.size);
  }

  /** Where a chunk lies, in words. */
  at(index: number): number {
    if (!(index >= 0 && index < this.shape.chunks)) throw new Inconsistent();
    return (this.shape.start + index * CHUNK) / 4;
  }

  /** How many are free. */
  get free(): number {
    return this.words[FREE_COUNT]!;
  }

  /** Takes a free one; there must be one. */
  take(): number {
    const { words } = this;
    const index = words[FREE_CHUNKS]! - 1;
    const slot = this.at(index);
    words[FREE_CHUNKS] = words[slot + NEXT]!;
    words[FREE_COUNT]!--;
    return index;
  }

  /** Frees one. */
  release(index: number): void {
    const { words } = this;
    words[this.at(index) + NEXT] = words[FREE_CHUNKS]!;
    words[FREE_CHUNKS] = index + 1;
    words[FREE_COUNT]!++;
  }

  /** Lengths of the key and the value of the entry in a slot. */
  lengths(slot: number): {
    readonly keyLength: number;
    readonly valueLength: number;
  } {
    const keyLength = this.words[slot + KEY_LENGTH]!;
    const valueLength = this.words[slot + VALUE_LENGTH]!;
    const most = this.shape.chunks * CHUNK;
    if (
      keyLength < 0 || valueLength < 0 || keyLength > most ||
      valueLength > most
    ) throw new Inconsistent();
    return { keyLength, valueLength };
  }

  /** When the entry in a slot expires; `Infinity` for never. */
  expiryAt(slot: number): number {
    const expires = this.#times.getFloat64(slot * 4 + EXPIRES, true);
    return expires > 0 ? expires : Infinity;
  }

  /** Copies the key of the entry in a slot. */
  keyAt(slot: number): Uint8Array<ArrayBuffer> {
    const key = new Uint8Array(this.lengths(slot).keyLength);
    this.#copyOut(slot, 0, key);
    return key;
  }

  /** Copies the value of the entry in a slot. */
  valueAt(slot: number): Uint8Array<ArrayBuffer> {
    const { keyLength, valueLength } = this.lengths(slot);
    const value = new Uint8Array(valueLength);
    this.#copyOut(slot, keyLength, value);
    return value;
  }

  /** Whether the entry in a slot has a key. */
  hasKey(slot: number, key: Uint8Array): boolean {
    const length = byteLengthOf(key);
    if (this.words[slot + KEY_LENGTH] !== length) return false;
    let bytes = this.#bytes;
    let start = slot * 4 + FIRST_START;
    if (length > FIRST_ROOM) {
      bytes = this.keyAt(slot);
      start = 0;
    }
    for (let i = 0; i < length; i++) {
      if (bytes[start + i] !== key[i]) return false;
    }
    return true;
  }

  /** Writes an entry into free chunks; returns the first of them. */
  write(hash: number, { key, value, flags, expires }: Entry): number {
    const { words } = this;
    const index = this.take();
    const slot = this.at(index);
    words[slot + HASH] = hash;
    words[slot + KEY_LENGTH] = byteLengthOf(key);
    words[slot + VALUE_LENGTH] = byteLengthOf(value);
    words[slot + FLAGS] = flags;
    this.#times.setFloat64(slot * 4 + EXPIRES, expires, true);
    this.#copyIn(slot, [key, value]);
    return index;
  }

  #copyIn(slot: number, parts: readonly Uint8Array[]): void {
    const { words } = this;
    let at = slot * 4 + FIRST_START;
    let room = FIRST_ROOM;
    let last = slot;
    for (const part of parts) {
      const end = byteLengthOf(part);
      let from = 0;
      while (from < end) {
        if (room === 0) {
          const next = this.take();
          words[last + NEXT] = next + 1;
          last = this.at(next);
          at = last * 4 + NEXT_START;
          room = NEXT_ROOM;
        }
        const length = Math.min(room, end - from);
        const isWhole = length === end;
        setBytes(
          this.#bytes,
          isWhole ? part : subarrayOf(part, from, from + length),
          at,
        );
        from += length;
        at += length;
        room -= length;
      }
    }
    words[last + NEXT] = 0;
  }

  /** Copies what lies behind the first `skip` bytes of key and value. */
  #copyOut(slot: number, skip: number, target: Uint8Array): void {
    const end = byteLengthOf(target);
    if (end === 0) return;
    const bytes = this.#bytes;
    let chunk = slot;
    let at = slot * 4 + FIRST_START;
    let room = FIRST_ROOM;
    let to = 0;
    let left = skip;
    for (;;) {
      const skipped = Math.min(left, room);
      left -= skipped;
      at += skipped;
      room -= skipped;
      const length = Math.min(room, end - to);
      if (length > 0) setBytes(target, subarrayOf(bytes, at, at + length), to);
      to += length;
      if (to === end) return;
      chunk = this.at(this.words[chunk + NEXT]! - 1);
      at = chunk * 4 + NEXT_START;
      room = NEXT_ROOM;
    }
  }
}

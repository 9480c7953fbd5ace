const decoder = new TextDecoder();

/** Bytes that fields are taken from, little-endian as in MCAP. */
export class BytesIn {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  /** Starts at the first byte. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Takes 8 bits. */
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Takes 16 bits. */
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  /** Takes 32 bits. */
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Takes 64 bits. */
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** Takes 64 bits that say how many bytes there are. */
  length64(): number {
    const length = this.u64();
    // Whatever is more than there is is refused when it is taken.
    return length > BigInt(this.left) ? this.left + 1 : Number(length);
  }

  /** Takes bytes: no copy. */
  raw(length: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Takes a text behind its length of 32 bits. */
  text(): string {
    return decoder.decode(this.raw(this.u32()));
  }

  /** Takes texts by name behind their length in bytes. */
  texts(): Record<string, string> {
    const inside = new BytesIn(this.raw(this.u32()));
    const entries: [string, string][] = [];
    while (inside.left > 0) entries.push([inside.text(), inside.text()]);
    // No object literal: a key may be "__proto__".
    return Object.fromEntries(entries);
  }

  #take(length: number): number {
    if (length > this.left) {
      throw new RangeError(
        `a field of ${length} bytes does not fit into the ${this.left} that are left`,
      );
    }
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

const encoder = new TextEncoder();

/** Bytes that grow while fields are added to them, little-endian as in MCAP. */
export class BytesOut {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** Starts with room for some bytes. */
  constructor(room = 256) {
    this.#bytes = new Uint8Array(room);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How many bytes were added. */
  get length(): number {
    return this.#length;
  }

  /** What was added, until more is: it is no copy. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets everything, and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }

  /** Adds 8 bits. */
  u8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  /** Adds 16 bits. */
  u16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
  }

  /** Adds 32 bits. */
  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  /** Adds 64 bits. */
  u64(value: number | bigint): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  /** Adds bytes as they are. */
  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Adds a length of 32 bits, and UTF-8. */
  text(text: string): void {
    const bytes = encoder.encode(text);
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** Adds what a function adds, with its length of 32 bits before it. */
  counted32(add: () => void): void {
    const at = this.#grow(4);
    add();
    this.#view.setUint32(at, this.#length - at - 4, true);
  }

  /** The same with a length of 64 bits. */
  counted64(add: () => void): void {
    const at = this.#grow(8);
    add();
    this.#view.setBigUint64(at, BigInt(this.#length - at - 8), true);
  }

  #grow(by: number): number {
    const at = this.#length;
    const needed = at + by;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#length = needed;
    return at;
  }
}

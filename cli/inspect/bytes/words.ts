/** Numbers in a copy of shared memory: whatever they are, reading them is safe. */
export class Words {
  readonly #view: DataView;

  /** Reads a copy. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes there are. */
  get byteLength(): number {
    return this.#view.byteLength;
  }

  /** A signed number of 32 bits; 0 behind the end. */
  i32(offset: number): number {
    return this.#holds(offset, 4) ? this.#view.getInt32(offset, true) : 0;
  }

  /** An unsigned number of 32 bits; 0 behind the end. */
  u32(offset: number): number {
    return this.i32(offset) >>> 0;
  }

  /** A signed number of 64 bits, rounded where a number cannot hold it. */
  i64(offset: number): number {
    return this.#holds(offset, 8)
      ? Number(this.#view.getBigInt64(offset, true))
      : 0;
  }

  /** A floating-point number of 64 bits; 0 behind the end. */
  f64(offset: number): number {
    return this.#holds(offset, 8) ? this.#view.getFloat64(offset, true) : 0;
  }

  #holds(offset: number, length: number): boolean {
    return offset >= 0 && offset + length <= this.#view.byteLength;
  }
}

/** Puts the parts of a message together, up to a length. */
export class Assembly {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Adds a part; false when it has become too long. */
  add(part: Uint8Array, longest: number): boolean {
    this.#parts.push(part);
    this.#length += part.byteLength;
    return this.#length <= longest;
  }

  /** All of it, with the last part. */
  finish(last: Uint8Array): Uint8Array {
    if (this.#parts.length === 0) return last;
    this.#parts.push(last);
    const whole = new Uint8Array(this.#length + last.byteLength);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }

  /** How long it is so far. */
  get byteLength(): number {
    return this.#length;
  }
}

/** Parts that are shorter are put together: an array takes as much as they do. */
const SHORT = 1024;
/** How many bytes of short parts are put together: first few, and more each time. */
const CHUNK = { first: SHORT, most: 2 ** 14 };

/** Puts the parts of a message together, up to a length. */
export class Assembly {
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  /** Short parts that came one after the other, and how long they are. */
  #chunk: Uint8Array | undefined;
  #used = 0;
  #nextLength = CHUNK.first;

  /** Adds a part; false when it has become too long. */
  add(part: Uint8Array, longest: number): boolean {
    this.#length += part.byteLength;
    if (this.#length > longest) return false;
    if (part.byteLength < SHORT) {
      this.#addShort(part);
    } else {
      this.#endChunk();
      this.#parts.push(part);
    }
    return true;
  }

  /** All of it, with the last part. */
  finish(last: Uint8Array): Uint8Array {
    if (this.#length === 0) return last;
    this.#endChunk();
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

  #addShort(part: Uint8Array): void {
    const end = this.#used + part.byteLength;
    if (this.#chunk !== undefined && end > this.#chunk.byteLength) {
      this.#endChunk();
    }
    this.#chunk ??= this.#newChunk();
    this.#chunk.set(part, this.#used);
    this.#used += part.byteLength;
  }

  #newChunk(): Uint8Array {
    const chunk = new Uint8Array(this.#nextLength);
    this.#nextLength = Math.min(4 * chunk.byteLength, CHUNK.most);
    return chunk;
  }

  #endChunk(): void {
    if (this.#chunk === undefined) return;
    this.#parts.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = undefined;
    this.#used = 0;
  }
}

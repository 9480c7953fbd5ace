/**
 * The memory that programs believe in, and where it lies. It is filled with
 * nonsense, so that an access that went past the machine shows.
 */
export class Decoys {
  /** All memory, for worlds in which the first file has all bytes. */
  readonly whole: ArrayBuffer;
  /** Bytes that each file has; 0 when the first has all of them. */
  readonly fileLength: number;
  readonly #byteLength: number;
  readonly #bases = new WeakMap<ArrayBufferLike, number>();

  /**
   * @param whole Bytes of all memory.
   * @param byteLength Bytes of what files have of it.
   */
  constructor(whole: number, byteLength: number, fileLength: number) {
    this.whole = nonsense(whole);
    this.#byteLength = byteLength;
    this.fileLength = fileLength;
  }

  /** One more, for a mapping of a file that has its own bytes. */
  map(base: number, length: number): ArrayBuffer {
    if (base + length > this.#byteLength) {
      throw new Error("the world has too little memory for so many files");
    }
    const decoy = nonsense(length);
    this.#bases.set(decoy, base);
    return decoy;
  }

  /** Where a buffer lies; below 0 when a program made it for itself. */
  baseOf(buffer: ArrayBufferLike): number {
    if (buffer === this.whole) return 0;
    return this.fileLength === 0 ? -1 : this.#bases.get(buffer) ?? -1;
  }
}

function nonsense(length: number): ArrayBuffer {
  return new Uint8Array(length).fill(0xa5).buffer;
}

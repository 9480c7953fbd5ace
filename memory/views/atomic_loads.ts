import { checkInteger } from "../../ffi/libc/integers.ts";
import { isDetached } from "../../ffi/memory/builtins.ts";

/** Atomic loads of integers from bytes, at offsets that are aligned in memory. */
export class AtomicLoads {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #byteOffset: number;
  #words: Int32Array | undefined;
  #longs: BigInt64Array | undefined;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#byteOffset = bytes.byteOffset;
  }

  /** Loads 32 bits. */
  int32(byteOffset: number): number {
    const index = (this.#byteOffset + byteOffset) / 4;
    if (!this.#isElement(byteOffset, index, 4)) this.#refuse(byteOffset, 4);
    return Atomics.load(this.#words ??= this.#makeWords(), index);
  }

  /** Loads 64 bits. */
  bigInt64(byteOffset: number): bigint {
    const index = (this.#byteOffset + byteOffset) / 8;
    if (!this.#isElement(byteOffset, index, 8)) this.#refuse(byteOffset, 8);
    return Atomics.load(this.#longs ??= this.#makeLongs(), index);
  }

  #isElement(byteOffset: number, index: number, size: number): boolean {
    return Number.isInteger(byteOffset) && Number.isInteger(index) &&
      byteOffset >= 0 && byteOffset <= this.#bytes.byteLength - size;
  }

  #makeWords(): Int32Array {
    const { buffer } = this.#bytes;
    return new Int32Array(buffer, 0, Math.trunc(buffer.byteLength / 4));
  }

  #makeLongs(): BigInt64Array {
    const { buffer } = this.#bytes;
    return new BigInt64Array(buffer, 0, Math.trunc(buffer.byteLength / 8));
  }

  /** Says why an element cannot be loaded, apart from what must be fast. */
  #refuse(byteOffset: number, size: number): never {
    const { buffer, byteLength } = this.#bytes;
    if (isDetached(buffer)) {
      throw new TypeError("Cannot load: the memory is unmapped");
    }
    checkInteger(byteOffset, "byteOffset", 0, byteLength - size);
    throw new RangeError(
      `Cannot load atomically: byteOffset must be a multiple of ${size} in memory: received ${byteOffset}`,
    );
  }
}

import { Copier } from "../../channel/buffers/copy_in.ts";
import { isPlainEnough } from "../../channel/buffers/store_order.ts";
import { MappedFile } from "../../memory/file/mapped_file.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import {
  FRAME_HEADER_LENGTH,
  MAX_MESSAGE_LENGTH,
  METADATA,
  METADATA_LENGTH,
  MIN_TERM_LENGTH,
  readShape,
  TERMS,
} from "./log_layout.ts";

/** One of the three terms, as the arrays that appending and polling work on. */
export interface Term {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as 32-bit words. */
  readonly words: Int32Array<ArrayBuffer>;
  /**
   * The same once more: of two stores to one word that both matter, the first
   * goes through this array, so that no compiler merges them into the second.
   */
  readonly marks: Int32Array<ArrayBuffer>;
  /** The same as 64-bit words. */
  readonly longs: BigInt64Array<ArrayBuffer>;
  /** Copies messages into it. */
  readonly copier: Copier;
}

/**
 * The mapped log of a publication or of an image. What the file says about itself is
 * read once and checked; what changes is checked where it is used.
 */
export class LogBuffer implements Disposable {
  /** Bytes of a term, a power of two. */
  readonly termLength: number;
  /** Its binary logarithm. */
  readonly shift: number;
  /** Id of the first term. */
  readonly initialTermId: number;
  /** Longest frame in bytes. */
  readonly mtu: number;
  /** Longest message in one frame. */
  readonly maxPayloadLength: number;
  /** Longest message. */
  readonly maxMessageLength: number;
  /** The three terms. */
  readonly terms: readonly [Term, Term, Term];
  /** The metadata as 32-bit words. */
  readonly metadata: Int32Array<ArrayBuffer>;
  /** The same as 64-bit words. */
  readonly metadataLongs: BigInt64Array<ArrayBuffer>;
  /** Whether plain accesses publish, see `channel/buffers/store_order.ts`. */
  readonly inOrder: boolean;
  readonly #mapping: Mapping<"read-write">;
  readonly #path: string;

  private constructor(mapping: Mapping<"read-write">, path: string) {
    const { bytes } = mapping;
    const { buffer } = bytes;
    const start = bytes.byteOffset + bytes.byteLength - METADATA_LENGTH;
    this.metadata = new Int32Array(buffer, start, METADATA_LENGTH / 4);
    this.metadataLongs = new BigInt64Array(buffer, start, METADATA_LENGTH / 8);
    const shape = readShape(this.metadata, bytes.byteLength, path);
    const { termLength } = shape;
    this.termLength = termLength;
    this.shift = 31 - Math.clz32(termLength);
    this.initialTermId = shape.initialTermId;
    this.mtu = shape.mtu;
    this.maxPayloadLength = shape.mtu - FRAME_HEADER_LENGTH;
    this.maxMessageLength = Math.min(termLength / 8, MAX_MESSAGE_LENGTH);
    const term = (index: number): Term => {
      const from = bytes.byteOffset + index * termLength;
      const all = new Uint8Array(buffer, from, termLength);
      const words = new Int32Array(buffer, from, termLength / 4);
      return {
        bytes: all,
        words,
        marks: new Int32Array(buffer, from, termLength / 4),
        longs: new BigInt64Array(buffer, from, termLength / 8),
        copier: new Copier(all, words),
      };
    };
    this.terms = [term(0), term(1), term(2)];
    this.inOrder = isPlainEnough({});
    this.#mapping = mapping;
    this.#path = path;
  }

  /**
   * Maps a log.
   *
   * @param path Where it is.
   * @param sparse Leave pages unreserved, and risk SIGBUS.
   * @throws {Deno.errors.NotFound} When it is not there, or no longer (ENOENT).
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   * @throws {TypeError} When it is no log.
   */
  static open(path: string, sparse: boolean): LogBuffer {
    using file = MappedFile.open(path, { access: "read-write", sparse });
    const { size } = file;
    if (size < TERMS * MIN_TERM_LENGTH + METADATA_LENGTH) {
      throw new TypeError(
        `Cannot use log ${
          JSON.stringify(path)
        }: corrupt log: it has ${size} bytes`,
      );
    }
    // Before room is reserved for what may be no log at all.
    {
      const offset = size - METADATA_LENGTH;
      using page = file.map({ offset, length: METADATA_LENGTH });
      const { buffer, byteOffset } = page.bytes;
      readShape(new Int32Array(buffer, byteOffset), size, path);
    }
    using undo = new DisposableStack();
    const mapping = undo.use(file.map());
    const log = new LogBuffer(mapping, path);
    undo.move();
    return log;
  }

  /** Whether it was unmapped, or its memory was given away. */
  get isGone(): boolean {
    return this.metadata.length === 0;
  }

  /**
   * Position of an offset in a term: how often terms were rotated before it. All in
   * registers: two halves that are stored and loaded as one whole would wait until all
   * stores before them have left the processor.
   */
  position(termCount: number, offset: number): bigint {
    const begin = termCount << this.shift;
    const low = (begin + offset) | 0;
    const carry = low >>> 0 < begin >>> 0 ? 1 : 0;
    const high = ((termCount >>> (32 - this.shift)) + carry) | 0;
    return BigInt.asIntN(64, (BigInt(high) << 32n) + BigInt(low >>> 0));
  }

  /** Where the stream ended, if it has; 2^63 - 1 while it has not. */
  get endOfStreamPosition(): bigint {
    return this.isGone ? 0n : Atomics.load(
      this.metadataLongs,
      METADATA.endOfStreamPosition >> 3,
    );
  }

  /** Whether anybody receives. */
  get isConnected(): boolean {
    return this.metadata[METADATA.isConnected >> 2] === 1;
  }

  /** Whether the publisher took the stream back. */
  get isRevoked(): boolean {
    const word = this.metadata[METADATA.isRevoked >> 2] ?? 0;
    return (word & 0xff) !== 0;
  }

  /** Throws, because what it says cannot be. */
  refuse(reason: string): never {
    throw new TypeError(
      `Cannot use log ${
        JSON.stringify(this.#path)
      }: corrupt log: ${reason}; close what uses it`,
    );
  }

  /** Unmaps it. Harmless when done before. */
  [Symbol.dispose](): void {
    this.#mapping.unmap();
  }
}

import { describe } from "../../memory/checks/integers.ts";
import type { Term } from "../log/log_buffer.ts";
import type { FrameWriter } from "../log/frame_writer.ts";
import { FRAME, FRAME_HEADER_LENGTH } from "../log/log_layout.ts";

const NONE = new Uint8Array(0);

/** Where a claim lies. */
export interface Place {
  readonly writer: FrameWriter;
  readonly term: Term;
}

let open: (
  claim: Claim,
  place: Place,
  offset: number,
  length: number,
) => void;
let abortOf: (claim: Claim, writer: FrameWriter) => void;

/**
 * Room in a publication for one message, which is written in place. It may be used
 * again for the next one, once it is committed or aborted.
 *
 * Be quick between the two: receivers get nothing that lies behind a claim, and the
 * driver gives up on one after 15 seconds.
 *
 * @example Write a message where it will lie
 * ```ts
 * import { Claim, type ExclusivePublication } from "@shmem/shmem/aeron";
 *
 * function sendPrice(publication: ExclusivePublication, claim: Claim) {
 *   const result = publication.tryClaim(8, claim);
 *   if (typeof result === "string") return result; // "back-pressured"
 *   const { bytes, offset } = claim;
 *   new DataView(bytes.buffer, bytes.byteOffset + offset).setFloat64(0, 1.25);
 *   claim.commit();
 *   return result;
 * }
 * ```
 */
export class Claim {
  #bytes: Uint8Array = NONE;
  #offset = 0;
  #length = 0;
  #place: Place | undefined;

  static {
    open = (claim, place, offset, length) => {
      claim.#place = place;
      claim.#bytes = place.term.bytes;
      claim.#offset = offset;
      claim.#length = length;
    };
    abortOf = (claim, writer) => {
      if (claim.#place?.writer === writer) claim.abort();
    };
  }

  /** Whether it holds room that is neither committed nor aborted. */
  get isOpen(): boolean {
    return this.#place !== undefined;
  }

  /**
   * The memory around the message: write from {@linkcode Claim.offset} on, no more than
   * {@linkcode Claim.length} bytes.
   */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where the message starts in {@linkcode Claim.bytes}. */
  get offset(): number {
    return this.#offset + FRAME_HEADER_LENGTH;
  }

  /** Length of the message. */
  get length(): number {
    return this.#length;
  }

  /** 64 bits that go with the message, free for the application. Default: 0. */
  get reservedValue(): bigint {
    return this.#required("read").term.longs[this.#reservedIndex()] ?? 0n;
  }

  /** 64 bits that go with the message. */
  set reservedValue(value: bigint) {
    if (typeof value !== "bigint") {
      throw new TypeError(
        `Cannot use reservedValue: it must be a bigint: received ${value}`,
      );
    }
    this.#required("write").term.longs[this.#reservedIndex()] = value;
  }

  /**
   * Publishes the message.
   *
   * @throws {TypeError} When nothing is claimed, or the claim's memory was transferred.
   */
  commit(): void {
    const { writer, term } = this.#required("commit");
    const length = this.#length + FRAME_HEADER_LENGTH;
    this.#place = undefined;
    this.#bytes = NONE;
    if (term.bytes.length === 0) refuseGone();
    writer.end(term, this.#offset, length);
  }

  /**
   * Aborts the claim: the frame becomes padding, which receivers skip.
   *
   * @throws {TypeError} When nothing is claimed.
   */
  abort(): void {
    const { writer, term } = this.#required("abort");
    const length = this.#length + FRAME_HEADER_LENGTH;
    this.#place = undefined;
    this.#bytes = NONE;
    // Memory that was transferred has no frames.
    if (term.bytes.length === 0) return;
    writer.abort(term, this.#offset, length);
  }

  #reservedIndex(): number {
    return (this.#offset >> 3) + FRAME.reservedValue / 2;
  }

  #required(operation: string): Place {
    if (this.#place !== undefined) return this.#place;
    throw new TypeError(
      `Cannot ${operation} the claim: nothing is claimed; tryClaim() says whether there was room`,
    );
  }
}

function refuseGone(): never {
  throw new TypeError(
    "Cannot commit the claim: its memory was transferred; close the publication",
  );
}

/**
 * Checks that a claim can hold room.
 *
 * @throws {TypeError} When it holds some already, or is none.
 */
export function checkClaim(claim: Claim): void {
  if (!(claim instanceof Claim)) {
    throw new TypeError(
      `Cannot claim: it takes a Claim: received ${describe(claim)}`,
    );
  }
  if (claim.isOpen) {
    throw new TypeError(
      "Cannot claim: the claim still holds room; commit or abort it first",
    );
  }
}

/** Opens a claim over reserved space; for publications only. */
export function openClaim(
  claim: Claim,
  place: Place,
  offset: number,
  length: number,
): void {
  open(claim, place, offset, length);
}

/** Aborts a claim if it still holds room of a publication, for publications alone. */
export function abortClaim(claim: Claim, writer: FrameWriter): void {
  abortOf(claim, writer);
}

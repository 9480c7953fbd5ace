import { HeldSource } from "../../channel/buffers/held_source.ts";
import { framedLength } from "../log/frame_writer.ts";
import {
  DATA_TYPE,
  FRAME_HEADER_LENGTH,
  UNFRAGMENTED,
} from "../log/log_layout.ts";
import type { Claim } from "./claim.ts";
import { failureOf, type OfferResult } from "./offer_result.ts";
import { OpenClaims } from "./open_claims.ts";
import type { PublicationParts } from "./publication_parts.ts";
import { refuseLength } from "./sources.ts";
import type { TermSpace } from "./space/term_space.ts";

/** A program that offers without a pause looks for events once in so many calls. */
const CALLS_PER_LOOK = 256;

/** What is held once a publication is closed. */
const NOTHING = new HeldSource(0);

/** Appends messages to the log of a publication; everything was checked before. */
export class Appender {
  readonly #parts: PublicationParts;
  readonly #isClosed: () => boolean;
  readonly #claims: OpenClaims;
  readonly #maxPayloadLength: number;
  readonly #space: TermSpace;
  #calls = 0;
  /** What was sent twice in a row, where plain stores publish. */
  readonly #held: HeldSource;

  constructor(parts: PublicationParts, isClosed: () => boolean) {
    this.#parts = parts;
    this.#isClosed = isClosed;
    this.#claims = new OpenClaims(parts);
    this.#maxPayloadLength = parts.log.maxPayloadLength;
    this.#space = parts.space;
    // Elsewhere nothing is ever short enough to be held.
    this.#held = new HeldSource(parts.log.inOrder ? this.#maxPayloadLength : 0);
  }

  /** Appends one message. */
  offer(
    bytes: Uint8Array,
    from: number,
    length: number,
    reservedValue: bigint | undefined,
  ): OfferResult {
    if (length > this.#maxPayloadLength) {
      return this.offerFrames([bytes], from, length, reservedValue);
    }
    const { space, writer, log } = this.#parts;
    // The same as framedLength(), for one frame.
    const framed = (length + FRAME_HEADER_LENGTH + 31) & -32;
    const at = space.claim(framed, length);
    if (at < 0) return this.fail(at);
    const { term, termId } = space;
    writer.writeWhole(term, termId, at, bytes, from, length, reservedValue);
    if (bytes !== space.held) this.#remember(bytes);
    if (++this.#calls >= CALLS_PER_LOOK) this.look();
    return log.position(space.termCount, at + framed);
  }

  /** Nothing is held from now on. */
  end(): void {
    this.#space.hold(NOTHING);
  }

  /** Appends one message, in as many frames as it takes. */
  offerFrames(
    sources: readonly Uint8Array[],
    from: number,
    length: number,
    reservedValue: bigint | undefined,
  ): OfferResult {
    const { space, writer, log } = this.#parts;
    if (length > log.maxMessageLength) {
      refuseLength(length, log.maxMessageLength);
    }
    const framed = framedLength(length, this.#maxPayloadLength);
    const at = space.claim(framed, length);
    if (at < 0) return this.fail(at);
    const { term, termId } = space;
    writer.writeParts(term, termId, at, sources, from, length, reservedValue);
    if (++this.#calls >= CALLS_PER_LOOK) this.look();
    return log.position(space.termCount, at + framed);
  }

  /** Claims room for one message. */
  claim(length: number, claim: Claim): OfferResult {
    const { space, writer, log } = this.#parts;
    const frameLength = length + FRAME_HEADER_LENGTH;
    const framed = (frameLength + 31) & -32;
    const at = space.claim(framed, length);
    if (at < 0) return this.fail(at);
    const { term, termId } = space;
    writer.begin(term, termId, at, frameLength, UNFRAGMENTED, DATA_TYPE);
    this.#claims.open(claim, term, at, length);
    const position = log.position(space.termCount, at + framed);
    if (++this.#calls >= CALLS_PER_LOOK) this.look();
    return position;
  }

  /** Aborts claims that were left open. */
  abortClaims(): void {
    this.#claims.abort();
  }

  /** Looks what else there is, and returns why there is no room. */
  fail(code: number): OfferResult {
    this.look();
    return this.#isClosed() ? "closed" : failureOf(code);
  }

  /** Looks what the driver says, and whether it is time to say something. */
  look(): void {
    this.#calls = 0;
    this.#parts.conductor.serve();
  }

  #remember(bytes: Uint8Array): void {
    const held = this.#held;
    held.remember(bytes);
    if (held.source === bytes) this.#space.hold(held);
  }
}

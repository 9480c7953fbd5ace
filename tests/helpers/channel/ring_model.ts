/**
 * What a ring buffer is, as a queue and two positions without end. It knows
 * nothing of bytes.
 *
 * @module
 */

/** A piece of the ring, from the consumer's position on. */
interface Piece {
  /** Bytes of it, header and slack included. */
  readonly byteLength: bigint;
  /** Where it starts in the data area. */
  readonly index: number;
  state: "claimed" | "message" | "padding";
  readonly typeId: number;
  readonly payload: readonly number[];
}

/** A message as a consumer sees it. */
export interface ModelMessage {
  readonly typeId: number;
  readonly offset: number;
  readonly payload: readonly number[];
}

const HEADER = 8;

export class RingModel {
  readonly #lap: bigint;
  readonly #spare: bigint;
  readonly #pieces: Piece[] = [];
  tail: bigint;
  head: bigint;

  /**
   * @param capacity Bytes of the data area.
   * @param spare Bytes that must stay free behind a record.
   * @param start Where the positions begin.
   */
  constructor(capacity: number, spare: number, start: bigint) {
    this.#lap = BigInt(capacity);
    this.#spare = BigInt(spare);
    this.tail = start;
    this.head = start;
  }

  /** Offsets of the open claims. */
  get claims(): number[] {
    return this.#pieces
      .filter(({ state }) => state === "claimed")
      .map(({ index }) => index + HEADER);
  }

  /** Whether there was room. */
  write(typeId: number, payload: readonly number[]): boolean {
    return this.#add("message", typeId, payload) !== undefined;
  }

  /** Offset of the payload, if there is room. */
  claim(typeId: number, payload: readonly number[]): number | undefined {
    const piece = this.#add("claimed", typeId, payload);
    return piece && piece.index + HEADER;
  }

  release(offset: number, state: "message" | "padding"): void {
    const index = offset - HEADER;
    const piece = this.#pieces.find((piece) =>
      piece.index === index && piece.state === "claimed"
    );
    if (piece) piece.state = state;
  }

  /** Makes padding of a claim in front; whether there is one. */
  unblock(): boolean {
    const [first] = this.#pieces;
    if (first?.state !== "claimed") return false;
    first.state = "padding";
    return true;
  }

  /**
   * Takes messages up to the end of the lap.
   *
   * @param limit How many.
   * @param leave Index of a message that is left, with all behind it.
   * @returns What was seen, the one that was left included.
   */
  read(limit: number, leave = Infinity): ModelMessage[] {
    const seen: ModelMessage[] = [];
    const end = this.head - this.head % this.#lap + this.#lap;
    while (this.head < end && seen.length < limit) {
      const [piece] = this.#pieces;
      if (piece === undefined || piece.state === "claimed") break;
      if (piece.state === "message") {
        const { typeId, index, payload } = piece;
        seen.push({ typeId, offset: index + HEADER, payload });
        if (seen.length > leave) break;
      }
      this.#pieces.shift();
      this.head += piece.byteLength;
    }
    return seen;
  }

  #add(
    state: Piece["state"],
    typeId: number,
    payload: readonly number[],
  ): Piece | undefined {
    const byteLength = BigInt(Math.ceil((payload.length + HEADER) / 8) * 8);
    const needed = byteLength + this.#spare;
    if (needed > this.#lap - (this.tail - this.head)) return undefined;
    const toEnd = this.#lap - this.tail % this.#lap;
    if (byteLength > toEnd) {
      this.#push({ state: "padding", byteLength: toEnd, typeId, payload });
      if (needed > this.head % this.#lap) return undefined;
    }
    return this.#push({ state, byteLength, typeId, payload });
  }

  #push(fields: Omit<Piece, "index">): Piece {
    const piece = { ...fields, index: Number(this.tail % this.#lap) };
    this.#pieces.push(piece);
    this.tail += piece.byteLength;
    return piece;
  }
}

/**
 * What senders and receivers of this library write into the padding of a ring's
 * trailer, which Agrona leaves alone; see `ring_buffer.ts` for its own fields.
 * Offsets from the end of the data area:
 *
 * ```text
 *  136…191, 200…255, 264…319, 328…383   claim words of 4 × 14 senders
 *  192   senders parked                 a doorbell
 *  392   journal of the consumer        see `many_to_one_ring_buffer.ts`
 *  448   receiver parked                a doorbell
 *  452   state of the receiver
 *  576   kind                           four letters
 *  580   changes                        counts senders that came or went
 *  584   deaths                         senders found dead by their successors, and not told of
 *  588   aborts                         the same of those that gave up
 *  648…703   states of 56 senders       one byte each
 * ```
 *
 * A claim word says where the last claim of its sender started, as
 * `announceClaims` writes it: so a claim that was never finished can be told to
 * be a dead sender's.
 *
 * @module
 */

import { magicOf } from "../../sync/locks/block.ts";
import { Doorbell } from "../ends/doorbell.ts";

/** Who may write to a ring at the same time. */
export type Producers = "one" | "many";

const OFFSETS = {
  sendersParked: 192,
  receiverParked: 448,
  receiverState: 452,
  kind: 576,
  changes: 580,
  deaths: 584,
  aborts: 588,
  senderStates: 648,
} as const;

const CLAIM_LINES = [136, 200, 264, 328] as const;
const CLAIMS_PER_LINE = 14;

/** How many senders a ring has room for. */
export const MAX_SENDERS = CLAIM_LINES.length * CLAIMS_PER_LINE;

const KINDS: ReadonlyMap<number, Producers> = new Map([
  [magicOf("rng1"), "one"],
  [magicOf("rngN"), "many"],
]);

/** States of the receiver. */
export const RECEIVER = { never: 0, open: 1, closed: 2 } as const;

/** States of a sender. */
export const SENDER = { free: 0, open: 1, ended: 2, aborted: 3 } as const;

/** The control words of a ring. */
export class RingControl {
  /** Senders sleep here. */
  readonly sendersBell: Doorbell;
  /** The receiver sleeps here. */
  readonly receiverBell: Doorbell;
  readonly #words: Int32Array;
  readonly #states: Uint8Array;
  readonly #receiver: number;
  readonly #capacity: number;

  /**
   * Names the words.
   *
   * @param bytes The ring's memory, mapped.
   */
  constructor(bytes: Uint8Array, capacity: number) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#words = new Int32Array(buffer, byteOffset, byteLength / 4);
    const states = byteOffset + capacity + OFFSETS.senderStates;
    this.#states = new Uint8Array(buffer, states, MAX_SENDERS);
    this.#capacity = capacity;
    this.#receiver = this.#at(OFFSETS.receiverState);
    this.sendersBell = this.#bell(OFFSETS.sendersParked);
    this.receiverBell = this.#bell(OFFSETS.receiverParked);
  }

  /** Who may write; nothing when a program made the ring that does not say. */
  get producers(): Producers | undefined {
    return KINDS.get(this.#load(OFFSETS.kind));
  }

  /** Whether the word that says who may write holds something else. */
  get isForeign(): boolean {
    const kind = this.#load(OFFSETS.kind);
    return kind !== 0 && !KINDS.has(kind);
  }

  /** Says who may write, unless someone said it before. */
  setProducers(producers: Producers): void {
    const [magic = 0] = [...KINDS].find(([, kind]) => kind === producers) ?? [];
    const index = this.#at(OFFSETS.kind);
    Atomics.compareExchange(this.#words, index, 0, magic);
  }

  /** State of the receiver, one of {@linkcode RECEIVER}. */
  get receiver(): number {
    return Atomics.load(this.#words, this.#receiver);
  }

  set receiver(state: number) {
    Atomics.store(this.#words, this.#receiver, state);
  }

  /** State of a sender, one of {@linkcode SENDER}. */
  senderState(slot: number): number {
    return Atomics.load(this.#states, slot);
  }

  /** Changes the state of a sender, and lets the receiver know. */
  setSenderState(slot: number, state: number): void {
    Atomics.store(this.#states, slot, state);
    Atomics.add(this.#words, this.#at(OFFSETS.changes), 1);
    this.receiverBell.ring();
  }

  /** Lets another sender have a place. */
  freeSender(slot: number): void {
    this.clearClaim(slot);
    Atomics.store(this.#states, slot, SENDER.free);
  }

  /** How often a sender came or went. */
  get changes(): number {
    return this.#load(OFFSETS.changes);
  }

  /** How many senders were found dead by their successors, and not told of. */
  get deaths(): number {
    return this.#load(OFFSETS.deaths);
  }

  /** Counts a sender that was found dead. */
  addDeath(): void {
    Atomics.add(this.#words, this.#at(OFFSETS.deaths), 1);
  }

  /** Takes deaths off that were told of. */
  takeDeaths(count: number): void {
    Atomics.sub(this.#words, this.#at(OFFSETS.deaths), count);
  }

  /** How many senders were found to have given up, and not told of. */
  get aborts(): number {
    return this.#load(OFFSETS.aborts);
  }

  /** Counts a sender that had given up. */
  addAbort(): void {
    Atomics.add(this.#words, this.#at(OFFSETS.aborts), 1);
  }

  /** Takes one off that was told of. */
  takeAbort(): void {
    Atomics.sub(this.#words, this.#at(OFFSETS.aborts), 1);
  }

  /** Which word holds where the last claim of a sender started. */
  claimWord(slot: number): number {
    const line = CLAIM_LINES[Math.trunc(slot / CLAIMS_PER_LINE)] ?? 0;
    return this.#at(line) + slot % CLAIMS_PER_LINE;
  }

  /** What a sender announced last; 0 when it has claimed nothing. */
  claimOf(slot: number): number {
    return Atomics.load(this.#words, this.claimWord(slot));
  }

  /** Forgets the claims of a former sender. */
  clearClaim(slot: number): void {
    Atomics.store(this.#words, this.claimWord(slot), 0);
  }

  /** Index of a word. */
  #at(offset: number): number {
    return (this.#capacity + offset) >> 2;
  }

  #load(offset: number): number {
    return Atomics.load(this.#words, this.#at(offset));
  }

  #bell(offset: number): Doorbell {
    return new Doorbell(this.#words, this.#at(offset));
  }
}

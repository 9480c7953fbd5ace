/**
 * What senders and receivers of this library write into the padding of a ring's
 * trailer, which Agrona leaves alone. Offsets in bytes from the end of the data
 * area:
 *
 * ```text
 *  136…191, 200…255, 264…319, 328…383   claim words of 4 × 14 senders
 *  192          senders parked          a doorbell
 *  392          journal of the consumer, see `ring/`
 *  400…415      pipes of the receiver   descriptor and inode of its bell, and of its life
 *  416…431      pipes of sender 0       the same
 *  432…447      pipes of sender 1       the same
 *  448          receiver parked         a doorbell
 *  452          state of the receiver
 *  456…511      pids of senders 0…27    low 16 bits of each
 *  520…575      pids of senders 28…55   the same
 *  576          kind and version        four letters: "rng1", "rngN"
 *  580          changes                 counts senders that came or went
 *  584          deaths                  senders found dead by their successors, untold
 *  588          aborts                  the same of those that gave up
 *  592…623      label                   UTF-8, padded with zeros
 *  624          creator's pid
 *  628          creator's start time    low 32 bits, ticks since the machine started
 *  632          receiver's pid
 *  636          pid of the last sender that was found dead by its successor
 *  648…703      states of 56 senders    one byte each; bit 2: it rings pipes
 *  704…759      pids of 56 senders      high 8 bits of each
 * ```
 *
 * A doorbell is 0 when nobody sleeps, 1 when someone sleeps on the word itself
 * (`futex(2)`), and 2 (in its low two bits) when someone sleeps in an event loop.
 * The number in the bits above, which sleeper it is, is then written to that
 * process's bell as 32 bits.
 *
 * State of the receiver: bit 2 says that it rings pipes.
 *
 * A claim word says where the last claim of its sender started, as producers
 * announce it: so a claim that was never finished can be told to be a dead
 * sender's.
 *
 * @module
 */

import { SenderPids } from "./sender_pids.ts";
import { PIPES_LENGTH, PipeWords } from "./pipe_words.ts";
import { magicOf } from "../../sync/locks/block.ts";
import { type HeaderOffsets, ObjectHeader } from "../object/header.ts";
import { Doorbell } from "../waiting/doorbell.ts";

/** Who may write to a ring at the same time. */
export type Producers = "one" | "many";

const OFFSETS = {
  receiverPipes: 400,
  senderPipes: 416,
  sendersParked: 192,
  receiverParked: 448,
  receiverState: 452,
  kind: 576,
  changes: 580,
  deaths: 584,
  aborts: 588,
  receiverPid: 632,
  lastDeadPid: 636,
  senderStates: 648,
} as const;

const HEADER: HeaderOffsets = {
  label: 592,
  creatorPid: 624,
  creatorStart: 628,
};

/** Where a creator says who it is, before it says what it has made. */
export const CREATOR = { start: HEADER.label, end: HEADER.creatorStart + 4 };

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

/** In a state: this one rings pipes. */
const RINGS_PIPES = 4;
const STATE_MASK = 3;

/** The control words of a ring. */
export class RingControl {
  /** Senders sleep here. */
  readonly sendersBell: Doorbell;
  /** The receiver sleeps here. */
  readonly receiverBell: Doorbell;
  /** Pipes of the receiver's process. */
  readonly receiverPipes: PipeWords;
  readonly #senderPipes: readonly (PipeWords | undefined)[];
  /** Who created the ring, and its label. */
  readonly header: ObjectHeader;
  readonly #words: Int32Array;
  readonly #pids: SenderPids;
  readonly #states: Uint8Array;
  readonly #receiver: number;
  readonly #capacity: number;

  /** Names the words of a ring's memory, which is mapped. */
  constructor(bytes: Uint8Array, capacity: number) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.header = new ObjectHeader(bytes, capacity, HEADER);
    this.#words = new Int32Array(buffer, byteOffset, byteLength / 4);
    this.#pids = new SenderPids(bytes, capacity);
    const states = byteOffset + capacity + OFFSETS.senderStates;
    this.#states = new Uint8Array(buffer, states, MAX_SENDERS);
    this.#capacity = capacity;
    this.#receiver = this.#at(OFFSETS.receiverState);
    const [first, second] = [0, PIPES_LENGTH].map((offset, slot) =>
      this.#pipes(OFFSETS.senderPipes + offset, () => this.senderPid(slot))
    );
    this.#senderPipes = [first, second];
    this.receiverPipes = this.#pipes(
      OFFSETS.receiverPipes,
      () => this.receiverPid,
    );
    // Of many senders any may sleep there; of one only that one.
    this.sendersBell = this.#bell(OFFSETS.sendersParked, first);
    this.receiverBell = this.#bell(OFFSETS.receiverParked, this.receiverPipes);
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
    return Atomics.load(this.#words, this.#receiver) & STATE_MASK;
  }

  /** Whether the receiver has closed, by a plain load: for each message. */
  get seemsReceiverClosed(): boolean {
    return (this.#words[this.#receiver]! & STATE_MASK) === RECEIVER.closed;
  }

  /** Whether the receiver rings pipes. */
  get receiverRingsPipes(): boolean {
    return (Atomics.load(this.#words, this.#receiver) & RINGS_PIPES) !== 0;
  }

  /** Changes the state of the receiver. */
  setReceiver(state: number, ringsPipes: boolean): void {
    const bits = ringsPipes ? RINGS_PIPES : 0;
    Atomics.store(this.#words, this.#receiver, state | bits);
  }

  /** Pipes of a sender's process, if there is room for them. */
  senderPipes(slot: number): PipeWords | undefined {
    return this.#senderPipes[slot];
  }

  /** State of a sender, one of {@linkcode SENDER}. */
  senderState(slot: number): number {
    return Atomics.load(this.#states, slot) & STATE_MASK;
  }

  /** Whether a sender rings pipes. */
  senderRingsPipes(slot: number): boolean {
    return (Atomics.load(this.#states, slot) & RINGS_PIPES) !== 0;
  }

  /** The process that has, or had, a sender's place; 0 when it is not known. */
  senderPid(slot: number): number {
    return this.#pids.get(slot);
  }

  /** Says which process has a sender's place. */
  setSenderPid(slot: number, pid: number): void {
    this.#pids.set(slot, pid);
  }

  /** The process that receives, or did last; 0 when it is not known. */
  get receiverPid(): number {
    return this.#load(OFFSETS.receiverPid);
  }

  set receiverPid(pid: number) {
    Atomics.store(this.#words, this.#at(OFFSETS.receiverPid), pid);
  }

  /** Changes the state of a sender, and lets the receiver know. */
  setSenderState(slot: number, state: number, ringsPipes = false): void {
    const bits = ringsPipes ? RINGS_PIPES : 0;
    Atomics.store(this.#states, slot, state | bits);
    Atomics.add(this.#words, this.#at(OFFSETS.changes), 1);
    this.receiverBell.ring();
  }

  /** Frees the place of a sender. */
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

  /** The last of them; 0 when it is not known. */
  get lastDeadPid(): number {
    return this.#load(OFFSETS.lastDeadPid);
  }

  /** Counts a sender that was found dead. */
  addDeath(pid: number): void {
    Atomics.store(this.#words, this.#at(OFFSETS.lastDeadPid), pid);
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

  #bell(offset: number, pipes: PipeWords | undefined): Doorbell {
    const sleeper = pipes && (() => pipes.bell);
    return new Doorbell(this.#words, this.#at(offset), sleeper);
  }

  #pipes(offset: number, pid: () => number): PipeWords {
    return new PipeWords(this.#words, this.#at(offset), pid);
  }
}

import { SharedMemory } from "../../memory/posix/shared_memory.ts";
import {
  type ChannelObject,
  LOCKS,
  waitForChannel,
  type WaitForOptions,
} from "./channel_object.ts";
import { ANNOUNCED, isPast } from "../ring/claim_repair.ts";
import {
  ManyToOneRingBuffer,
  recoverConsumer,
  repairClaim,
} from "../ring/many_to_one_ring_buffer.ts";
import type { Message } from "./message.ts";
import { MessageMemory } from "../buffers/copy_out.ts";
import { MessageReader, type Verdict } from "./message_reader.ts";
import {
  OneToOneRingBuffer,
  takeOverProducer,
} from "../ring/one_to_one_ring_buffer.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import { CHECK_MS, GrowingPause } from "./pacing.ts";
import { HEADER_LENGTH, TYPE_OFFSET } from "../ring/record_layout.ts";
import {
  RingChannel,
  type RingChannelOptions,
  type RingOpenOptions,
} from "./ring_channel.ts";
import {
  type Producers,
  RECEIVER,
  type RingControl,
} from "../membership/ring_control.ts";
import { type Census, Senders } from "../membership/senders.ts";
import {
  peek,
  release,
  type RingBuffer,
  viewsOf,
} from "../ring/ring_buffer.ts";

/** What `peek` gives when there is no message, and what is held then. */
const NONE = -1;

/** How a {@linkcode Receiver} receives. */
export interface ReceiverOptions {
  /**
   * Go on waiting when all senders have ended, for those that come later.
   * Default: false, the loop over messages ends.
   */
  readonly keepOpen?: boolean;
}

/** Longest pause while nobody is known who would ring. */
const LONGEST_PAUSE_MS = 100;
/** The same once messages came from someone who does not ring. */
const LONGEST_FOREIGN_PAUSE_MS = 20;

/**
 * How long an unfinished message may block the ring whose sender is unknown. A
 * program that stands still for so long may find its message given up.
 */
const ABANDONED_MS = 10_000;

/** Senders that died, and the position up to which their messages may lie. */
interface Obituary {
  readonly slots: readonly number[];
  readonly end: number;
}

/**
 * The receiving end of a channel: messages from one sender or many, in other
 * processes, in the bytes of Agrona's ring buffers. One receiver at a time.
 *
 * A message stays in the ring until the next one is asked for. So when a
 * receiver dies, the one that comes after it begins with the message that was
 * being worked on; nothing is lost.
 *
 * Waiting costs nothing: it looks for some microseconds, then sleeps until a
 * sender rings. Senders that are not of this library ring nobody: once it has seen
 * one it looks again in pauses that grow up to 20 ms.
 *
 * @example Receive what another process sends
 * ```ts
 * import { Receiver, Sender } from "@shmem/shmem/channel";
 *
 * const name = `/numbers-${crypto.randomUUID()}`;
 * using receiver = Receiver.create(name);
 *
 * // In another process:
 * {
 *   using sender = Sender.open(name);
 *   await sender.send(new Uint8Array([1, 2, 3]), { typeId: 7 });
 * }
 *
 * for await (const { typeId, bytes } of receiver) {
 *   console.log(typeId, bytes); // 7 Uint8Array(3) [ 1, 2, 3 ]
 * }
 * receiver.unlink();
 * ```
 */
export class Receiver extends MessageReader {
  /** Bytes of the data area. */
  readonly capacity: number;
  /** Longest message in bytes, an eighth of the capacity. */
  readonly maxMessageLength: number;
  /** Whether one sender at a time may write, or many. */
  readonly producers: Producers;

  readonly #object: ChannelObject;
  readonly #ring: RingBuffer;
  readonly #control: RingControl;
  readonly #senders: Senders;
  readonly #words: Int32Array;
  readonly #memory: MessageMemory;
  readonly #head: number;
  readonly #tail: number;
  readonly #mask: number;
  readonly #keepOpen: boolean;
  readonly #pause = new GrowingPause();
  /** Where the message lies that was given out last. */
  #held = NONE;
  #changes: number;
  #nextCheck = 0;
  #nextRepair = 0;
  #blockedSince: number | undefined;
  /** Senders that died while others kept this busy. */
  #obituary: Obituary | undefined;
  #anyOpen = false;
  #foreign = false;

  private constructor(channel: RingChannel, options: ReceiverOptions) {
    const { object, ring, control, producers } = channel;
    super(object.name, object.what);
    using undo = new DisposableStack();
    undo.defer(() => object.abandon());
    if (!object.tryLock(LOCKS.receiver)) {
      object.close();
      throw new Deno.errors.Busy(
        `Cannot receive from ${object.what}: it has a receiver already, and a ring has one at a time; close that one first`,
      );
    }
    if (ring instanceof ManyToOneRingBuffer) recoverConsumer(ring);
    undo.move();
    const { words, head, tail } = viewsOf(ring);
    this.capacity = ring.capacity;
    this.maxMessageLength = ring.maxMessageLength;
    this.producers = producers;
    this.#object = object;
    this.#ring = ring;
    this.#control = control;
    this.#senders = new Senders(object, control);
    this.#words = words;
    this.#memory = new MessageMemory(object.mapping.bytes);
    this.#head = head;
    this.#tail = tail;
    this.#mask = ring.capacity - 1;
    this.#keepOpen = options.keepOpen ?? false;
    this.#changes = NaN;
    control.receiver = RECEIVER.open;
    control.sendersBell.ring();
  }

  /**
   * Creates a channel and its receiving end.
   *
   * @param name One component, with or without a slash in front: `"/frames"`.
   * @param options Capacity, who may send, and the rest.
   * @returns The receiver.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   * @throws {Deno.errors.Busy} With `ifExists: "open"`, when the channel has a
   * receiver.
   * @throws {RangeError} When the capacity is no power of two from 64 to 2^30, or
   * not that of a channel which `ifExists: "open"` finds.
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   */
  static create(
    name: string,
    options: RingChannelOptions & ReceiverOptions = {},
  ): Receiver {
    return new Receiver(RingChannel.create(name, options), options);
  }

  /**
   * Opens the receiving end of a channel that a sender or another program made,
   * or whose receiver is gone.
   *
   * @param name Name of the channel.
   * @param options Who may send, for a ring that does not say so.
   * @returns The receiver.
   * @throws {Deno.errors.NotFound} When there is no such channel (ENOENT).
   * @throws {Deno.errors.Busy} When it has a receiver.
   * @throws {RangeError} When what has this name has a size that fits no ring.
   * @throws {TypeError} When it holds something else.
   */
  static open(
    name: string,
    options: RingOpenOptions & ReceiverOptions = {},
  ): Receiver {
    return new Receiver(RingChannel.open(name, options), options);
  }

  /**
   * Opens the receiving end as soon as someone has created the channel.
   *
   * @param name Name of the channel.
   * @param options How long to wait, and what {@linkcode Receiver.open} takes.
   * @returns The receiver. Rejects as {@linkcode Receiver.open} throws, with
   * `Deno.errors.TimedOut`, or with the reason of the signal.
   */
  static async waitFor(
    name: string,
    options: WaitForOptions & RingOpenOptions & ReceiverOptions = {},
  ): Promise<Receiver> {
    const open = () => Receiver.open(name, options);
    return await waitForChannel(name, open, options);
  }

  /**
   * Removes the name of a channel. Who has it open keeps it.
   *
   * @param name Name of the channel.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   */
  static unlink(name: string): void {
    SharedMemory.unlink(name);
  }

  /**
   * Removes the name of the channel. Who has it open keeps it.
   *
   * @throws {Deno.errors.NotFound} When it was removed before (ENOENT).
   */
  unlink(): void {
    this.#object.unlink();
  }

  /** Takes the next message, and gives back the one before. */
  protected override take(alone: boolean): Message | undefined {
    this.#giveBack();
    const index = peek(this.#ring);
    if (index === NONE) return undefined;
    this.#held = index;
    this.#blockedSince = undefined;
    const words = this.#words;
    // It was checked, but a broken sender may still be at it.
    const most = this.capacity - index;
    const length = Math.max(HEADER_LENGTH, Math.min(words[index >> 2]!, most));
    const typeId = words[(index + TYPE_OFFSET) >> 2]!;
    const start = index + HEADER_LENGTH;
    const memory = this.#memory;
    const bytes = alone
      ? memory.copyAlone(start, length - HEADER_LENGTH)
      : memory.copy(start, length - HEADER_LENGTH);
    return { typeId, bytes };
  }

  /** Whether something lies at the head that can be read. */
  protected override get isReady(): boolean {
    const words = this.#words;
    const index = words[this.#head]! & this.#mask;
    return Atomics.load(words, index >> 2) > 0;
  }

  /** Makes whole what dead senders left in the way of others. */
  protected override maintain(): void {
    const now = performance.now();
    if (now < this.#nextRepair) return;
    this.#nextRepair = now + CHECK_MS;
    this.#repair(this.#senders.count(), now);
  }

  /** Looks whether a sender died whose last message was received. */
  protected override patrol(): Error | undefined {
    const now = performance.now();
    if (now >= this.#nextCheck) {
      this.#nextCheck = now + CHECK_MS;
      const { dead } = this.#senders.count();
      // All that they sent lies in front of the tail.
      const end = Atomics.load(this.#words, this.#tail);
      if (dead.length > 0) this.#obituary ??= { slots: dead, end };
    }
    const obituary = this.#obituary;
    if (obituary === undefined) return undefined;
    // If there is a pause after all, it is told then.
    this.#nextCheck = 0;
    if (((this.#words[this.#head]! - obituary.end) | 0) < 0) return undefined;
    this.#obituary = undefined;
    const count = this.#senders.freeDead(obituary.slots);
    return count > 0 ? this.#deathOf(count) : undefined;
  }

  /** Looks whether senders have ended, given up or died. */
  protected override judge(): Verdict | undefined {
    const control = this.#control;
    const { changes } = control;
    const now = performance.now();
    if (changes === this.#changes && now < this.#nextCheck) return undefined;
    this.#nextCheck = now + CHECK_MS;
    const census = this.#senders.count();
    this.#anyOpen = census.open > 0;
    this.#repair(census, now);
    const verdict = this.#verdictOn(census, changes);
    if (this.isReady && (verdict !== undefined || census.dead.length > 0)) {
      // Messages come first, and then this again, without waiting for the next
      // check: others may send all the time.
      this.#nextCheck = 0;
      return undefined;
    }
    if (verdict === undefined) this.#changes = changes;
    return verdict;
  }

  /** Sleeps until a sender rings. */
  protected override async park(
    signal: AbortSignal | undefined,
  ): Promise<void> {
    // All that it gave back is free now.
    this.#control.sendersBell.ring();
    const longest = this.#foreign ? LONGEST_FOREIGN_PAUSE_MS : LONGEST_PAUSE_MS;
    const ms = this.#anyOpen && !this.#foreign
      ? lookAgainMs(CHECK_MS)
      : this.#pause.next(longest);
    const isReady = () =>
      this.isReady || this.#control.changes !== this.#changes;
    const rung = await this.#control.receiverBell.park(isReady, ms, signal);
    if (!this.isReady) return;
    this.#pause.reset();
    this.#foreign = !rung;
  }

  /** Gives the memory back, and says that there is no receiver any more. */
  protected override letGo(): void {
    try {
      this.#giveBack();
    } finally {
      this.#control.receiver = RECEIVER.closed;
      this.#control.sendersBell.ring();
      this.#object.close();
    }
  }

  #giveBack(): void {
    const held = this.#held;
    if (held === NONE) return;
    this.#held = NONE;
    release(this.#ring, held);
    const { sendersBell } = this.#control;
    // Not for each message: who waits gets room for many at once.
    if (sendersBell.parked && this.#used() <= this.capacity / 2) {
      sendersBell.ring();
    }
  }

  #used(): number {
    const words = this.#words;
    return (Atomics.load(words, this.#tail) - words[this.#head]!) | 0;
  }

  /** Makes whole what dead senders left unfinished. */
  #repair({ dead }: Census, now: number): void {
    if (this.#ring instanceof OneToOneRingBuffer) {
      using gone = this.#senders.lock(dead);
      if (gone.slots.length > 0) takeOverProducer(this.#ring);
      return;
    }
    if (!(this.#ring instanceof ManyToOneRingBuffer)) return;
    if (this.#used() === 0 || this.isReady) {
      this.#blockedSince = undefined;
      return;
    }
    // Nobody may take their places meanwhile: a claim there would count as dead.
    using gone = this.#senders.lock(dead);
    const live = () =>
      this.#senders.claims((slot) => !gone.slots.includes(slot));
    const abandoned = this.#senders.claims((slot) => gone.slots.includes(slot));
    // A claim of someone unknown: a program of another kind, or one whose
    // death a former receiver saw.
    this.#blockedSince ??= now;
    if (now - this.#blockedSince > ABANDONED_MS) {
      abandoned.push(this.#words[this.#head]! | ANNOUNCED);
    }
    if (!repairClaim(this.#ring, live, abandoned)) return;
    // There may be more behind it: at once, not at the next check.
    this.#nextCheck = 0;
    this.#changes = NaN;
  }

  #verdictOn(census: Census, changes: number): Verdict | undefined {
    const { open, ended, aborted, dead } = census;
    if (dead.length > 0 && this.#isSettled(dead)) {
      return () =>
        this.#senders.free(dead, changes)
          ? this.#deathOf(dead.length)
          : "again";
    }
    // What it left may still be in the way of others.
    if (dead.length > 0) return undefined;
    // An unfinished message stands before what others sent: that comes first.
    if (this.#isBlocked) return undefined;
    const { deaths, aborts } = this.#control;
    if (deaths > 0) {
      return () => {
        this.#control.takeDeaths(deaths);
        return this.#deathOf(deaths);
      };
    }
    if (aborted.length > 0) {
      return () =>
        this.#senders.free(aborted, changes) ? this.#abortion() : "again";
    }
    if (aborts > 0) {
      return () => {
        this.#control.takeAbort();
        return this.#abortion();
      };
    }
    if (this.#keepOpen || open > 0 || ended.length === 0) return undefined;
    return () => this.#senders.free(ended, changes) ? "end" : "again";
  }

  /** Whether something lies behind a message that is not finished. */
  get #isBlocked(): boolean {
    return this.#ring instanceof ManyToOneRingBuffer && this.#used() !== 0;
  }

  /** Whether nothing of these senders is left that could still be repaired. */
  #isSettled(slots: readonly number[]): boolean {
    const head = this.#words[this.#head]!;
    if (this.#used() === 0) return true;
    return slots.every((slot) =>
      isPast(this.#control.claimOf(slot), head, this.capacity)
    );
  }

  #deathOf(count: number): Error {
    const who = count === 1 ? "a sender" : `${count} senders`;
    return new Deno.errors.ConnectionReset(
      `Cannot receive from ${this.what}: ${who} died, or exited without closing; all that was sent was received, receive again to go on with others`,
    );
  }

  #abortion(): Error {
    return new Deno.errors.ConnectionAborted(
      `Cannot receive from ${this.what}: a sender gave up before its end; what it had sent was received`,
    );
  }
}

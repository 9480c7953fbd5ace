import { ownPipes } from "../../sync/bells/own_pipes.ts";
import { deathsSeen, watchLife } from "../../sync/bells/peers.ts";
import { hasBell } from "../../sync/bells/sleepers.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import { checkSource } from "../buffers/message_checks.ts";
import { receiverDied } from "../membership/departures.ts";
import {
  RECEIVER,
  type RingControl,
  SENDER,
} from "../membership/ring_control.ts";
import { hasReceiver } from "../membership/ring_room.ts";
import { takePlace } from "../membership/sender_place.ts";
import { type ChannelObject, LOCKS } from "../object/channel_object.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import {
  announceClaims,
  ManyToOneRingBuffer,
} from "../ring/many_to_one_ring_buffer.ts";
import {
  OneToOneRingBuffer,
  takeOverProducer,
} from "../ring/one_to_one_ring_buffer.ts";
import type { RingBuffer } from "../ring/ring_buffer.ts";
import { giveTurn, isTurnDue } from "../../memory/waiting/turns.ts";
import { CHECK_MS, GrowingPause, Spin } from "../waiting/pacing.ts";
import type { RingChannel } from "./ring_channel.ts";
import { SendQueue } from "./send_queue.ts";

/** Longest pause while no receiver is known that would ring. */
const LONGEST_PAUSE_MS = 20;

/** How often a busy receiver is asked for, in messages and in time. */
const SENDS_PER_LOOK = 64;

/** A sender's place in a ring, its messages, and its wait for room. */
export class RingSending {
  readonly #object: ChannelObject;
  readonly #ring: RingBuffer;
  readonly #control: RingControl;
  readonly #slot: number;
  readonly #maxMessageLength: number;
  readonly #queue = new SendQueue();
  readonly #pause = new GrowingPause();
  readonly #spin = new Spin();
  readonly #isOnly: boolean;
  #closed = false;
  #sends = 0;
  #nextLook = 0;

  /** Takes a place, and makes whole what the sender before left there. */
  constructor({ object, ring, control }: RingChannel) {
    const one = ring instanceof OneToOneRingBuffer ? ring : undefined;
    const repair = one && (() => takeOverProducer(one));
    const slot = takePlace(object, control, repair);
    if (ring instanceof ManyToOneRingBuffer) {
      announceClaims(ring, control.claimWord(slot));
    }
    const pipes = ownPipes();
    control.senderPipes(slot)?.set(pipes);
    // Where the receiver's pipe cannot be opened, it sleeps on its word.
    const ringsPipes = pipes !== undefined &&
      (control.receiver !== RECEIVER.open || control.receiverBell.canRingPipe);
    control.setSenderState(slot, SENDER.open, ringsPipes);
    this.#isOnly = one !== undefined;
    this.#object = object;
    this.#ring = ring;
    this.#control = control;
    this.#slot = slot;
    this.#maxMessageLength = ring.maxMessageLength;
  }

  /** Whether a receiver is there. */
  get hasReceiver(): boolean {
    return hasReceiver(this.#object, this.#control);
  }

  /** Bytes of the data area that hold messages. */
  get used(): number {
    return this.#ring.size;
  }

  /** Sends a message, if there is room for it and none waits before it. */
  trySend(typeId: number, bytes: Uint8Array): boolean {
    this.#check(bytes);
    if (this.#queue.isBusy) return false;
    return this.#write(typeId, bytes);
  }

  /**
   * The same, and leaves it to {@linkcode RingSending.wake} to tell the receiver.
   * It is not asked for whether that lives, unless there is no room.
   */
  trySendSilently(typeId: number, bytes: Uint8Array): boolean {
    this.#checkMessage(bytes);
    if (this.#queue.isBusy) return false;
    return this.#ring.write(typeId, bytes);
  }

  /** Whether the receiver sleeps, or may sleep before it sees what was sent. */
  get receiverSleeps(): boolean {
    return !this.#closed && this.#control.receiverBell.needsRing;
  }

  /** Wakes the receiver, if it sleeps. */
  wake(): void {
    // It was woken when this was closed.
    if (this.#closed) return;
    if (!this.#control.receiverBell.ring()) this.#stopRingingPipes();
  }

  /** Sends a message when there is room for it. */
  async sendLater(
    typeId: number,
    bytes: Uint8Array,
    wait: WaitOptions,
  ): Promise<void> {
    await this.#queue.enter(
      wait,
      (deadline) => this.#waitForRoom(typeId, bytes, deadline, wait),
      (timeoutMs) => this.#timedOut(timeoutMs),
    );
  }

  /** Closes, or aborts. */
  leave(how: "close" | "abort"): void {
    this.#closed = true;
    const state = how === "close" ? SENDER.ended : SENDER.aborted;
    this.#control.setSenderState(this.#slot, state);
  }

  /** Refuses what is closed. */
  requireOpen(operation: string): void {
    if (!this.#closed) return;
    throw new Deno.errors.BadResource(
      `Cannot ${operation} ${this.#object.what}: it is closed`,
    );
  }

  /** The ring checks the rest, when it writes. */
  #checkMessage(bytes: Uint8Array): void {
    if (this.#closed) this.requireOpen("send to");
    if (this.#control.seemsReceiverClosed) this.#refuseClosed();
    if (!(bytes?.byteLength <= this.#maxMessageLength)) this.#refuse(bytes);
  }

  #check(bytes: Uint8Array): void {
    this.#checkMessage(bytes);
    // One that sleeps is asked for at once: waking it costs more than that.
    const { seemsParked } = this.#control.receiverBell;
    if (seemsParked || ++this.#sends >= SENDS_PER_LOOK) this.#look();
  }

  #look(): void {
    this.#sends = 0;
    const bell = this.#control.receiverBell;
    if (bell.parked) {
      // Its pipe ends with its process: less to ask for than its lock.
      if (bell.isHeard) return;
    } else {
      const now = performance.now();
      if (now < this.#nextLook) return;
      this.#nextLook = now + CHECK_MS;
    }
    this.#checkReceiver();
  }

  #refuse(bytes: Uint8Array): never {
    const { what } = this.#object;
    checkSource(bytes, 0);
    throw new RangeError(
      `Cannot send to ${what}: the message has ${bytes.byteLength} bytes, and one may have ${this.#maxMessageLength}, an eighth of the capacity; create the channel with \`maxMessageLength\`, or write it to \`sender.writable\`, which sends it in pieces`,
    );
  }

  /** Refuses to send to a receiver that closed, unless a successor has come meanwhile. */
  #refuseClosed(): void {
    if (this.#control.receiver !== RECEIVER.closed) return;
    throw new Deno.errors.BrokenPipe(
      `Cannot send to ${this.#object.what}: its receiver closed; messages are taken again when there is another one`,
    );
  }

  #write(typeId: number, bytes: Uint8Array): boolean {
    if (!this.#ring.write(typeId, bytes)) return false;
    this.wake();
    return true;
  }

  /** Its pipe cannot be opened: it finds out by itself, and sleeps otherwise then. */
  #stopRingingPipes(): void {
    this.#control.setSenderState(this.#slot, SENDER.open, false);
  }

  async #waitForRoom(
    typeId: number,
    bytes: Uint8Array,
    deadline: number,
    { timeoutMs = Infinity, signal }: WaitOptions,
  ): Promise<void> {
    let sent = false;
    const trySend = () => sent = this.#write(typeId, bytes);
    // Not after each sleep: that would be most of what it does.
    for (let first = true;; first = false) {
      signal?.throwIfAborted();
      this.#check(bytes);
      if (trySend() || first && this.#spin.until(trySend)) break;
      const left = deadline === Infinity
        ? Infinity
        : deadline - performance.now();
      if (left <= 0) throw this.#timedOut(timeoutMs);
      const isKnown = this.#checkReceiver();
      await this.#park(trySend, isKnown, left, signal);
      if (sent) break;
    }
    this.#pause.reset();
    if (isTurnDue()) await giveTurn();
  }

  /**
   * Sleeps until there may be room.
   *
   * @param isKnown Whether there is a receiver that rings.
   */
  async #park(
    trySend: () => boolean,
    isKnown: boolean,
    longestMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const control = this.#control;
    const bell = control.sendersBell;
    // Of many senders several may sleep, and there is one word for all. A receiver
    // whose pipe cannot be opened here, as in another PID namespace, cannot open
    // this one's either.
    const byPipe = this.#isOnly && isKnown && control.receiverRingsPipes &&
      control.receiverBell.canRingPipe && hasBell();
    try {
      if (byPipe) {
        const deaths = deathsSeen();
        const isTold = watchLife(control.receiverPipes.life);
        const ms = isTold ? Infinity : lookAgainMs(CHECK_MS);
        const isReady = () =>
          deathsSeen() !== deaths || control.receiver !== RECEIVER.open ||
          trySend();
        await bell.parkByPipe(isReady, longestMs, signal, ms);
        return;
      }
      const ms = isKnown
        ? lookAgainMs(CHECK_MS)
        : this.#pause.next(LONGEST_PAUSE_MS);
      await bell.park(trySend, Math.min(ms, longestMs), signal);
    } catch (error) {
      // Its memory goes when it is closed, and that ends the sleep.
      if (!this.#closed) throw error;
    }
  }

  /**
   * Asks the kernel whether the receiver lives.
   *
   * @returns Whether there is one that rings.
   * @throws {Deno.errors.ConnectionReset} When it died.
   */
  #checkReceiver(): boolean {
    const control = this.#control;
    if (control.receiver !== RECEIVER.open) return false;
    if (this.#object.isLocked(LOCKS.receiver)) return true;
    // It may have closed between the two looks.
    if (control.receiver !== RECEIVER.open) return false;
    throw receiverDied(this.#object.what, control.receiverPid);
  }

  #timedOut(timeoutMs: number): Error {
    return new Deno.errors.TimedOut(
      `Cannot send to ${this.#object.what}: there was no room within ${timeoutMs} ms; its receiver is slower than its senders, or does not receive`,
    );
  }
}

import { Subscriber } from "../../channel/ends/subscriber.ts";
import { checkWord } from "../../memory/checks/checks.ts";
import { checkInteger } from "../../memory/checks/integers.ts";
import { readOptions } from "../../memory/checks/options.ts";
import { checkSignal } from "../../memory/waiting/wait_options.ts";
import type { Latest } from "../../store/latest/latest.ts";
import type { AeronArchive } from "../archive/aeron_archive.ts";
import { PublicationBase } from "../publication/publication_base.ts";
import type { Checkpoint } from "./checkpoint.ts";
import {
  type BridgeSource,
  type BridgeTarget,
  checkpointOf,
  wayInOf,
  wayOutOf,
} from "./ends.ts";
import type { Carried } from "./ways_in.ts";
import { closedError, type WayOut } from "./ways_out.ts";

/** How a bridge works. */
export interface BridgeOptions {
  /** Ends it, in good order. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Keeps the place in a {@linkcode RecordedStream} at which to go on after a
   * restart: a value of {@linkcode CHECKPOINT_LENGTH} bytes or more, in a file if it
   * is to outlive the machine.
   */
  readonly checkpoint?: Latest | undefined;
  /**
   * The archive that records the publication. A message is then taken off the
   * channel only when it is written, so that a driver that is killed loses none.
   */
  readonly recordedBy?: AeronArchive | undefined;
  /** Type of messages that come without one. Default: 1. */
  readonly typeId?: number | undefined;
  /**
   * When a bridge from a subscription ends: `"closed"`: with the subscription;
   * `"last-image"`: also when its publishers have ended. Default: `"closed"`.
   */
  readonly until?: "closed" | "last-image" | undefined;
}

/** What a bridge has carried. */
export interface BridgeStatus {
  /** How many messages. */
  readonly messages: number;
  /** Their bytes. */
  readonly bytes: number;
  /** How many a broadcast buffer overwrote before the bridge came to them. */
  readonly lost: number;
}

/** How often to look whether the target is still there. */
const LOOK_MS = 100;

/** What was taken from a source and had no room when its bridge was stopped. */
const leftOver = new WeakMap<BridgeSource, Carried>();

/**
 * Carries messages from one channel to another, until its source ends or it is stopped.
 *
 * @example Carry for a minute, and say how much that was
 * ```ts
 * import { type Bridge } from "@shmem/shmem/aeron";
 *
 * async function minute(bridge: Bridge) {
 *   await new Promise((resolve) => setTimeout(resolve, 60_000));
 *   await bridge.stop();
 *   console.log(bridge.status.messages);
 * }
 * ```
 */
export class Bridge implements AsyncDisposable {
  /**
   * Fulfilled when the source ends or the bridge is stopped; rejected with what
   * went wrong.
   */
  readonly done: Promise<BridgeStatus>;
  readonly #from: BridgeSource;
  readonly #stopping = new AbortController();
  #messages = 0;
  #bytes = 0;

  /** @ignore Made by {@linkcode bridge}. */
  constructor(
    from: BridgeSource,
    wayIn: (signal: AbortSignal) => AsyncGenerator<Carried, void>,
    wayOut: WayOut,
    checkpoint: Checkpoint | undefined,
    signal: AbortSignal | undefined,
    isGone: () => Error | undefined,
  ) {
    this.#from = from;
    const { signal: stopping } = this.#stopping;
    const ending = signal === undefined
      ? stopping
      : AbortSignal.any([signal, stopping]);
    this.done = this.#run(wayIn, wayOut, checkpoint, ending, isGone);
  }

  /** What it has carried so far. */
  get status(): BridgeStatus {
    return {
      messages: this.#messages,
      bytes: this.#bytes,
      lost: this.#from instanceof Subscriber ? this.#from.lost : 0,
    };
  }

  /**
   * Ends it. Source and target stay open; a message that had no room is the first
   * one of the next bridge from the same source.
   *
   * @returns What it has carried. Rejects with what went wrong before.
   */
  async stop(): Promise<BridgeStatus> {
    this.#stopping.abort();
    return await this.done;
  }

  /** The same as {@linkcode Bridge.stop}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(
    wayIn: (signal: AbortSignal) => AsyncGenerator<Carried, void>,
    wayOut: WayOut,
    checkpoint: Checkpoint | undefined,
    stopping: AbortSignal,
    isGone: () => Error | undefined,
  ): Promise<BridgeStatus> {
    // While no message comes, nothing else tells that the target is gone.
    const breaking = new AbortController();
    const timer = setInterval(() => {
      const error = isGone();
      if (error !== undefined) breaking.abort(error);
    }, LOOK_MS);
    const signal = AbortSignal.any([stopping, breaking.signal]);
    const from = this.#from;
    let unsent = leftOver.get(from);
    const send = async (message: Carried) => {
      unsent = message;
      const sent = wayOut(message, signal);
      if (sent !== undefined) await sent;
      unsent = undefined;
      this.#messages++;
      this.#bytes += message.bytes.length;
      if (message.place !== undefined) checkpoint?.write(message.place);
    };
    try {
      leftOver.delete(from);
      if (unsent !== undefined) await send(unsent);
      for await (const message of wayIn(signal)) await send(message);
    } catch (error) {
      if (unsent !== undefined) leftOver.set(from, unsent);
      // Whatever ends by the signal ends in good order.
      if (!stopping.aborted || error !== stopping.reason) throw error;
    } finally {
      clearInterval(timer);
    }
    return this.status;
  }
}

/**
 * Carries messages from a channel of this machine to a stream of Aeron, or back,
 * one after the other, with their types (in the frames' reserved values). When the
 * target has no room, the source waits as well, and so do its senders. A
 * {@linkcode Receiver} keeps each message until it was taken on: a bridge that is
 * killed and started again loses none, and may send the last one twice.
 *
 * @param from A receiver, subscriber or newest value; or a subscription, or a
 * recorded stream, of Aeron.
 * @param to A publication of Aeron; or a sender, publisher or newest value.
 * @param options How.
 * @returns The bridge, which works already. Closing ends is up to the caller.
 * @throws {TypeError} When the two cannot be bridged, and for options that do not
 * fit them.
 *
 * @example Send a channel to another host
 * ```ts
 * import { Aeron, bridge } from "@shmem/shmem/aeron";
 * import { Receiver } from "@shmem/shmem/channel";
 *
 * async function main() {
 *   using aeron = await Aeron.connect();
 *   using receiver = Receiver.create("/prices");
 *   using publication = await aeron.addPublication(
 *     "aeron:udp?endpoint=192.168.1.7:40123",
 *     1001,
 *   );
 *   await bridge(receiver, publication).done;
 * }
 * ```
 */
export function bridge(
  from: BridgeSource,
  to: BridgeTarget,
  options?: BridgeOptions,
): Bridge {
  const given = readOptions(options, {
    signal: true,
    checkpoint: true,
    recordedBy: true,
    typeId: true,
    until: true,
  }, "bridge");
  const signal = checkSignal(given.signal);
  const typeId = checkInteger(given.typeId ?? 1, "typeId", 1, 0x7fff_ffff);
  const until = checkWord(
    given.until ?? "closed",
    ["closed", "last-image"],
    "until",
  );
  const checkpoint = checkpointOf(from, given.checkpoint);
  return new Bridge(
    from,
    wayInOf(from, typeId, until, checkpoint),
    wayOutOf(from, to, given.recordedBy),
    checkpoint,
    signal,
    () =>
      to instanceof PublicationBase && to.closed ? closedError(to) : undefined,
  );
}

import {
  type ReadonlyBytes,
  viewOf,
} from "../../memory/views/readonly_bytes.ts";
import {
  BroadcastReceiver,
  copyFrom,
  ordinalOf,
} from "../broadcast/broadcast_receiver.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  viewBroadcast,
} from "../broadcast/broadcast_layout.ts";
import { channelSize, withoutLayout } from "../object/layout_area.ts";
import type { WatchStart } from "./ring_watch.ts";
import { loadWatched } from "./positions.ts";

/** A message of a broadcast. */
export interface WatchedBroadcast {
  readonly typeId: number;
  /** A copy. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Which of all messages it is, from 1 on; nothing when nobody counts them. */
  readonly number: number | undefined;
}

/** How often in a row to be overtaken in one turn. */
const MAX_TRIES = 50;

/** Watches a broadcast as a subscriber that writes nothing and never sleeps. */
export class BroadcastWatch {
  readonly #memory: ReadonlyBytes;
  readonly #longs: BigInt64Array;
  readonly #tail: number;
  #receiver: BroadcastReceiver<ReadonlyBytes> | undefined;
  #last: number | undefined;
  #missed = 0;
  #damage: string | undefined;

  /**
   * Begins to watch.
   *
   * @param memory The broadcast, mapped for reading.
   * @param from `"oldest"`: with the newest message that was sent before.
   * @throws {RangeError} When no broadcast has this size.
   */
  constructor(memory: ReadonlyBytes, from: WatchStart = "now") {
    const size = channelSize(memory.byteLength, BROADCAST_TRAILER_LENGTH);
    const buffer = withoutLayout(memory, size);
    this.#memory = buffer;
    const { longs, tail } = viewBroadcast(viewOf(buffer));
    this.#longs = longs;
    this.#tail = tail;
    const receiver = this.#attempt(() => new BroadcastReceiver(buffer));
    this.#receiver = receiver;
    if (receiver === undefined) return;
    if (from === "now") this.#attempt(() => receiver.receiveNext());
    this.#last = ordinalOf(receiver);
  }

  /** Bytes that were published; NaN when it is damaged. */
  get produced(): number {
    return loadWatched(this.#longs, this.#tail);
  }

  /**
   * How many messages were overwritten before they were seen: exact with
   * publishers of this library, which count them; with others how often some were.
   */
  get missed(): number {
    return this.#missed;
  }

  /** What is wrong with it, as of the last time that something was. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** The next message that is whole; nothing when there is none now. */
  next(): WatchedBroadcast | undefined {
    return this.#attempt(() => this.#next());
  }

  #next(): WatchedBroadcast | undefined {
    const receiver = this.#receiver ??= new BroadcastReceiver(this.#memory);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const lapped = receiver.lappedCount;
      if (!receiver.receiveNext()) return undefined;
      const { typeId, offset, length } = receiver;
      const bytes = new Uint8Array(length);
      copyFrom(receiver, bytes, offset, length);
      const number = ordinalOf(receiver);
      const isWhole = receiver.validate();
      this.#count(number, isWhole, receiver.lappedCount !== lapped);
      if (!isWhole) continue;
      if (typeId > 0) return { typeId, bytes, number };
      this.#damage = `a message has type ${typeId}`;
    }
    return undefined;
  }

  #count(
    number: number | undefined,
    isWhole: boolean,
    wasLapped: boolean,
  ): void {
    if (number === undefined || this.#last === undefined) {
      if (!isWhole || wasLapped) this.#missed++;
      this.#last = number;
      return;
    }
    // What is not whole is counted when the next one that is has come.
    if (!isWhole) return;
    this.#missed += Math.max(0, number - this.#last - 1);
    this.#last = number;
  }

  /** Memory that somebody damaged is told, and looked at again the next time. */
  #attempt<Result>(act: () => Result): Result | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof RangeError) || this.#memory.byteLength === 0) {
        throw error;
      }
      // Where it stood means nothing any more.
      this.#receiver = undefined;
      this.#last = undefined;
      this.#damage = "its positions are those of no broadcast";
      return undefined;
    }
  }
}

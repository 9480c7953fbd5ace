import { inTurn } from "../../memory/waiting/turns.ts";
import { EventCount } from "../object/event_count.ts";
import type { StoreObject } from "../object/store_object.ts";
import type { Patience } from "../object/wait_for.ts";
import {
  JOBS_EVENT,
  JOBS_SLEEPERS,
  ROOM_EVENT,
  ROOM_SLEEPERS,
} from "./queue_layout.ts";

/** Where the words of a side lie, and what it waits for. */
interface SideWords {
  readonly event: number;
  readonly sleepers: number;
  readonly missing: string;
}

/** Those that wait for a job. */
export const TAKERS_SIDE: SideWords = {
  event: JOBS_EVENT,
  sleepers: JOBS_SLEEPERS,
  missing: "there was no job",
};
/** Those that wait for room. */
export const PUTTERS_SIDE: SideWords = {
  event: ROOM_EVENT,
  sleepers: ROOM_SLEEPERS,
  missing: "there was no room",
};

/** One side of a queue, which waits for the other one. */
export class QueueSide {
  /** Goes up with each change that the side waits for. */
  readonly changes: EventCount;
  readonly #what: string;
  readonly #missing: string;

  /** Looks at one side of a queue. */
  constructor(object: StoreObject<"read-write">, side: SideWords) {
    this.changes = new EventCount(object, side.event, side.sleepers);
    this.#what = object.what;
    this.#missing = side.missing;
  }

  /**
   * Sleeps until something changed since an event, or some time is over.
   *
   * @throws {Deno.errors.TimedOut} When the caller's patience was over before.
   */
  async sleep(
    event: number,
    { end, timeoutMs, signal }: Patience,
    longestMs: number,
  ): Promise<void> {
    signal?.throwIfAborted();
    const leftMs = end - performance.now();
    if (leftMs <= 0) {
      await inTurn(undefined);
      throw new Deno.errors.TimedOut(
        `Cannot wait any longer for ${this.#what}: ${this.#missing} within ${timeoutMs} ms`,
      );
    }
    await this.changes.sleep(event, {
      timeoutMs: Math.min(leftMs, longestMs),
      signal,
    });
  }
}

/**
 * All browsers that look, and the clock that makes a new picture for them: while
 * nobody looks none is made.
 *
 * @module
 */

import { EventStream } from "./event_stream.ts";

/** Each is a state to remember and a picture to compare, so not any number. */
const MAX_STREAMS = 12;

/** How much longer than a look the pause after it is. */
const PAUSE_FOR_EACH = 30;
const LONGEST_PAUSE_MS = 2000;

/** Everybody who looks. */
export class Audience {
  readonly #take: () => object;
  readonly #intervalMs: number;
  readonly #streams = new Set<EventStream>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts with nobody.
   *
   * @param take Makes a picture.
   * @param intervalMs Time between two pictures.
   */
  constructor(take: () => object, intervalMs: number) {
    this.#take = take;
    this.#intervalMs = intervalMs;
  }

  /** How many look. */
  get size(): number {
    return this.#streams.size;
  }

  /** Adds a viewer; returns nothing when there are too many. */
  join(): EventStream | undefined {
    if (this.#streams.size >= MAX_STREAMS) return undefined;
    const stream = new EventStream(() => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#stop();
    });
    this.#streams.add(stream);
    this.#show();
    return stream;
  }

  /** Makes a new picture now, because something was changed. */
  refresh(): void {
    if (this.#streams.size > 0) this.#show();
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of this.#streams) stream.close();
    this.#stop();
  }

  #show(): void {
    const started = performance.now();
    const picture = this.#take();
    for (const stream of this.#streams) stream.send(picture);
    const took = performance.now() - started;
    this.#stop();
    if (this.#streams.size === 0) return;
    this.#timer = setTimeout(() => this.#show(), this.#pauseAfter(took));
  }

  /**
   * A machine with very many objects is looked at less often, so that looking takes
   * three percent of one processor; but not so seldom that it seems to stop.
   */
  #pauseAfter(took: number): number {
    return Math.max(
      this.#intervalMs,
      Math.min(LONGEST_PAUSE_MS, took * PAUSE_FOR_EACH),
    );
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

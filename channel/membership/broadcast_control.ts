/**
 * What publishers and subscribers of this library write into the padding of a
 * broadcast buffer's trailer, which Agrona leaves alone. Offsets in bytes from
 * the end of the data area:
 *
 * ```text
 *  24…55     label                  UTF-8, padded with zeros
 *  56        creator's pid
 *  60        creator's start time   low 32 bits, ticks since the machine started
 *  64        sequence               subscribers sleep on it; goes up when it rings
 *  68        sleepers               how many have gone to sleep since it rang
 *  72        kind and version       four letters: "brd1"
 *  76        publisher              how many there were, times 4, and the state of the last
 *  80…111    two pairs              see `broadcast/`
 *  112…119   count                  see `broadcast/`
 *  120       publisher's pid
 * ```
 *
 * @module
 */

import { magicOf } from "../../sync/locks/block.ts";
import { notify, waitAsync } from "../../sync/waiting/wait.ts";
import { type HeaderOffsets, ObjectHeader } from "../object/header.ts";

const OFFSETS = {
  sequence: 64,
  sleepers: 68,
  kind: 72,
  publisher: 76,
  publisherPid: 120,
} as const;

const HEADER: HeaderOffsets = {
  label: 24,
  creatorPid: 56,
  creatorStart: 60,
};

const KIND = magicOf("brd1");

/** States of a publisher. */
export const PUBLISHER = { none: 0, open: 1, ended: 2, aborted: 3 } as const;

const STATE_BITS = 2;
const STATE_MASK = (1 << STATE_BITS) - 1;

/** The state in a word of {@linkcode BroadcastControl.publisher}. */
export function stateOf(publisher: number): number {
  return publisher & STATE_MASK;
}

/** The control words of a broadcast buffer. */
export class BroadcastControl {
  /** Who created the broadcast, and its label. */
  readonly header: ObjectHeader;
  readonly #words: Int32Array;
  readonly #publisherPid: number;
  readonly #sequence: number;
  readonly #sleepers: number;
  readonly #kind: number;
  readonly #publisher: number;

  /**
   * Names the words.
   *
   * @param bytes The buffer's memory, mapped.
   */
  constructor(bytes: Uint8Array, capacity: number) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.header = new ObjectHeader(bytes, capacity, HEADER);
    this.#words = new Int32Array(buffer, byteOffset, byteLength / 4);
    this.#publisherPid = (capacity + OFFSETS.publisherPid) >> 2;
    this.#sequence = (capacity + OFFSETS.sequence) >> 2;
    this.#sleepers = (capacity + OFFSETS.sleepers) >> 2;
    this.#kind = (capacity + OFFSETS.kind) >> 2;
    this.#publisher = (capacity + OFFSETS.publisher) >> 2;
  }

  /** Whether the word that says what this is holds something else. */
  get isForeign(): boolean {
    const kind = Atomics.load(this.#words, this.#kind);
    return kind !== 0 && kind !== KIND;
  }

  /** Says what this is. */
  setKind(): void {
    Atomics.store(this.#words, this.#kind, KIND);
  }

  /** Which publisher there is or was last, and its state. 0: none so far. */
  get publisher(): number {
    return Atomics.load(this.#words, this.#publisher);
  }

  /** The process that publishes, or did last; 0 when it is not known. */
  get publisherPid(): number {
    return Atomics.load(this.#words, this.#publisherPid);
  }

  /** Counts a new publisher, which this process is. */
  addPublisher(): void {
    Atomics.store(this.#words, this.#publisherPid, Deno.pid);
    const count = (this.publisher >> STATE_BITS) + 1;
    this.#setPublisher((count << STATE_BITS) | PUBLISHER.open);
  }

  /** Changes the state of the publisher. */
  setState(state: number): void {
    this.#setPublisher((this.publisher & ~STATE_MASK) | state);
  }

  #setPublisher(word: number): void {
    Atomics.store(this.#words, this.#publisher, word);
    this.ring();
  }

  /**
   * Wakes all who sleep. Those that died in their sleep are counted once more,
   * and then no longer.
   */
  ring(): void {
    const words = this.#words;
    if (Atomics.load(words, this.#sleepers) === 0) return;
    Atomics.store(words, this.#sleepers, 0);
    Atomics.add(words, this.#sequence, 1);
    notify(words, this.#sequence);
  }

  /**
   * Sleeps until it rings, or some time has passed.
   *
   * @param isReady Looks once more, after the words say that someone sleeps.
   */
  async park(
    isReady: () => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const words = this.#words;
    const sequence = Atomics.load(words, this.#sequence);
    Atomics.add(words, this.#sleepers, 1);
    if (isReady()) return;
    await waitAsync(words, this.#sequence, sequence, {
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
} from "../buffers/record_layout.ts";
import type {
  ControlledMessageHandler,
  MessageHandler,
} from "../buffers/message_handler.ts";
import { checkHandler, checkLimit } from "../buffers/message_checks.ts";
import type { ConsumedSpace } from "./consumed_space.ts";
import type { RingMemory } from "./ring_memory.ts";

/** How many messages a read takes when it is not told. */
const ALL = 0x7fff_ffff;

/** The consumer of a ring. */
export class RingReader {
  readonly #memory: RingMemory;
  readonly #space: ConsumedSpace;
  #reading = false;
  /** Whether no release is half-done: by a consumer that died, or for want of stack. */
  #recovered = false;

  /**
   * Reads a ring.
   *
   * @param space What becomes of the memory of messages that were read.
   */
  constructor(memory: RingMemory, space: ConsumedSpace) {
    this.#memory = memory;
    this.#space = space;
  }

  /** See `RingBuffer.read`. */
  read(handler: MessageHandler, limit: number = ALL): number {
    checkHandler(handler);
    checkLimit(limit);
    this.#enter();
    const memory = this.#memory;
    const { words, given, capacity, inOrder } = memory;
    const start = memory.startOfHead();
    const block = capacity - start;
    let consumed = 0;
    let count = 0;
    this.#reading = true;
    try {
      while (consumed < block && count < limit) {
        const index = start + consumed;
        // A plain look first: an atomic one takes as long as all the rest.
        let length = inOrder ? words[index >> 2]! : 0;
        if (!(length > 0)) length = Atomics.load(words, index >> 2);
        if (length <= 0) break;
        const typeId = memory.typeOf(index, length);
        consumed += align(length);
        if (typeId === PADDING_TYPE) continue;
        handler(typeId, given, index + HEADER_LENGTH, length - HEADER_LENGTH);
        count++;
      }
    } finally {
      this.#reading = false;
      if (consumed > 0) this.#release(start, consumed);
    }
    return count;
  }

  /** See `RingBuffer.controlledRead`. */
  controlledRead(
    handler: ControlledMessageHandler,
    limit: number = ALL,
  ): number {
    checkHandler(handler);
    checkLimit(limit);
    this.#enter();
    const memory = this.#memory;
    const { words, given, capacity } = memory;
    let start = memory.startOfHead();
    let consumed = 0;
    let count = 0;
    this.#reading = true;
    try {
      // Not on at offset `capacity` after "commit", as Agrona does: it relies
      // on a zero there.
      while (start + consumed < capacity && count < limit) {
        const index = start + consumed;
        const length = Atomics.load(words, index >> 2);
        if (length <= 0) break;
        const typeId = memory.typeOf(index, length);
        const aligned = align(length);
        consumed += aligned;
        if (typeId === PADDING_TYPE) continue;
        const payload = index + HEADER_LENGTH;
        const action = handler(typeId, given, payload, length - HEADER_LENGTH);
        if (action === "abort") {
          consumed -= aligned;
          break;
        }
        count++;
        if (action === "break") break;
        if (action === "commit") {
          // First forget it: it must not be released twice.
          const from = start;
          const byteLength = consumed;
          start += consumed;
          consumed = 0;
          this.#release(from, byteLength);
        }
      }
    } finally {
      this.#reading = false;
      if (consumed > 0) this.#release(start, consumed);
    }
    return count;
  }

  /**
   * Looks for a message at the head. The padding in front of it is released, the
   * message stays.
   *
   * @returns Index of its record, whose header was checked; -1 when there is none.
   */
  peek(): number {
    this.#enter();
    const memory = this.#memory;
    const { words, capacity, inOrder } = memory;
    // A broken peer may write padding without end.
    for (let skipped = 0; skipped < capacity;) {
      const index = memory.startOfHead();
      let length = inOrder ? words[index >> 2]! : 0;
      if (!(length > 0)) length = Atomics.load(words, index >> 2);
      if (length <= 0) return -1;
      if (memory.typeOf(index, length) !== PADDING_TYPE) return index;
      const byteLength = align(length);
      this.#release(index, byteLength);
      skipped += byteLength;
    }
    return -1;
  }

  /**
   * Releases a message.
   *
   * @param index What {@linkcode RingReader.peek} returned.
   */
  release(index: number): void {
    if (this.#wasReleased(index)) return;
    const memory = this.#memory;
    const length = memory.words[index >> 2]!;
    // It was checked when it was peeked at; a broken peer may have changed it.
    if (index !== memory.startOfHead() || !memory.holds(index, length)) {
      memory.refuse(index, length);
    }
    this.#release(index, align(length));
  }

  /**
   * Releases messages, and the padding between them, that lie one behind the other.
   *
   * @param index What {@linkcode RingReader.peek} returned.
   * @param byteLength What they take, as it was read when they were looked at: it
   * does not reach beyond the data area.
   */
  releaseAll(index: number, byteLength: number): void {
    if (this.#wasReleased(index)) return;
    const memory = this.#memory;
    if (index !== memory.startOfHead()) memory.refuse(index, byteLength);
    this.#release(index, byteLength);
  }

  /** Finishes what a consumer that died was about to release. */
  recover(): void {
    this.checkIdle("recover");
    this.#space.recover();
    this.#recovered = true;
  }

  /** Handlers must not move the position that is being read from. */
  checkIdle(operation: string): void {
    if (!this.#reading) return;
    throw new TypeError(
      `Cannot ${operation} ring buffer: its handler is running; do it when the read has returned`,
    );
  }

  /** Finishes a release that is half-done, and returns whether it was of this message. */
  #wasReleased(index: number): boolean {
    const isHalfDone = !this.#recovered;
    this.#enter();
    return isHalfDone && index !== this.#memory.startOfHead();
  }

  #release(start: number, byteLength: number): void {
    this.#recovered = false;
    this.#space.release(start, byteLength);
    this.#recovered = true;
  }

  #enter(): void {
    this.checkIdle("read");
    // The first read makes this process the consumer.
    if (!this.#recovered) this.recover();
  }
}

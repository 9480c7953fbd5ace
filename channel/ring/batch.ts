import { align, HEADER_LENGTH } from "./record_layout.ts";
import { checkMessage, checkMessages } from "../buffers/buffer_views.ts";

/** The messages that a call of `writeBatch` is about to write. */
export class Batch {
  /**
   * How long each is. Noted when it is checked: memory that others can grow may
   * be longer when it is copied.
   */
  lengths: Int32Array = new Int32Array(64);
  /** They themselves, as they were when they were checked. */
  readonly messages: Uint8Array[] = [];
  /** Bytes of their records. */
  span = 0;
  /** How many there are. */
  count = 0;

  /**
   * Checks messages: in the first call for a list all of them, in later ones as
   * many as the ring could ever take. Those that it could take if it were empty
   * become the batch.
   */
  measure(
    messages: readonly Uint8Array[],
    from: number,
    capacity: number,
    maxMessageLength: number,
  ): void {
    checkMessages(messages, from);
    let { lengths } = this;
    let span = 0;
    let count = 0;
    let fits = true;
    for (let i = from; i < messages.length; i++) {
      const message = messages[i]!;
      const length = checkMessage(message, i, maxMessageLength);
      const next = span + align(length + HEADER_LENGTH);
      fits &&= next <= capacity;
      if (fits) {
        if (count === lengths.length) lengths = this.#grow();
        this.messages[count] = message;
        lengths[count++] = length;
        span = next;
      } else if (from > 0) break;
    }
    this.span = span;
    this.count = count;
  }

  /** Leaves out what there is no room for. */
  shorten(room: number): void {
    if (this.span <= room) return;
    const { lengths } = this;
    let span = 0;
    let count = 0;
    for (;;) {
      const next = span + align(lengths[count]! + HEADER_LENGTH);
      if (next > room) break;
      span = next;
      count++;
    }
    this.span = span;
    this.count = count;
  }

  #grow(): Int32Array {
    const longer = new Int32Array(2 * this.lengths.length);
    longer.set(this.lengths);
    this.lengths = longer;
    return longer;
  }
}

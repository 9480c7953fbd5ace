import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../../../channel/buffers/record_layout.ts";
import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";

/** What lies between the head and the tail of a ring. */
export interface RecordsState {
  /** Complete messages; with `more`, those that were looked at. */
  readonly messages: number;
  /** Their bytes, without headers. */
  readonly bytes: number;
  /** Whether there are more than were looked at. */
  readonly more: boolean;
  /** How many of each type. */
  readonly types: Readonly<Record<string, number>>;
  /**
   * A record that is not complete, at which the consumer has to wait: somebody has
   * claimed it and not committed it. Its position, and its length where that is
   * written.
   */
  readonly incomplete: {
    readonly position: number;
    readonly length: number | null;
  } | null;
  /** What makes no sense, as a sentence; null when all does. */
  readonly damage: string | null;
}

/** Most records that are looked at. */
const MOST_RECORDS = 10_000;
/** Most bytes that are copied. */
const MOST_BYTES = 8 * 1024 * 1024;

/** How often to begin again where the consumer was faster. */
const MOST_RESTARTS = 20;

/**
 * Walks the records between two positions.
 *
 * @param released Up to where the consumer has come, or is about to, by now: what lies
 * before that may be another record's, or zero.
 */
export function walkRecords(
  source: ByteSource,
  capacity: number,
  head: number,
  tail: number,
  released: () => number,
): RecordsState {
  let types: Record<string, number> = {};
  let restarts = 0;
  let messages = 0;
  let bytes = 0;
  let looked = 0;
  let position = head;
  const result = (
    incomplete: RecordsState["incomplete"] = null,
    damage: string | null = null,
  ) => ({
    messages,
    bytes,
    more: position < tail && incomplete === null && damage === null,
    types,
    incomplete,
    damage,
  });
  let copied = position;
  /** Whether what was copied at the position is gone; then it goes on behind it. */
  const isGone = () => {
    const now = released();
    if (!(now > position)) return false;
    restarts++;
    messages = bytes = looked = 0;
    types = {};
    position = head = copied = Math.min(now, tail);
    return true;
  };
  let words = new Words(new Uint8Array());
  let from = 0;
  while (
    position < tail && looked < MOST_RECORDS && restarts < MOST_RESTARTS
  ) {
    const index = position % capacity;
    if (position + HEADER_LENGTH > copied) {
      if (position - head >= MOST_BYTES) break;
      // Up to the end of the data area, where the next part starts at 0.
      const length = Math.min(
        tail - position,
        capacity - index,
        1024 * 1024,
      );
      words = new Words(source.read(index, length));
      from = index;
      copied = position + length;
      if (isGone()) continue;
    }
    const length = words.i32(index - from);
    if (length <= 0) {
      if (isGone()) continue;
      return result({ position, length: length === 0 ? null : -length });
    }
    if (length < HEADER_LENGTH || length > capacity - index) {
      if (isGone()) continue;
      return result(
        null,
        `the record at ${position} has length ${length}, which does not fit`,
      );
    }
    const type = words.i32(index - from + TYPE_OFFSET);
    if (type !== PADDING_TYPE) {
      messages++;
      bytes += length - HEADER_LENGTH;
      types[type] = (types[type] ?? 0) + 1;
    }
    looked++;
    position += align(length);
  }
  return result();
}

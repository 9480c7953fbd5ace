import {
  isSound,
  LENGTH,
  NEWEST,
  NUMBER,
  SLEEPERS,
  slotsFor,
  STATE,
  TEXT,
  TEXT_LENGTH,
  VALUE,
} from "../../../../store/latest/latest_layout.ts";
import { LOCKS } from "../../../../store/object/store_object.ts";
import type { ByteSource } from "../../bytes/byte_source.ts";
import { Words } from "../../bytes/words.ts";
import type { StoreHeader } from "./store_header.ts";

/** The state of a `Latest`. */
export interface LatestState {
  /** Bytes of its largest value. */
  readonly capacity: number;
  readonly slots: number;
  /** How many values there were; low 32 bits when the newest is being replaced. */
  readonly newest: number;
  /** Bytes of the newest value; null without one, or while it is replaced. */
  readonly length: number | null;
  /** Where the newest value lies in the object; null without one. */
  readonly byteOffset: number | null;
  /** Whether a process has the lock of the one that writes. */
  readonly hasWriter: boolean;
  /** How many readers sleep until the next value. */
  readonly sleepers: number;
  /** The text that describes the layout of its values; empty without one. */
  readonly layout: string;
}

const LONGEST_TEXT = 65_536;

/** Reads the state of a `Latest`; nothing when its header makes no sense. */
export function readLatest(
  source: ByteSource,
  { a: capacity, b: count }: StoreHeader,
): LatestState | undefined {
  if (!isSound(capacity, count)) return undefined;
  const head = new Words(source.read(0, TEXT));
  const textLength = Math.min(head.u32(4 * TEXT_LENGTH), LONGEST_TEXT);
  const text = new TextDecoder().decode(source.read(TEXT, textLength));
  const slots = slotsFor(capacity, count, textLength);
  const newest = head.u32(4 * NEWEST);
  const start = slots.start + (newest % count) * slots.stride;
  const slot = new Words(source.read(start, VALUE));
  const length = slot.i64(4 * LENGTH);
  const whole = newest !== 0 && slot.u32(4 * STATE) === (newest * 2) >>> 0 &&
    length >= 0 && length <= capacity;
  return {
    capacity,
    slots: count,
    newest: whole ? slot.i64(4 * NUMBER) : newest,
    length: whole ? length : null,
    byteOffset: whole ? start + VALUE : null,
    hasWriter: source.isLocked(LOCKS.writer),
    sleepers: head.u32(4 * SLEEPERS),
    layout: text,
  };
}

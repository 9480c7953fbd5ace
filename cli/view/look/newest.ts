/**
 * The newest value of an object, copied while others write, and checked
 * afterwards.
 *
 * @module
 */

import {
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../../../channel/buffers/record_layout.ts";
import { TRAILER } from "../../../channel/ring/ring_layout.ts";
import { STATE, VALUE } from "../../../store/latest/latest_layout.ts";
import {
  type BroadcastState,
  ByteSource,
  type Description,
  type LatestState,
  parseAddress,
  type RingState,
  Words,
} from "../../inspect/mod.ts";

/** A value. */
export interface Value {
  /** What it is, as a heading. */
  readonly what: string;
  /** Its first bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the whole value. */
  readonly length: number;
  /** Of its record in a ring or a broadcast. */
  readonly position?: number;
  readonly typeId?: number;
  /** How many values there were. */
  readonly number?: number;
}

/** More than anyone reads on a page. */
const MOST_BYTES = 4096;

/** Copies the newest value; nothing when there is none, or it is being replaced. */
export function newestOf(description: Description): Value | undefined {
  const { kind, name, ring, broadcast, latest } = description;
  const isPlain = kind === "object" || kind === "file";
  if (!isPlain && !ring && !broadcast && !latest) return undefined;
  using source = ByteSource.open(parseAddress(name));
  if (ring !== undefined) return nextInRing(source, ring);
  if (broadcast !== undefined) return newestInBroadcast(source, broadcast);
  if (latest !== undefined) return newestOfLatest(source, latest);
  return firstBytes(source);
}

/** What a ring's receiver gets next: what it has got already is zeroed. */
function nextInRing(
  source: ByteSource,
  { capacity, head, tail, fill }: RingState,
): Value | undefined {
  if (fill === null) return undefined;
  // Behind padding, which fills the end of the data area, it is the next one.
  const [first, second] = [head, head + (capacity - head % capacity)];
  for (const position of [first, second]) {
    if (position >= tail) return undefined;
    const record = readRecord(source, capacity, position);
    if (record === undefined) return undefined;
    if (record.typeId === PADDING_TYPE) continue;
    // The head has passed it meanwhile: its bytes may be another's.
    const now = new Words(source.read(capacity + TRAILER.head, 8)).i64(0);
    if (now > position) return undefined;
    return { what: "Next message to be received", ...record };
  }
  return undefined;
}

function newestInBroadcast(
  source: ByteSource,
  { capacity, latest, tail, messages }: BroadcastState,
): Value | undefined {
  if (tail === 0) return undefined;
  const record = readRecord(source, capacity, latest);
  if (record === undefined) return undefined;
  const intent = new Words(source.read(capacity, 8)).i64(0);
  if (intent > latest + capacity) return undefined;
  return {
    what: "Newest message",
    ...record,
    ...(messages === null ? {} : { number: messages }),
  };
}

/** Reads a record of a ring or broadcast; nothing when it makes no sense. */
function readRecord(
  source: ByteSource,
  capacity: number,
  position: number,
): Pick<Value, "bytes" | "length" | "position" | "typeId"> | undefined {
  const index = position % capacity;
  const words = new Words(source.read(index, HEADER_LENGTH));
  const whole = words.i32(0);
  const typeId = words.i32(TYPE_OFFSET);
  if (whole < HEADER_LENGTH || whole > capacity - index) return undefined;
  const length = whole - HEADER_LENGTH;
  const bytes = source.read(
    index + HEADER_LENGTH,
    Math.min(length, MOST_BYTES),
  );
  return { bytes, length, position, typeId };
}

function newestOfLatest(
  source: ByteSource,
  { byteOffset, length, newest }: LatestState,
): Value | undefined {
  if (byteOffset === null || length === null) return undefined;
  const bytes = source.read(byteOffset, Math.min(length, MOST_BYTES));
  // The state of the slot says whether its value was replaced meanwhile.
  const slot = new Words(source.read(byteOffset - VALUE, VALUE));
  if (slot.u32(4 * STATE) !== (newest * 2) >>> 0) return undefined;
  return { what: "Newest value", bytes, length, number: newest };
}

function firstBytes(source: ByteSource): Value | undefined {
  const length = source.size;
  const bytes = source.read(0, Math.min(length, MOST_BYTES));
  return length === 0 ? undefined : { what: "Its bytes", bytes, length };
}

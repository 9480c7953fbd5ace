import { ReadonlyBytes, viewOf } from "../../memory/views/readonly_bytes.ts";
import type { Place } from "../object/place.ts";
import { StoreObject } from "../object/store_object.ts";
import {
  type CheckedLayout,
  layoutBytes,
  layoutText,
  requireLayout,
} from "../../memory/checks/value_layout.ts";
import {
  FLAGS,
  isSound,
  KIND,
  type Slots,
  slotsFor,
  TEXT,
  TEXT_LENGTH,
  WAKE_READERS,
} from "./latest_layout.ts";
import {
  type LatestOpenOptions,
  type LatestOptions,
  NOUN,
  readLatestOptions,
  readOpenOptions,
} from "./latest_options.ts";

/** An object that holds the latest value, mapped. */
export interface LatestObject {
  readonly object: StoreObject;
  readonly slots: Slots;
  /** What values are, if its user said so. */
  readonly layout: CheckedLayout | undefined;
}

/** Creates the object, or opens it where the options say so. */
export function createLatest<Built>(
  place: Place,
  options: LatestOptions,
  build: (made: LatestObject) => Built,
): Built {
  const read = readLatestOptions(options);
  const { byteLength, slots: count, layout } = read;
  const text = layoutBytes(layout);
  const slots = slotsFor(byteLength, count, text.byteLength);
  const object = StoreObject.create(NOUN, place, {
    ...read.object,
    header: {
      kind: KIND,
      size: slots.size,
      hash: layout?.hash ?? 0n,
      a: byteLength,
      b: count,
    },
    fill: (bytes) => {
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, TEXT / 4);
      words[FLAGS] = read.wakeReaders ? WAKE_READERS : 0;
      words[TEXT_LENGTH] = text.byteLength;
      bytes.set(text, TEXT);
    },
  });
  return built(object, layout, build, (found) => {
    const differs = found.capacity !== byteLength ||
      (read.slotsGiven && found.count !== count);
    if (!differs) return;
    throw new RangeError(
      `Cannot open ${object.what}: it has ${found.count} slots of ${found.capacity} bytes, and ${count} of ${byteLength} were asked for`,
    );
  });
}

/** Opens the object. */
export function openLatest<Built>(
  place: Place,
  options: LatestOpenOptions | undefined,
  build: (made: LatestObject) => Built,
): Built {
  const { access, layout } = readOpenOptions(options);
  const object = StoreObject.open(NOUN, place, access);
  return built(object, layout, build, () => {});
}

/** Builds a handle over it; closes it again unless it is what it should be. */
function built<Built>(
  object: StoreObject,
  layout: CheckedLayout | undefined,
  build: (made: LatestObject) => Built,
  check: (slots: Slots) => void,
): Built {
  using undo = new DisposableStack();
  undo.defer(() => {
    if (object.created) object.unlink();
    object.close();
  });
  const { a: capacity, b: count, hash } = object.header(KIND);
  const textLength = wordsOf(object)[TEXT_LENGTH]! >>> 0;
  const slots = slotsFor(capacity, count, textLength);
  if (!isSound(capacity, count) || slots.size !== object.size) {
    throw new Deno.errors.InvalidData(
      `Cannot open ${object.what}: corrupt header: ${count} slots of ${capacity} bytes do not make ${object.size} bytes; remove it`,
    );
  }
  requireLayout(object.what, layout, hash, () => textOf(object, textLength));
  check(slots);
  const latest = build({ object, slots, layout });
  undo.move();
  return latest;
}

function wordsOf({ mapping: { bytes } }: StoreObject): Int32Array {
  const raw = bytes instanceof ReadonlyBytes ? viewOf(bytes) : bytes;
  return new Int32Array(raw.buffer, raw.byteOffset, TEXT / 4);
}

function textOf({ mapping: { bytes } }: StoreObject, length: number): string {
  return layoutText((start, end) => bytes.slice(start, end), TEXT, length);
}

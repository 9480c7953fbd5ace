/**
 * A broadcast buffer in a named object: what `Publisher` and `Subscriber` share.
 *
 * @module
 */

import type { CheckedLayout } from "../../memory/checks/value_layout.ts";
import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import { ReadonlyBytes, viewOf } from "../../memory/views/readonly_bytes.ts";
import { BroadcastControl } from "../membership/broadcast_control.ts";
import { BROADCAST_TRAILER_LENGTH } from "../broadcast/broadcast_layout.ts";
import { checkSizes, isPowerOfTwo } from "../object/capacity.ts";
import type { ChannelObject } from "../object/channel_object.ts";
import type { CheckedCreation } from "../object/create_object.ts";
import {
  channelSize,
  kindOfSharedLength,
  requireChannelLayout,
  withoutLayout,
  writeLayout,
} from "../object/layout_area.ts";

/** How long the creator may take to say what messages are. */
const LAYOUT_PATIENCE_MS = 200;

/** A broadcast buffer, ready for one side to join. */
export interface BroadcastChannel<A extends ObjectAccess> {
  readonly object: ChannelObject<A>;
  readonly control: BroadcastControl;
  /** Its memory, up to the end of the trailer. */
  readonly bytes: Uint8Array<ArrayBuffer> | ReadonlyBytes;
  /** The same, which must not be written where it is mapped for reading. */
  readonly view: Uint8Array<ArrayBuffer>;
  readonly capacity: number;
}

/**
 * Checks an object, or closes it and throws.
 *
 * @param creation How it would be created, if it may be so.
 * @param layout What messages should be.
 */
export function checkBroadcast<A extends ObjectAccess>(
  object: ChannelObject<A>,
  creation?: CheckedCreation,
  layout: CheckedLayout | undefined = creation?.layout,
): BroadcastChannel<A> {
  using undo = new DisposableStack();
  undo.defer(() => object.abandon());
  const { what, size } = object;
  const found = channelSize(size, BROADCAST_TRAILER_LENGTH);
  const { capacity } = found;
  if (!isPowerOfTwo(capacity) || capacity < 32 || capacity > 2 ** 30) {
    throw new RangeError(
      `Cannot open ${what}: it has ${size} bytes, which fits no broadcast buffer (a power of two and ${BROADCAST_TRAILER_LENGTH} more): the name belongs to something else`,
    );
  }
  const all: Uint8Array<ArrayBuffer> | ReadonlyBytes = object.mapping.bytes;
  const bytes = withoutLayout(all, found);
  const view = bytes instanceof ReadonlyBytes ? viewOf(bytes) : bytes;
  const control = new BroadcastControl(view, capacity);
  const isRing = kindOfSharedLength(view) === "ring";
  if (isRing || control.isForeign || !hasPositions(view, capacity)) {
    throw new TypeError(
      `Cannot open ${what}: it holds something else than a broadcast buffer`,
    );
  }
  if (creation !== undefined) checkSizes(what, capacity, creation);
  if (object.created) {
    if (layout !== undefined) writeLayout(view, found, layout);
    control.header.write(creation?.label ?? "");
  }
  requireChannelLayout(what, view, found, layout, LAYOUT_PATIENCE_MS);
  undo.move();
  return { object, control, bytes, view, capacity };
}

/** Whether there are positions as a sound transmitter leaves them. */
function hasPositions(view: Uint8Array, capacity: number): boolean {
  const trailer = view.byteOffset + capacity;
  const [intent, tail, latest] = [0, 1, 2];
  const longs = new BigInt64Array(view.buffer, trailer, 3);
  // The intent last: it is ahead of the others.
  const before = [latest, tail].map((index) => Atomics.load(longs, index));
  const end = Atomics.load(longs, intent);
  return [...before, end].every((position) =>
    position % 8n === 0n && position >= 0n && position <= end
  );
}

/**
 * A broadcast buffer in a named object: what `Publisher` and `Subscriber` share.
 *
 * @module
 */

import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import { ReadonlyBytes, viewOf } from "../../memory/views/readonly_bytes.ts";
import { BroadcastControl } from "../membership/broadcast_control.ts";
import { BROADCAST_TRAILER_LENGTH } from "../broadcast/broadcast_layout.ts";
import { checkSizes, isPowerOfTwo } from "../object/capacity.ts";
import type { ChannelObject } from "../object/channel_object.ts";
import type { CheckedCreation } from "../object/create_object.ts";

/** A broadcast buffer, ready for one side to join. */
export interface BroadcastChannel<A extends ObjectAccess> {
  readonly object: ChannelObject<A>;
  readonly control: BroadcastControl;
  /** Its memory, which must not be written where it is mapped for reading. */
  readonly view: Uint8Array;
  readonly capacity: number;
}

/** Checks an object, or closes it and throws. */
export function checkBroadcast<A extends ObjectAccess>(
  object: ChannelObject<A>,
  creation?: CheckedCreation,
): BroadcastChannel<A> {
  using undo = new DisposableStack();
  undo.defer(() => object.abandon());
  const { what, size } = object;
  const capacity = size - BROADCAST_TRAILER_LENGTH;
  if (!isPowerOfTwo(capacity) || capacity < 32 || capacity > 2 ** 30) {
    throw new RangeError(
      `Cannot open ${what}: it has ${size} bytes, which fits no broadcast buffer (a power of two and ${BROADCAST_TRAILER_LENGTH} more): the name belongs to something else`,
    );
  }
  const bytes: Uint8Array | ReadonlyBytes = object.mapping.bytes;
  const view = bytes instanceof ReadonlyBytes ? viewOf(bytes) : bytes;
  const control = new BroadcastControl(view, capacity);
  if (control.isForeign || !hasPositions(view, capacity)) {
    throw new TypeError(
      `Cannot open ${what}: it holds something else than a broadcast buffer`,
    );
  }
  if (creation !== undefined) checkSizes(what, capacity, creation);
  if (object.created) control.header.write(creation?.label ?? "");
  undo.move();
  return { object, control, view, capacity };
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

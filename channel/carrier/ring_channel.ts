/**
 * A ring in a named object: what `Sender` and `Receiver` share.
 *
 * @module
 */

import { checkWord } from "../../memory/checks/checks.ts";
import type { OptionNames } from "../../memory/checks/options.ts";
import { retryFor } from "../../memory/checks/retry.ts";
import {
  type CheckedLayout,
  checkLayout,
  LAYOUT_OPTIONS,
  type LayoutOptions,
} from "../../memory/checks/value_layout.ts";
import { checkSizes } from "../object/capacity.ts";
import type { ChannelObject } from "../object/channel_object.ts";
import {
  checkCreation,
  type CheckedCreation,
  createChannelObject,
  CREATION_OPTIONS,
  openChannelObject,
} from "../object/create_object.ts";
import {
  type ChannelSize,
  channelSize,
  kindOfSharedLength,
  requireChannelLayout,
  withoutLayout,
  writeLayout,
} from "../object/layout_area.ts";
import type { ChannelOptions } from "../object/options.ts";
import type { Place } from "../object/place.ts";
import { ManyToOneRingBuffer } from "../ring/many_to_one_ring_buffer.ts";
import { OneToOneRingBuffer } from "../ring/one_to_one_ring_buffer.ts";
import { type Producers, RingControl } from "../membership/ring_control.ts";
import { RING_TRAILER_LENGTH } from "../ring/ring_layout.ts";
import { isUnfinishedRing, ringCapacity } from "./unfinished_ring.ts";

/** How `Receiver.create` and `Sender.create` create. */
export interface RingChannelOptions extends ChannelOptions {
  /**
   * Whether one sender at a time may write, which is faster, or up to 56.
   * Default: `"one"`.
   */
  readonly producers?: Producers;
}

/** How `Receiver.open` and `Sender.open` open. */
export interface RingOpenOptions extends LayoutOptions {
  /**
   * Who may write, for a ring that another program made and that does not say so.
   * Default: what its creator said.
   */
  readonly producers?: Producers;
}

/** Names of {@linkcode RingOpenOptions}. */
export const RING_OPEN_OPTIONS: OptionNames<RingOpenOptions> = {
  ...LAYOUT_OPTIONS,
  producers: true,
};

/** Names of {@linkcode RingChannelOptions}. */
export const RING_CREATE_OPTIONS: OptionNames<RingChannelOptions> = {
  ...CREATION_OPTIONS,
  producers: true,
};

/** How long the creator may take to say who may write. */
const KIND_PATIENCE_MS = 200;

/** For stores that only order other accesses. */
const order = new Int32Array(1);

const CHOICES = ["one", "many"] as const;

/** A ring, ready for one side to join. */
export class RingChannel {
  readonly object: ChannelObject<"read-write">;
  readonly control: RingControl;
  readonly producers: Producers;
  readonly ring: OneToOneRingBuffer | ManyToOneRingBuffer;

  private constructor(
    object: ChannelObject<"read-write">,
    asked: Producers | undefined,
    creation: CheckedCreation | undefined,
    layout: CheckedLayout | undefined,
    patienceMs: number,
  ) {
    using undo = new DisposableStack();
    undo.defer(() => object.abandon());
    const size = checkSize(object);
    if (kindOfSharedLength(object.mapping.bytes) === "broadcast") {
      throw new TypeError(
        `Cannot open ${object.what}: it holds something else than a ring buffer`,
      );
    }
    const { capacity } = size;
    const bytes = withoutLayout(object.mapping.bytes, size);
    if (creation !== undefined) checkSizes(object.what, capacity, creation);
    checkPositions(object, new ManyToOneRingBuffer(bytes));
    const control = new RingControl(bytes, capacity);
    if (object.created) {
      if (layout !== undefined) writeLayout(bytes, size, layout);
      control.header.write(creation?.label ?? "");
    }
    const producers = agreeOnProducers(object, control, asked, patienceMs);
    requireChannelLayout(object.what, bytes, size, layout, patienceMs);
    const ring = producers === "one"
      ? new OneToOneRingBuffer(bytes)
      : new ManyToOneRingBuffer(bytes);
    undo.move();
    this.object = object;
    this.control = control;
    this.producers = producers;
    this.ring = ring;
  }

  /** Creates one, or opens it where the options, which were copied, say so. */
  static create(place: Place, options: RingChannelOptions): RingChannel {
    const { producers = "one" } = options;
    checkWord(producers, CHOICES, "producers");
    const creation = checkCreation(options, place);
    const object = createChannelObject(place, creation, RING_TRAILER_LENGTH);
    const patienceMs = object.created ? 0 : KIND_PATIENCE_MS;
    const { layout } = creation;
    return new RingChannel(object, producers, creation, layout, patienceMs);
  }

  /** Opens one. */
  static open(
    place: Place,
    { producers, layout }: RingOpenOptions,
  ): RingChannel {
    if (producers !== undefined) checkWord(producers, CHOICES, "producers");
    const checked = checkLayout(layout, "open channel");
    return new RingChannel(
      openChannelObject(place),
      producers,
      undefined,
      checked,
      KIND_PATIENCE_MS,
    );
  }

  /**
   * Opens one that says what it is, without waiting for a creator that is at it.
   *
   * @returns Nothing when it is one that does not say so yet.
   */
  static openComplete(place: Place): RingChannel | undefined {
    const object = openChannelObject(place, 0);
    if (isUnfinished(object)) {
      object.close();
      return undefined;
    }
    return new RingChannel(object, undefined, undefined, undefined, 0);
  }
}

/** Whether it is a ring whose creator is not done, or died before it was. */
function isUnfinished(
  { size, mapping: { bytes } }: ChannelObject<"read-write">,
): boolean {
  const capacity = ringCapacity(size);
  if (capacity === undefined) return false;
  // Nearly always it says so.
  if (new RingControl(bytes, capacity).producers !== undefined) return false;
  const isEmpty = isUnfinishedRing(size, (target, start) => {
    target.set(bytes.subarray(start, start + target.byteLength));
  });
  // Who finds something in it finds what it is from here on: not by an earlier load.
  Atomics.store(order, 0, 0);
  return isEmpty;
}

/** Refuses an object that no ring has the size of. */
function checkSize({ what, size }: ChannelObject): ChannelSize {
  const found = channelSize(size, RING_TRAILER_LENGTH);
  if (ringCapacity(found.length) !== undefined) return found;
  throw new RangeError(
    `Cannot open ${what}: it has ${size} bytes, which fits no ring buffer (a power of two and ${RING_TRAILER_LENGTH} more): the name belongs to something else`,
  );
}

/** Finds out who may write; the creator says so right after creating. */
function agreeOnProducers(
  object: ChannelObject,
  control: RingControl,
  asked: Producers | undefined,
  patienceMs: number,
): Producers {
  const { what } = object;
  if (control.isForeign) {
    throw new TypeError(
      `Cannot open ${what}: it holds something else than a ring buffer`,
    );
  }
  const { created } = object;
  if (created && asked !== undefined) control.setProducers(asked);
  let producers = retryFor(patienceMs, () => control.producers);
  if (producers === undefined && asked !== undefined) {
    control.setProducers(asked);
    producers = control.producers;
  }
  if (producers === undefined) {
    throw new TypeError(
      `Cannot open ${what}: another program made it, and it does not say whether it has one producer or many; pass \`producers\``,
    );
  }
  if (asked === undefined || asked === producers) return producers;
  throw new TypeError(
    `Cannot open ${what}: it was made for producers ${
      JSON.stringify(producers)
    }, and ${JSON.stringify(asked)} was asked for`,
  );
}

/** Refuses memory of the right size that holds something else. */
function checkPositions(
  { what }: ChannelObject,
  ring: ManyToOneRingBuffer,
): void {
  // In this order: the head never passes the tail.
  const head = ring.consumerPosition;
  const tail = ring.producerPosition;
  const used = BigInt.asIntN(64, tail - head);
  // Both may move between the two looks.
  const most = 2n ** 31n;
  if (head % 8n === 0n && tail % 8n === 0n && used >= 0n && used < most) return;
  throw new TypeError(
    `Cannot open ${what}: its positions ${head} and ${tail} are none of a ring buffer; the name belongs to something else, or a program damaged it`,
  );
}

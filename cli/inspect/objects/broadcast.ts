import {
  BroadcastControl,
  PUBLISHER,
  stateOf,
} from "../../../channel/membership/broadcast_control.ts";
import { LOCKS } from "../../../channel/object/channel_object.ts";
import { BROADCAST_TRAILER_LENGTH } from "../../../channel/broadcast/broadcast_layout.ts";
import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";
import { openOrDied, type Participant, participant } from "./participant.ts";

/** The state of a broadcast. */
export interface BroadcastState {
  /** Bytes of the data area. */
  readonly capacity: number;
  readonly maxMessageLength: number;
  /** How far is being overwritten. */
  readonly intent: number;
  /** Where the next record starts. */
  readonly tail: number;
  /** Where the newest record starts. */
  readonly latest: number;
  /** How many messages there were; null when its publisher does not count. */
  readonly messages: number | null;
  readonly publisher: Participant;
  /** How many publishers there have been. */
  readonly publishers: number;
  /** How many subscribers went to sleep since it rang last. */
  readonly sleepers: number;
}

/** Where words lie in the trailer. */
const TAIL = 8;
const LATEST = 16;
const SLEEPERS = 68;
const PAIRS = [80, 96] as const;
const STATE_BITS = 2;

/** Reads the control words of a broadcast, and looks who is there. */
export function readBroadcast(
  source: ByteSource,
  capacity: number,
): BroadcastState {
  const trailer = copyTrailer(source, capacity);
  const words = new Words(trailer);
  const control = new BroadcastControl(trailer, 0);
  const ordinals = PAIRS.map((pair) => words.i64(pair + 8));
  return {
    capacity,
    maxMessageLength: Math.max(8, capacity >> 3),
    intent: words.i64(0),
    tail: words.i64(TAIL),
    latest: words.i64(LATEST),
    messages: Math.max(0, ...ordinals) || null,
    publisher: publisherOf(
      source,
      control,
      () => new BroadcastControl(copyTrailer(source, capacity), 0),
    ),
    publishers: control.publisher >>> STATE_BITS,
    sleepers: words.u32(SLEEPERS),
  };
}

function copyTrailer(
  source: ByteSource,
  capacity: number,
): Uint8Array<ArrayBuffer> {
  const trailer = new Uint8Array(BROADCAST_TRAILER_LENGTH);
  source.readInto(trailer, capacity);
  return trailer;
}

function publisherOf(
  source: ByteSource,
  control: BroadcastControl,
  now: () => BroadcastControl,
): Participant {
  const pid = control.publisherPid >>> 0;
  switch (stateOf(control.publisher)) {
    case PUBLISHER.open:
      return participant(
        pid,
        openOrDied(
          () => source.isLocked(LOCKS.publisher),
          () => stateOf(now().publisher) === PUBLISHER.open,
        ),
      );
    case PUBLISHER.ended:
      return participant(pid, "closed");
    case PUBLISHER.aborted:
      return participant(pid, "aborted");
    default:
      return participant(pid, "never");
  }
}

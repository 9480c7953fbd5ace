import {
  MAX_SENDERS,
  RECEIVER,
  RingControl,
  SENDER,
} from "../../../channel/membership/ring_control.ts";
import { LOCKS } from "../../../channel/object/channel_object.ts";
import { ALIGNMENT } from "../../../channel/buffers/record_layout.ts";
import { ANNOUNCED, WRAPS } from "../../../channel/ring/claim_repair.ts";
import { TRAILER } from "../../../channel/ring/ring_layout.ts";
import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";
import { openOrDied, type Participant, participant } from "./participant.ts";
import { type RecordsState, walkRecords } from "./ring_records.ts";

/** A sender of a channel. */
export interface SenderState extends Participant {
  /** Its place, from 0. */
  readonly slot: number;
  /**
   * Low 32 bits of where its last claim started, as it announced it in a ring for
   * many; null without one.
   */
  readonly claim: number | null;
}

/** The state of a ring. */
export interface RingState {
  /** Bytes of the data area. */
  readonly capacity: number;
  /** The longest message in bytes. */
  readonly maxMessageLength: number;
  /** Who may write, as the object says; null when it does not. */
  readonly producers: "one" | "many" | null;
  /** Where the consumer reads next. */
  readonly head: number;
  /** Where the next record starts. */
  readonly tail: number;
  /** The head as producers saw it. */
  readonly headCache: number;
  /** Bytes between head and tail; null when the positions make no sense. */
  readonly fill: number | null;
  /** The correlation counter. */
  readonly correlation: number;
  /** When a consumer of Agrona was last seen; null when none was. */
  readonly heartbeatAt: Date | null;
  /** What lies between head and tail; null when it was not asked for. */
  readonly records: RecordsState | null;
  readonly receiver: Participant;
  readonly senders: readonly SenderState[];
  /** Whether the receiver sleeps, and how it is woken. */
  readonly receiverSleeps: Sleep;
  /** The same of the senders, when the ring is full. */
  readonly sendersSleep: Sleep;
  /** Senders found dead by successors, of which nobody was told yet. */
  readonly deaths: number;
  /** The same of those that gave up. */
  readonly aborts: number;
}

/** How someone sleeps: not at all, in `futex(2)`, or in an event loop. */
export type Sleep = "awake" | "futex" | "pipe";

/** Where the doorbells lie in the trailer. */
const RECEIVER_BELL = 448;
const SENDERS_BELL = 192;

/** How often positions are read again that moved meanwhile. */
const MOST_LOOKS = 20;

/**
 * Reads the control words of a ring, and looks who is there.
 *
 * @param withRecords Whether to look at what lies between head and tail.
 */
export function readRing(
  source: ByteSource,
  capacity: number,
  withRecords: boolean,
): RingState {
  const { trailer, head, tail } = readPositions(source, capacity);
  const words = new Words(trailer);
  // All offsets of the control words count from the end of the data area.
  const control = new RingControl(trailer, 0);
  const copyTrailer = () => {
    const copy = new Uint8Array(TRAILER.length);
    source.readInto(copy, capacity);
    return copy;
  };
  const now = () => new RingControl(copyTrailer(), 0);
  const distance = tail - head;
  const sound = head >= 0 && distance >= 0 && distance <= capacity;
  const heartbeat = words.i64(TRAILER.heartbeat);
  return {
    capacity,
    maxMessageLength: Math.max(8, capacity >> 3),
    producers: control.producers ?? null,
    head,
    tail,
    headCache: words.i64(TRAILER.headCache),
    fill: sound ? distance : null,
    correlation: words.i64(TRAILER.correlation),
    heartbeatAt: heartbeat > 0 && heartbeat < 8.64e15
      ? new Date(heartbeat)
      : null,
    records: withRecords
      ? walkRecords(source, capacity, head, sound ? tail : head, () => {
        const positions = new Words(copyTrailer());
        const journal = positions.i64(TRAILER.journal);
        const released = positions.i64(TRAILER.head);
        return journal <= tail ? Math.max(journal, released) : released;
      })
      : null,
    receiver: receiverOf(source, control, now),
    senders: sendersOf(source, control, now, capacity),
    receiverSleeps: sleepOf(words.i32(RECEIVER_BELL)),
    sendersSleep: sleepOf(words.i32(SENDERS_BELL)),
    deaths: control.deaths,
    aborts: control.aborts,
  };
}

/** Reads the trailer when head and tail belong together, as far as they stand still. */
function readPositions(source: ByteSource, capacity: number) {
  let last;
  for (let i = 0; i < MOST_LOOKS; i++) {
    const trailer = new Uint8Array(TRAILER.length);
    source.readInto(trailer, capacity);
    const words = new Words(trailer);
    const head = words.i64(TRAILER.head);
    const tail = words.i64(TRAILER.tail);
    last = { trailer, head, tail };
    // One copy is not made in one step: the head of another look confirms it.
    const again = new Words(source.read(capacity + TRAILER.head, 8)).i64(0);
    if (again === head && tail >= head && tail - head <= capacity) break;
  }
  return last ?? { trailer: new Uint8Array(TRAILER.length), head: 0, tail: 0 };
}

function receiverOf(
  source: ByteSource,
  control: RingControl,
  now: () => RingControl,
): Participant {
  const pid = control.receiverPid >>> 0;
  switch (control.receiver) {
    case RECEIVER.open:
      return participant(
        pid,
        openOrDied(
          () => source.isLocked(LOCKS.receiver),
          () => now().receiver === RECEIVER.open,
        ),
      );
    case RECEIVER.closed:
      return participant(pid, "closed");
    default:
      return participant(pid, "never");
  }
}

/** Where an announced claim starts: behind its padding, if it needs some. */
function claimStart(announced: number, capacity: number): number | null {
  if ((announced & ANNOUNCED) === 0) return null;
  const start = (announced & -ALIGNMENT) >>> 0;
  if ((announced & WRAPS) === 0) return start;
  return (start + capacity - start % capacity) >>> 0;
}

function sendersOf(
  source: ByteSource,
  control: RingControl,
  now: () => RingControl,
  capacity: number,
): SenderState[] {
  const senders: SenderState[] = [];
  for (let slot = 0; slot < MAX_SENDERS; slot++) {
    const state = stateOf(source, control, now, slot);
    if (state === undefined) continue;
    senders.push({
      ...participant(control.senderPid(slot), state),
      slot,
      claim: claimStart(control.claimOf(slot), capacity),
    });
  }
  return senders;
}

function stateOf(
  source: ByteSource,
  control: RingControl,
  now: () => RingControl,
  slot: number,
): Participant["state"] | undefined {
  switch (control.senderState(slot)) {
    case SENDER.open:
      return openOrDied(
        () => source.isLocked(LOCKS.senders + slot),
        () => now().senderState(slot) === SENDER.open,
      );
    case SENDER.ended:
      return "closed";
    case SENDER.aborted:
      return "aborted";
    default:
      return undefined;
  }
}

function sleepOf(bell: number): Sleep {
  if (bell === 0) return "awake";
  return bell === 2 ? "pipe" : "futex";
}

import type {
  RECORDING_DESCRIPTOR,
  SIGNAL_EVENT,
  SUBSCRIPTION_DESCRIPTOR,
} from "./codec/answers.ts";
import type { ValuesOf } from "./codec/template.ts";

/** What the archive writes where there is no position or time yet. */
const NULL_VALUE = -1n;

/** A recording, as the archive's catalogue describes it. */
export interface Recording {
  /** Number that the archive gave it. */
  readonly id: bigint;
  /** When it began. */
  readonly startedAt: Date | null;
  /** When it ended; null while it goes on. */
  readonly stoppedAt: Date | null;
  /** Position of the stream from which on it has it. */
  readonly startPosition: bigint;
  /** Position up to which it has it; null while it goes on. */
  readonly stopPosition: bigint | null;
  /** Term that positions count from. */
  readonly initialTermId: number;
  /** Bytes of each of its files. */
  readonly segmentLength: number;
  /** Bytes of a term of the stream. */
  readonly termLength: number;
  /** Bytes of a packet of the stream. */
  readonly mtu: number;
  /** Session of the publication. */
  readonly sessionId: number;
  /** Stream that it was published on. */
  readonly streamId: number;
  /** Channel, reduced to what tells it from others. */
  readonly channel: string;
  /** Channel as it was asked for. */
  readonly originalChannel: string;
  /** Where the stream came from. */
  readonly source: string;
}

/** Which recordings to list. */
export interface RecordingsQuery {
  /** The first id to look at. Default: 0. */
  readonly from?: bigint | undefined;
  /** How many at most. Default: all. */
  readonly count?: number | undefined;
  /** Text that their channel contains. Needs `streamId`. Default: any. */
  readonly channel?: string | undefined;
  /** Stream that they were published on. Needs `channel`. Default: any. */
  readonly streamId?: number | undefined;
}

/** A channel that the archive records, until it is told to stop. */
export interface RecordingSubscription {
  /** Number that `startRecording` returned. */
  readonly id: bigint;
  /** Stream that is recorded. */
  readonly streamId: number;
  /** Channel, reduced to what tells it from others. */
  readonly channel: string;
}

/** What can happen to a recording; `"unknown"`: something that a newer archive tells. */
export type RecordingChange =
  | "start"
  | "stop"
  | "extend"
  | "replicate"
  | "merge"
  | "sync"
  | "delete"
  | "replicate-end"
  | "unknown";

/** By the archive's numbers. */
const CHANGES: readonly RecordingChange[] = [
  "start",
  "stop",
  "extend",
  "replicate",
  "merge",
  "sync",
  "delete",
  "replicate-end",
];

/** Something that happened to a recording. */
export interface RecordingSignal {
  /** What. */
  readonly signal: RecordingChange;
  /** Which recording. */
  readonly recordingId: bigint;
  /** The recorded channel that it belongs to. */
  readonly subscriptionId: bigint;
  /** Where in the stream. */
  readonly position: bigint;
}

/** A position, or null for the one that there is not yet. */
export function positionOf(value: bigint): bigint | null {
  return value === NULL_VALUE ? null : value;
}

/** A recording of the archive's words. */
export function recordingOf(
  values: ValuesOf<typeof RECORDING_DESCRIPTOR>,
): Recording {
  return {
    id: values.recordingId,
    startedAt: dateOf(values.startTimestamp),
    stoppedAt: dateOf(values.stopTimestamp),
    startPosition: values.startPosition,
    stopPosition: positionOf(values.stopPosition),
    initialTermId: values.initialTermId,
    segmentLength: values.segmentFileLength,
    termLength: values.termBufferLength,
    mtu: values.mtuLength,
    sessionId: values.sessionId,
    streamId: values.streamId,
    channel: values.strippedChannel,
    originalChannel: values.originalChannel,
    source: values.sourceIdentity,
  };
}

/** A recorded channel of the archive's words. */
export function subscriptionOf(
  values: ValuesOf<typeof SUBSCRIPTION_DESCRIPTOR>,
): RecordingSubscription {
  return {
    id: values.subscriptionId,
    streamId: values.streamId,
    channel: values.strippedChannel,
  };
}

/** A signal of the archive's words. */
export function signalOf(
  values: ValuesOf<typeof SIGNAL_EVENT>,
): RecordingSignal {
  return {
    signal: CHANGES[values.signal] ?? "unknown",
    recordingId: values.recordingId,
    subscriptionId: values.subscriptionId,
    position: values.position,
  };
}

function dateOf(ms: bigint): Date | null {
  return ms === NULL_VALUE ? null : new Date(Number(ms));
}

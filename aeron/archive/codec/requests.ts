/**
 * What a client asks the archive, from the schema that is in Aeron's jar
 * (`archive/aeron-archive-codecs.xml`).
 *
 * @module
 */

import type { Template } from "./template.ts";

/** In front of most requests. */
const SESSION = { controlSessionId: "i64", correlationId: "i64" } as const;

const RECORDING = { ...SESSION, recordingId: "i64" } as const;

export const AUTH_CONNECT = {
  id: 58,
  fields: { correlationId: "i64", responseStreamId: "i32", version: "i32" },
  parts: {
    responseChannel: "text",
    encodedCredentials: "bytes",
    clientInfo: "text",
  },
} as const satisfies Template;

export const CHALLENGE_RESPONSE = {
  id: 60,
  fields: SESSION,
  parts: { encodedCredentials: "bytes" },
} as const satisfies Template;

export const CLOSE_SESSION = {
  id: 3,
  fields: { controlSessionId: "i64" },
  parts: {},
} as const satisfies Template;

export const KEEP_ALIVE = {
  id: 61,
  fields: SESSION,
  parts: {},
} as const satisfies Template;

export const ARCHIVE_ID = {
  id: 68,
  fields: SESSION,
  parts: {},
} as const satisfies Template;

export const START_RECORDING = {
  id: 63,
  fields: {
    ...SESSION,
    streamId: "i32",
    sourceLocation: "i32",
    autoStop: "i32",
  },
  parts: { channel: "text" },
} as const satisfies Template;

export const EXTEND_RECORDING = {
  id: 64,
  fields: {
    ...RECORDING,
    streamId: "i32",
    sourceLocation: "i32",
    autoStop: "i32",
  },
  parts: { channel: "text" },
} as const satisfies Template;

export const STOP_RECORDING_CHANNEL = {
  id: 5,
  fields: { ...SESSION, streamId: "i32" },
  parts: { channel: "text" },
} as const satisfies Template;

export const STOP_RECORDING_SUBSCRIPTION = {
  id: 14,
  fields: { ...SESSION, subscriptionId: "i64" },
  parts: {},
} as const satisfies Template;

export const REPLAY = {
  id: 6,
  fields: {
    ...RECORDING,
    position: "i64",
    length: "i64",
    replayStreamId: "i32",
    fileIoMaxLength: "i32",
    replayToken: "i64",
  },
  parts: { replayChannel: "text" },
} as const satisfies Template;

export const BOUNDED_REPLAY = {
  id: 18,
  fields: {
    ...RECORDING,
    position: "i64",
    length: "i64",
    limitCounterId: "i32",
    replayStreamId: "i32",
    fileIoMaxLength: "i32",
    replayToken: "i64",
  },
  parts: { replayChannel: "text" },
} as const satisfies Template;

export const STOP_REPLAY = {
  id: 7,
  fields: { ...SESSION, replaySessionId: "i64" },
  parts: {},
} as const satisfies Template;

export const LIST_RECORDINGS = {
  id: 8,
  fields: { ...SESSION, fromRecordingId: "i64", recordCount: "i32" },
  parts: {},
} as const satisfies Template;

export const LIST_RECORDINGS_FOR_URI = {
  id: 9,
  fields: {
    ...SESSION,
    fromRecordingId: "i64",
    recordCount: "i32",
    streamId: "i32",
  },
  parts: { channel: "text" },
} as const satisfies Template;

export const LIST_RECORDING_SUBSCRIPTIONS = {
  id: 17,
  fields: {
    ...SESSION,
    pseudoIndex: "i32",
    subscriptionCount: "i32",
    applyStreamId: "i32",
    streamId: "i32",
  },
  parts: { channel: "text" },
} as const satisfies Template;

export const FIND_LAST_MATCHING = {
  id: 16,
  fields: {
    ...SESSION,
    minRecordingId: "i64",
    sessionId: "i32",
    streamId: "i32",
  },
  parts: { channel: "text" },
} as const satisfies Template;

export const TRUNCATE = {
  id: 13,
  fields: { ...RECORDING, position: "i64" },
  parts: {},
} as const satisfies Template;

export const DETACH_SEGMENTS = {
  id: 53,
  fields: { ...RECORDING, newStartPosition: "i64" },
  parts: {},
} as const satisfies Template;

export const PURGE_SEGMENTS = {
  id: 55,
  fields: { ...RECORDING, newStartPosition: "i64" },
  parts: {},
} as const satisfies Template;

export const MIGRATE_SEGMENTS = {
  id: 57,
  fields: { ...SESSION, srcRecordingId: "i64", dstRecordingId: "i64" },
  parts: {},
} as const satisfies Template;

/** A request about one recording that says nothing else. */
export interface AboutRecording {
  readonly id: number;
  readonly fields: typeof RECORDING;
  readonly parts: Readonly<Record<never, never>>;
}

function aboutRecording(id: number): AboutRecording {
  return { id, fields: RECORDING, parts: {} };
}

export const LIST_RECORDING = aboutRecording(10);
export const RECORDING_POSITION = aboutRecording(12);
export const STOP_POSITION = aboutRecording(15);
export const STOP_ALL_REPLAYS = aboutRecording(19);
export const START_POSITION = aboutRecording(52);
export const DELETE_DETACHED_SEGMENTS = aboutRecording(54);
export const ATTACH_SEGMENTS = aboutRecording(56);
export const STOP_RECORDING_ID = aboutRecording(65);
export const MAX_RECORDED_POSITION = aboutRecording(67);
export const PURGE_RECORDING = aboutRecording(104);

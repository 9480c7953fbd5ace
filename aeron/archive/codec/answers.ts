/**
 * What the archive says to a client, from the schema that is in Aeron's jar
 * (`archive/aeron-archive-codecs.xml`).
 *
 * @module
 */

import type { Template } from "./template.ts";

/** In front of every answer. */
const SESSION = { controlSessionId: "i64", correlationId: "i64" } as const;

export const CONTROL_RESPONSE = {
  id: 1,
  fields: { ...SESSION, relevantId: "i64", code: "i32", version: "i32" },
  parts: { errorMessage: "text" },
} as const satisfies Template;

/** What `code` of a response says. */
export const RESPONSE_CODE = {
  ok: 0,
  error: 1,
  recordingUnknown: 2,
  subscriptionUnknown: 3,
} as const;

export const CHALLENGE = {
  id: 59,
  fields: { ...SESSION, version: "i32" },
  parts: { encodedChallenge: "bytes" },
} as const satisfies Template;

export const RECORDING_DESCRIPTOR = {
  id: 22,
  fields: {
    ...SESSION,
    recordingId: "i64",
    startTimestamp: "i64",
    stopTimestamp: "i64",
    startPosition: "i64",
    stopPosition: "i64",
    initialTermId: "i32",
    segmentFileLength: "i32",
    termBufferLength: "i32",
    mtuLength: "i32",
    sessionId: "i32",
    streamId: "i32",
  },
  parts: {
    strippedChannel: "text",
    originalChannel: "text",
    sourceIdentity: "text",
  },
} as const satisfies Template;

export const SUBSCRIPTION_DESCRIPTOR = {
  id: 23,
  fields: { ...SESSION, subscriptionId: "i64", streamId: "i32" },
  parts: { strippedChannel: "text" },
} as const satisfies Template;

export const SIGNAL_EVENT = {
  id: 24,
  fields: {
    ...SESSION,
    recordingId: "i64",
    subscriptionId: "i64",
    position: "i64",
    signal: "i32",
  },
  parts: {},
} as const satisfies Template;

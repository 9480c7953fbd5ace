/**
 * A log of Aeron as the media driver makes it, with three terms that are as short as
 * can be and two counters behind them; and what a client has of it.
 *
 * @module
 */

import { CounterValue } from "../../../../aeron/cnc/counter_value.ts";
import type { Conductor } from "../../../../aeron/conductor/conductor.ts";
import { FrameWriter } from "../../../../aeron/log/frame_writer.ts";
import { LogBuffer } from "../../../../aeron/log/log_buffer.ts";
import {
  METADATA,
  METADATA_LENGTH,
  TERMS,
} from "../../../../aeron/log/log_layout.ts";
import { ExclusivePublication } from "../../../../aeron/publication/exclusive_publication.ts";
import { Publication } from "../../../../aeron/publication/publication.ts";
import { SECRET } from "../../../../aeron/publication/publication_base.ts";
import { ExclusiveSpace } from "../../../../aeron/publication/space/exclusive_space.ts";
import { PositionLimit } from "../../../../aeron/publication/space/position_limit.ts";
import { SharedSpace } from "../../../../aeron/publication/space/shared_space.ts";
import { Image, IMAGE_SECRET } from "../../../../aeron/subscription/image.ts";
import { isPlainEnough } from "../../../../channel/buffers/store_order.ts";
import { mapped, wholeRegion } from "../../machine/mapped.ts";
import type { Edit } from "../../machine/world.ts";

/** Bytes of a term: two frames of a short message. */
export const TERM_LENGTH = 128;
/** What a short message takes in the log. */
export const FRAME_LENGTH = 64;
/** Bytes of a log: its terms in one page, its metadata in another. */
export const LOG_LENGTH = 2 * METADATA_LENGTH;

/** Terms as short as those of the worlds. */
export const TINY_TERMS: readonly Edit[] = [{
  file: "aeron/log/log_layout.ts",
  find: "export const MIN_TERM_LENGTH = 2 ** 16;",
  replace: `export const MIN_TERM_LENGTH = ${TERM_LENGTH};`,
}];

export const SESSION_ID = 77;
export const STREAM_ID = 1001;
const INITIAL_TERM_ID = -5;

/** How many terms there were: with the next one positions have 33 bits. */
const TERM_COUNT = 2 ** 25 - 1;
/** A message of 64 bytes leaves room for half a frame, which becomes padding. */
const OFFSET = 32;
/** Where the stream is when a world begins. */
export const START = BigInt(TERM_COUNT) * BigInt(TERM_LENGTH) + BigInt(OFFSET);

/** Numbers of the counters. */
const LIMIT = 0, CONSUMER = 1;
/** Where counters are, in the room that terms leave in their page, */
const COUNTERS = 512;
/** and how many 64-bit words each has. */
const COUNTER_LONGS = 16;

const buffer = () => wholeRegion().buffer;

/** The terms as words and 64-bit words. */
export const termWords = () => new Int32Array(buffer(), 0, 3 * TERM_LENGTH / 4);
export const termLongs = () =>
  new BigInt64Array(buffer(), 0, 3 * TERM_LENGTH / 8);
/** The metadata. */
export const metadata = () =>
  new Int32Array(buffer(), METADATA_LENGTH, METADATA_LENGTH / 4);
export const metadataLongs = () =>
  new BigInt64Array(buffer(), METADATA_LENGTH, METADATA_LENGTH / 8);
/** Values of the limit and of the reader's position. */
export const limitCell = () => cell(LIMIT);
export const consumerCell = () => cell(CONSUMER);

function cell(counter: number): BigInt64Array<ArrayBuffer> {
  const offset = COUNTERS + 8 * COUNTER_LONGS * counter;
  return new BigInt64Array(buffer(), offset, 1);
}

/** Id of the term behind so many others. */
export function termIdOf(count: number): number {
  return (INITIAL_TERM_ID + count) | 0;
}

/** How many terms there were before the one with an id. */
export function countOf(termId: number): number {
  return (termId - INITIAL_TERM_ID) | 0;
}

/** Makes it, with a limit so far beyond its start. */
export function makeLog(limit: number): void {
  const words = metadata();
  const longs = metadataLongs();
  for (const before of [2, 1, 0]) {
    const count = TERM_COUNT - before;
    const tail = before === 0 ? OFFSET : TERM_LENGTH;
    longs[count % TERMS] = BigInt(termIdOf(count)) << 32n | BigInt(tail);
  }
  words[METADATA.activeTermCount >> 2] = TERM_COUNT;
  longs[METADATA.endOfStreamPosition >> 3] = 2n ** 63n - 1n;
  words[METADATA.isConnected >> 2] = 1;
  words[METADATA.initialTermId >> 2] = INITIAL_TERM_ID;
  words[METADATA.mtu >> 2] = FRAME_LENGTH;
  words[METADATA.termLength >> 2] = TERM_LENGTH;
  words[METADATA.pageSize >> 2] = METADATA_LENGTH;
  limitCell()[0] = START + BigInt(limit);
  consumerCell()[0] = START;
}

/** Nothing happens in the rest of the client. */
const conductor: Conductor = Object.create(null, {
  adopt: { value: () => {} },
  serve: { value: () => {} },
});

const ids = { sessionId: SESSION_ID, streamId: STREAM_ID, correlationId: 9n };

/** A counter as a client has it. */
function counter(id: number): CounterValue {
  const length = 2 * COUNTER_LONGS;
  const words = new Int32Array(buffer(), COUNTERS, 2 * length);
  const longs = new BigInt64Array(buffer(), COUNTERS, length);
  return new CounterValue({ words, longs, inOrder: isPlainEnough({}) }, id);
}

/** The log as a client has it mapped; its constructor is for its own factory. */
function openLog(): LogBuffer {
  return Reflect.construct(LogBuffer, [mapped(), "log"]);
}

/** Makes a publication of either kind. */
export function publish(
  kind: "shared" | "exclusive",
): Publication | ExclusivePublication {
  const log = openLog();
  const limit = new PositionLimit(log, counter(LIMIT));
  const writer = new FrameWriter(log, SESSION_ID, STREAM_ID);
  const Space = kind === "shared" ? SharedSpace : ExclusiveSpace;
  const Kind = kind === "shared" ? Publication : ExclusivePublication;
  return new Kind(SECRET, {
    conductor,
    channel: "aeron:ipc",
    ready: {
      ...ids,
      type: "publication-ready",
      registrationId: 9n,
      limitCounterId: LIMIT,
      channelStatusId: -1,
      logFile: "log",
    },
    log,
    limit,
    writer,
    space: new Space(log, limit, writer),
  });
}

/** Makes the image of a subscription. */
export function subscribe(): Image {
  return new Image(IMAGE_SECRET, {
    event: {
      ...ids,
      type: "image-available",
      subscriptionId: 10n,
      positionCounterId: CONSUMER,
      logFile: "log",
      sourceIdentity: "aeron:ipc",
    },
    log: openLog(),
    counter: counter(CONSUMER),
    conductor,
  });
}

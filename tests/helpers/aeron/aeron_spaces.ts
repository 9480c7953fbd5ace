/**
 * A publication's room in a log, and a reader of it, without a driver.
 *
 * @module
 */

import { FrameWriter } from "../../../aeron/log/frame_writer.ts";
import { ExclusivePublication } from "../../../aeron/publication/exclusive_publication.ts";
import { Publication } from "../../../aeron/publication/publication.ts";
import { SECRET } from "../../../aeron/publication/publication_base.ts";
import { ExclusiveSpace } from "../../../aeron/publication/space/exclusive_space.ts";
import { PositionLimit } from "../../../aeron/publication/space/position_limit.ts";
import { SharedSpace } from "../../../aeron/publication/space/shared_space.ts";
import { FrameHeader } from "../../../aeron/subscription/frame_header.ts";
import { ImageReader } from "../../../aeron/subscription/image_reader.ts";
import { type LogStart, TERM_LENGTH, type TestLog } from "./aeron_log.ts";

/** Both kinds of publications. */
export const KINDS = {
  shared: SharedSpace,
  exclusive: ExclusiveSpace,
} as const;

/** Room in a log, and what writes frames into it. */
export function spaceOf(kind: keyof typeof KINDS, { log, limit }: TestLog) {
  const writer = new FrameWriter(log, 11, 22);
  const space = new KINDS[kind](log, new PositionLimit(log, limit), writer);
  return { space, writer };
}

/** Sets a reader's position, and the limit, to where a log starts; returns that. */
export function beginAt({ position, limit }: TestLog, start: LogStart): bigint {
  const begin = BigInt(start.termCount ?? 0) * BigInt(TERM_LENGTH);
  position.value = begin;
  limit.value = begin;
  return begin;
}

/** A publication over a log, and how often it has served its client. */
export function publicationOf(kind: keyof typeof KINDS, parts: TestLog) {
  const { log, limit } = parts;
  const counts = { serves: 0 };
  const conductor = {
    adopt: () => {},
    remove: () => {},
    report: () => {},
    serve: () => void counts.serves++,
  };
  const positionLimit = new PositionLimit(log, limit);
  const writer = new FrameWriter(log, 11, 22);
  const Kind = kind === "shared" ? Publication : ExclusivePublication;
  const publication = new Kind(SECRET, {
    // deno-lint-ignore no-explicit-any -- what a publication calls of it
    conductor: conductor as any,
    channel: "aeron:ipc",
    ready: {
      type: "publication-ready",
      correlationId: 9n,
      registrationId: 9n,
      sessionId: 11,
      streamId: 22,
      limitCounterId: limit.id,
      channelStatusId: -1,
      logFile: parts.path,
    },
    log,
    limit: positionLimit,
    writer,
    space: new KINDS[kind](log, positionLimit, writer),
  });
  return { publication, counts };
}

/** A reader of the same log. */
export function readerOf({ other, position }: TestLog): ImageReader {
  // deno-lint-ignore no-explicit-any -- nobody asks the header for its image here
  const header = new FrameHeader(undefined as any, other);
  return new ImageReader(other, position, header);
}

/** Where streams may start. */
export const STARTS: Record<string, LogStart> = {
  "from the start": {},
  "across the wrap of term ids": { initialTermId: 0x7fff_fffe },
  "across 2^32": { termCount: 2 ** 16 - 2 },
  "beyond 2^46, near the last term": { termCount: 2 ** 31 - 8 },
};

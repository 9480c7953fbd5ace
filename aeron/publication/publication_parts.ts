import type { Conductor } from "../conductor/conductor.ts";
import type { PublicationReady } from "../conductor/events.ts";
import { openLog } from "../conductor/log_place.ts";
import { CounterValue } from "../cnc/counter_value.ts";
import { FrameWriter } from "../log/frame_writer.ts";
import type { LogBuffer } from "../log/log_buffer.ts";
import { PositionLimit } from "./space/position_limit.ts";
import type { TermSpace } from "./space/term_space.ts";

/** What a publication is made of. */
export interface PublicationParts {
  readonly conductor: Conductor;
  readonly channel: string;
  readonly ready: PublicationReady;
  readonly log: LogBuffer;
  readonly limit: PositionLimit;
  readonly writer: FrameWriter;
  readonly space: TermSpace;
}

/** Makes the room of a publication. */
export type MakeSpace = (
  log: LogBuffer,
  limit: PositionLimit,
  writer: FrameWriter,
) => TermSpace;

/**
 * Maps the log of a publication that the driver has made.
 *
 * @param sparse Leave its pages unreserved. Default: what the client was told.
 * @throws {SystemError} When there is no room for its pages (ENOSPC).
 */
export function assemblePublication(
  conductor: Conductor,
  channel: string,
  ready: PublicationReady,
  makeSpace: MakeSpace,
  sparse: boolean | undefined,
): PublicationParts {
  using undo = new DisposableStack();
  const log = undo.use(openLog(conductor, ready.logFile, sparse));
  const counter = new CounterValue(conductor.cnc.values, ready.limitCounterId);
  const limit = new PositionLimit(log, counter);
  const writer = new FrameWriter(log, ready.sessionId, ready.streamId);
  const space = makeSpace(log, limit, writer);
  undo.move();
  return { conductor, channel, ready, log, limit, writer, space };
}

/** The position of a publication that ends, whatever state its log is in. */
export function lastPosition({ log, space }: PublicationParts): bigint {
  try {
    return log.isGone ? 0n : space.position;
  } catch {
    return 0n;
  }
}

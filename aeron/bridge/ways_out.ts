/**
 * Where a bridge takes messages to. Each waits while there is no room.
 *
 * @module
 */

import type { Publisher } from "../../channel/ends/publisher.ts";
import type { Sender } from "../../channel/ends/sender.ts";
import type { Latest } from "../../store/latest/latest.ts";
import type { AeronArchive } from "../archive/aeron_archive.ts";
import { IdlePauses } from "../conductor/idle_pauses.ts";
import type { PublicationBase } from "../publication/publication_base.ts";
import { reservedOf } from "./carried_type.ts";
import type { Carried } from "./ways_in.ts";

/** Takes a message on; what it returns is awaited, if it is a promise. */
export type WayOut = (
  message: Carried,
  signal: AbortSignal,
) => void | Promise<void>;

/** To a ring: waits while it is full. */
export function toSender(sender: Sender): WayOut {
  return ({ typeId, bytes }, signal) => {
    if (sender.trySend(bytes, { typeId })) return;
    return sender.send(bytes, { typeId, signal });
  };
}

/** To a broadcast buffer, which never waits: subscribers that are too slow lose messages. */
export function toPublisher(publisher: Publisher): WayOut {
  return ({ typeId, bytes }) => publisher.publish(bytes, { typeId });
}

/** To the newest value. */
export function toLatest(latest: Latest): WayOut {
  return ({ bytes }) => {
    latest.write(bytes);
  };
}

/** To a stream of Aeron: waits while nobody subscribes, and while the slowest is too far behind. */
export function toPublication(publication: PublicationBase): WayOut {
  const pauses = new IdlePauses();
  const offer = ({ typeId, bytes }: Carried) =>
    publication.offer(bytes, 0, bytes.length, reservedOf(typeId));
  const wait = async (message: Carried, signal: AbortSignal) => {
    for (;;) {
      await pauses.pause(signal);
      signal.throwIfAborted();
      if (accepted(publication, offer(message))) return pauses.reset();
    }
  };
  return (message, signal) => {
    // The second time behind the end of a term, where the first one finds no room.
    for (let i = 0; i < 2; i++) {
      if (accepted(publication, offer(message))) return;
    }
    return wait(message, signal);
  };
}

/** Type of the counters that say how far a recording is. */
const RECORDING_POSITION = 100;
/** Offset of the session in their keys, behind the recording. */
const SESSION_ID = 8;

/** To a stream of Aeron, and waits until the archive has written each message. */
export function toRecorded(
  publication: PublicationBase,
  { aeron }: AeronArchive,
): WayOut {
  const send = toPublication(publication);
  const pauses = new IdlePauses();
  let counterId: number | undefined;
  const isWritten = (position: bigint) => {
    const { counters } = aeron;
    counterId ??= counters.findId((id) =>
      counters.typeIdOf(id) === RECORDING_POSITION &&
      Number(BigInt.asIntN(32, counters.keyLong(id, SESSION_ID))) ===
        publication.sessionId
    );
    return counterId !== undefined && counters.value(counterId) >= position;
  };
  return async (message, signal) => {
    await send(message, signal);
    const { position } = publication;
    while (!isWritten(position)) {
      if (publication.closed) throw closedError(publication);
      await pauses.pause(signal);
      signal.throwIfAborted();
    }
    pauses.reset();
  };
}

function accepted(
  publication: PublicationBase,
  result: ReturnType<PublicationBase["offer"]>,
): boolean {
  if (typeof result === "bigint") return true;
  if (result === "closed") throw closedError(publication);
  if (result !== "max-position-exceeded") return false;
  throw new RangeError(
    `Cannot bridge to stream ${publication.streamId} of ${publication.channel}: the stream has as many bytes as one may have; add a new publication`,
  );
}

/** The error that a publication is closed, or why it ended. */
export function closedError(publication: PublicationBase): Error {
  return publication.failure ?? new Deno.errors.BadResource(
    `Cannot bridge to stream ${publication.streamId} of ${publication.channel}: the publication is closed`,
  );
}

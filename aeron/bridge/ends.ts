import { Publisher } from "../../channel/ends/publisher.ts";
import { Receiver } from "../../channel/ends/receiver.ts";
import { Sender } from "../../channel/ends/sender.ts";
import { Subscriber } from "../../channel/ends/subscriber.ts";
import { describe } from "../../memory/checks/integers.ts";
import { Latest } from "../../store/latest/latest.ts";
import { AeronArchive } from "../archive/aeron_archive.ts";
import { PublicationBase } from "../publication/publication_base.ts";
import { Subscription } from "../subscription/subscription.ts";
import { Checkpoint } from "./checkpoint.ts";
import { RecordedStream } from "./recorded_stream.ts";
import { type Carried, fromAeron, fromLatest, fromReader } from "./ways_in.ts";
import {
  toLatest,
  toPublication,
  toPublisher,
  toRecorded,
  toSender,
  type WayOut,
} from "./ways_out.ts";

/** Where a bridge takes messages from. */
export type BridgeSource =
  | Receiver
  | Subscriber
  | Latest
  | Subscription
  | RecordedStream;

/** Where a bridge takes messages to. */
export type BridgeTarget = PublicationBase | Sender | Publisher | Latest;

/** How messages are taken from a source. */
export function wayInOf(
  from: BridgeSource,
  typeId: number,
  until: "closed" | "last-image",
  checkpoint: Checkpoint | undefined,
): (signal: AbortSignal) => AsyncGenerator<Carried, void> {
  if (from instanceof Receiver || from instanceof Subscriber) {
    return (signal) => fromReader(from, signal);
  }
  if (from instanceof Latest) {
    return (signal) => fromLatest(from, typeId, signal);
  }
  if (from instanceof Subscription) {
    return (signal) => fromAeron(from.messages({ until, signal }), typeId);
  }
  if (from instanceof RecordedStream) {
    const place = checkpoint?.read();
    const start = place === undefined ? {} : { from: place };
    return (signal) => fromAeron(from.messages({ signal, ...start }), typeId);
  }
  throw new TypeError(
    `Cannot bridge from ${
      describe(from)
    }: it takes a Receiver, Subscriber or Latest, or a Subscription or RecordedStream of Aeron`,
  );
}

/** How messages are taken to a target. */
export function wayOutOf(
  from: BridgeSource,
  to: BridgeTarget,
  recordedBy: AeronArchive | undefined,
): WayOut {
  const isOurs = from instanceof Receiver || from instanceof Subscriber ||
    from instanceof Latest;
  if (recordedBy !== undefined && !(recordedBy instanceof AeronArchive)) {
    throw new TypeError(
      `Cannot bridge: recordedBy must be an AeronArchive: received ${
        describe(recordedBy)
      }`,
    );
  }
  if (to instanceof PublicationBase) {
    return recordedBy === undefined
      ? toPublication(to)
      : toRecorded(to, recordedBy);
  }
  if (recordedBy !== undefined) {
    throw new TypeError(
      "Cannot bridge: recordedBy is for publications of Aeron",
    );
  }
  if (to instanceof Sender && !isOurs) return toSender(to);
  if (to instanceof Publisher && !isOurs) return toPublisher(to);
  if (to instanceof Latest && !isOurs) return toLatest(to);
  throw new TypeError(
    isOurs
      ? `Cannot bridge: what is of this machine goes to a publication of Aeron: received ${
        describe(to)
      }`
      : `Cannot bridge: what comes from Aeron goes to a Sender, Publisher, Latest or another publication: received ${
        describe(to)
      }`,
  );
}

/** Where the place in a source is kept, if it is. */
export function checkpointOf(
  from: BridgeSource,
  latest: Latest | undefined,
): Checkpoint | undefined {
  if (latest === undefined) return undefined;
  if (!(from instanceof RecordedStream)) {
    throw new TypeError(
      "Cannot bridge: checkpoint is for a RecordedStream, the only source that can be read again",
    );
  }
  if (!(latest instanceof Latest)) {
    throw new TypeError(
      `Cannot bridge: checkpoint must be a Latest: received ${
        describe(latest)
      }`,
    );
  }
  return new Checkpoint(latest);
}

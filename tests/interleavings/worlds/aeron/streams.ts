/**
 * Streams of Aeron over a log whose terms hold two messages: every message that was
 * committed arrives once and in the order of its publisher, nothing else does,
 * positions grow, and the limit is kept.
 *
 * @module
 */

import { METADATA } from "../../../../aeron/log/log_layout.ts";
import { Claim } from "../../../../aeron/publication/claim.ts";
import type { OfferResult } from "../../../../aeron/publication/offer_result.ts";
import type { FragmentHandler } from "../../../../aeron/subscription/fragment_handler.ts";
import type { Image } from "../../../../aeron/subscription/image.ts";
import type { Ending, Participant, World } from "../../machine/world.ts";
import { drive, producerPosition } from "./driver.ts";
import {
  consumerCell,
  FRAME_LENGTH,
  LOG_LENGTH,
  makeLog,
  metadata,
  publish,
  SESSION_ID,
  STREAM_ID,
  subscribe,
  TERM_LENGTH,
  TINY_TERMS,
} from "./log.ts";

const WHOLE = 0xc0;
const FAR = 8 * TERM_LENGTH;

/** What a publisher sends as which: its number, and a number from 1 on. */
const messageOf = (id: number, count: number) => 16 * id + count;

/** Tries until there is room. Returns the position behind the message. */
function insist(self: Participant, attempt: () => OfferResult): bigint {
  let seen = -1;
  for (;;) {
    const result = attempt();
    if (typeof result === "bigint") return result;
    if (result === "admin-action") {
      // The log has moved on to another term, or somebody is about to move it.
      const count = Atomics.load(metadata(), METADATA.activeTermCount >> 2);
      if (count !== seen) {
        seen = count;
        continue;
      }
    } else if (result !== "back-pressured") throw new Error(result);
    self.pause();
  }
}

/** Offers messages, of an array that is used again and again. */
function offer(self: Participant, kind: "shared" | "exclusive", count: number) {
  const publication = publish(kind);
  const message = new Uint8Array(8);
  let last = 0n;
  for (let i = 1; i <= count; i++) {
    message[0] = message[7] = messageOf(self.id, i);
    const position = insist(self, () => publication.offer(message));
    if (position <= last) throw new Error(`${position} follows ${last}`);
    last = position;
    self.note(message[0]);
  }
}

/** Notes messages, and that they are whole and come with growing positions. */
function noteAll(self: Participant): FragmentHandler {
  let last = 0n;
  return (bytes, offset, length, header) => {
    const { position, sessionId, streamId, flags } = header;
    const first = bytes[offset];
    const isWhole = length === 8 && bytes[offset + 7] === first &&
      sessionId === SESSION_ID && streamId === STREAM_ID && flags === WHOLE;
    self.note(isWhole && position > last ? first : "nonsense");
    last = position;
  };
}

/**
 * Polls until it has all; `isOver` is asked when nothing has come.
 *
 * @param poll Returns whether something comes again.
 */
function receive(
  self: Participant,
  poll: (image: Image) => boolean,
  isOver: () => boolean,
): void {
  const image = subscribe();
  for (;;) {
    // Padding is no message, but there may be one behind it.
    const { position } = image;
    if (poll(image) || image.position !== position) continue;
    if (isOver()) return;
    self.pause();
  }
}

const receiveMessages = (count: number) => (self: Participant) => {
  const handler = noteAll(self);
  receive(
    self,
    (image) => image.poll(handler) > 0,
    () => self.notes.length >= count,
  );
};

/** What came of a publisher is what it sent, and at most one more if it died. */
function checkOf(ending: Ending, name: string, id: number, reader: string) {
  const { notes, dead } = ending;
  const mine = notes[reader]!.filter((value) => Number(value) >> 4 === id);
  const sent = notes[name]!;
  const more = [...sent, messageOf(id, sent.length + 1)];
  if (mine.join() === sent.join()) return;
  if (dead.has(name) && mine.join() === more.join()) return;
  throw new Error(`${name} sent ${sent}, received was ${notes[reader]}`);
}

function worldOf(
  limit: number,
  participants: World["participants"],
  publishers: readonly string[],
  more: Partial<World> = {},
): World {
  return {
    byteLength: LOG_LENGTH,
    constants: TINY_TERMS,
    setup: () => makeLog(limit),
    participants,
    check: (ending) => {
      const { subscriber } = ending.notes;
      if (subscriber!.includes("nonsense")) throw new Error("it is not whole");
      publishers.forEach((name, i) =>
        checkOf(ending, name, i + 1, "subscriber")
      );
      if (ending.dead.size > 0) return;
      const consumer = Atomics.load(consumerCell(), 0);
      if (consumer !== producerPosition()) {
        throw new Error("it has not read all");
      }
    },
    ...more,
  };
}

/** Two share a publication, and move the log on from term to term. */
export const sharedByTwo: World = worldOf(FAR, {
  first: (self) => offer(self, "shared", 2),
  second: (self) => offer(self, "shared", 2),
  subscriber: receiveMessages(4),
}, ["first", "second"]);

/** The same, as one has offered its array before: that goes another way. */
export const heldByTwo: World = worldOf(FAR, {
  first: (self) => offer(self, "shared", 3),
  second: (self) => offer(self, "shared", 1),
  subscriber: receiveMessages(4),
}, ["first", "second"]);

/** One publishes alone, so far that it need not look at the limit. */
export const heldAlone: World = worldOf(FAR, {
  first: (self) => offer(self, "exclusive", 3),
  subscriber: receiveMessages(3),
}, ["first"]);

/** One publishes alone, as far as the reader lets it, in terms that are used again. */
export const exclusive: World = worldOf(FRAME_LENGTH, {
  first: (self) => offer(self, "exclusive", 5),
  subscriber: receiveMessages(5),
  driver: () => drive(FRAME_LENGTH, 1),
}, ["first"]);

/** The same for two that share it. */
export const sharedUnderLimit: World = worldOf(FRAME_LENGTH, {
  first: (self) => offer(self, "shared", 2),
  second: (self) => offer(self, "shared", 2),
  subscriber: receiveMessages(4),
  driver: () => drive(FRAME_LENGTH, 2),
}, ["first", "second"]);

/** Claims room, writes in place, and commits it; now and then not. */
function claim(
  self: Participant,
  kind: "shared" | "exclusive",
  ends: readonly ("abort" | "commit")[],
): void {
  const publication = publish(kind);
  const room = new Claim();
  let count = 0;
  for (const end of ends) {
    insist(self, () => publication.tryClaim(8, room));
    const { bytes, offset } = room;
    const value = messageOf(self.id, count + 1);
    bytes[offset] = bytes[offset + 7] = value;
    room[end]();
    if (end === "abort") continue;
    self.note(value);
    count++;
  }
}

/** What is aborted does not come; what the reader refuses comes again. */
export const claimed: World = worldOf(FAR, {
  first: (self) => claim(self, "exclusive", ["commit", "abort", "commit"]),
  subscriber: (self) => {
    const note = noteAll(self);
    const refused = new Set<number>();
    receive(self, (image) => {
      const { size } = refused;
      image.controlledPoll((bytes, offset, length, header) => {
        const { termOffset } = header;
        if (!refused.has(termOffset)) {
          refused.add(termOffset);
          return "abort";
        }
        note(bytes, offset, length, header);
        return "commit";
      });
      return refused.size > size;
    }, () => self.notes.length >= 2);
  },
}, ["first"]);

/** A publisher dies with or without a claim: the other's messages come all the same. */
export const publisherDies: World = worldOf(
  FAR,
  {
    first: (self) => claim(self, "shared", ["commit", "commit"]),
    second: (self) => offer(self, "shared", 2),
    subscriber: (self) => {
      const handler = noteAll(self);
      let gone = false;
      receive(self, (image) => {
        gone = self.isDead("first");
        return image.poll(handler) > 0;
      }, () => {
        const of = (id: number) =>
          self.notes.filter((value) => Number(value) >> 4 === id).length;
        return of(2) >= 2 && (gone || of(1) >= 2);
      });
    },
    driver: () => drive(FAR, 2),
  },
  ["first", "second"],
  { mortal: ["first"] },
);

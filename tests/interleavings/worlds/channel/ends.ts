/**
 * The two ends of a channel: senders that join, end, give up and die, and a
 * receiver that gets all that they sent and is told how they went.
 *
 * @module
 */

import { RingChannel } from "../../../../channel/carrier/ring_channel.ts";
import { Receiver } from "../../../../channel/ends/receiver.ts";
import { Sender } from "../../../../channel/ends/sender.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import type { Edit, Participant, World } from "../../machine/world.ts";

const NAME = "/ring";
const CAPACITY = 64;

/** Where the states of senders lie. */
const STATES = CAPACITY + 648;

/** Two places for senders, and all small. */
export const FEW: readonly Edit[] = [{
  file: "channel/membership/ring_control.ts",
  find: "const CLAIM_LINES = [136, 200, 264, 328] as const;",
  replace: "const CLAIM_LINES = [136, 200] as const;",
}, {
  // A spin looks once: time does not go by here.
  file: "channel/waiting/pacing.ts",
  find: "const LOOKS_PER_CLOCK = 32;",
  replace: "const LOOKS_PER_CLOCK = 1;",
}, {
  file: "channel/waiting/pacing.ts",
  find: "const SPIN_MS = 0.005;",
  replace: "const SPIN_MS = 0;",
}, {
  file: "channel/waiting/pacing.ts",
  find: "const BUSY_SPIN_MS = 0.05;",
  replace: "const BUSY_SPIN_MS = 0;",
}, {
  file: "channel/waiting/message_loop.ts",
  find: "const TURNS = 16;",
  replace: "const TURNS = 2;",
}, {
  file: "memory/checks/label.ts",
  find: "export const LABEL_LENGTH = 32;",
  replace: "export const LABEL_LENGTH = 1;",
}, {
  file: "channel/membership/ring_control.ts",
  find: "const CLAIMS_PER_LINE = 14;",
  replace: "const CLAIMS_PER_LINE = 1;",
}];

/** Sends messages, and ends. */
const send = (...messages: number[]) => async (self: Participant) => {
  useSafetyNets(false);
  using sender = Sender.open(NAME);
  for (const message of messages) {
    await sender.send(new Uint8Array([message]));
    self.note(message);
  }
};

/** Receives until the end, and notes what came and how it ended. */
const receive = async (self: Participant) => {
  useSafetyNets(false);
  using receiver = Receiver.open(NAME);
  for (;;) {
    try {
      for await (const { bytes } of receiver) self.note(bytes[0]);
      self.note("end");
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      self.note("died");
      return;
    }
  }
};

function worldOf(
  producers: "one" | "many",
  participants: World["participants"],
  check: World["check"],
  more: Partial<World> = {},
): World {
  return {
    byteLength: CAPACITY + 768,
    setup: () => {
      const options = { capacity: CAPACITY, producers };
      RingChannel.create(NAME, options).object.close();
    },
    constants: FEW,
    participants,
    ...check && { check },
    ...more,
  };
}

/** One sends two messages and ends. */
export const sentAndEnded: World = worldOf("one", {
  sender: send(1, 2),
  receiver: receive,
}, ({ notes }) => {
  const got = notes.receiver!.join();
  if (got !== "1,2,end") throw new Error(`received ${got}`);
});

/** The sender dies at any access: what it sent comes first, then that it died. */
export const senderDies: World = worldOf("one", {
  sender: send(1, 2),
  receiver: receive,
}, ({ notes, dead, memory }) => {
  const got = notes.receiver!.join();
  // It died before it was a sender.
  if (got === "" && memory[STATES] === 0) return;
  const expected = dead.size === 0
    ? ["1,2,end"]
    : ["", "1,", "1,2,"].flatMap((sent) => [`${sent}died`, `${sent}end`]);
  if (!expected.includes(got)) throw new Error(`received ${got}`);
  const sent = notes.sender!.length;
  const received = notes.receiver!.length - 1;
  if (received < sent) throw new Error(`sent ${sent}, received ${got}`);
}, { mortal: ["sender"], nets: true, daemons: ["receiver"] });

/** More than there is room for: the sender waits, and is woken when there is. */
export const sentWhenFull: World = worldOf("one", {
  sender: send(1, 2, 3, 4, 5),
  receiver: receive,
}, ({ notes }) => {
  const got = notes.receiver!.join();
  if (got !== "1,2,3,4,5,end") throw new Error(`received ${got}`);
});

/** Opens an end as soon as nobody else has it. */
function succeed<End>(self: Participant, open: () => End): End {
  for (;;) {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof Deno.errors.Busy)) throw error;
      self.pause();
    }
  }
}

/** Receives until one message, whichever sender dies meanwhile. */
const receiveUntil = (last: number) => async (self: Participant) => {
  useSafetyNets(false);
  using receiver = succeed(
    self,
    () => Receiver.open(NAME, { keepOpen: true, onSenderDeath: "continue" }),
  );
  for await (const { bytes } of receiver) {
    self.note(bytes[0]);
    if (bytes[0] === last) return;
  }
};

/** A sender dies with or without a claim, and another one takes its place. */
export const senderSucceeded: World = worldOf("one", {
  async first(self) {
    try {
      await send(1, 2)(self);
    } catch (error) {
      // Its heir came first.
      if (!(error instanceof Deno.errors.Busy)) throw error;
    }
  },
  async heir(self) {
    useSafetyNets(false);
    using sender = succeed(self, () => Sender.open(NAME));
    for (const message of [11, 12]) {
      await sender.send(new Uint8Array([message]));
    }
  },
  receiver: receiveUntil(12),
}, ({ notes: { first, receiver } }) => {
  const got = receiver!.join();
  const sent = [...first!, 11, 12].join();
  const oneMore = [...first!, first!.length + 1, 11, 12].join();
  // All that the first one sent, if that was not behind the last of its heir.
  const isRight = [sent, oneMore, "11,12", "11,12"].includes(got);
  if (!isRight) throw new Error(`sent ${sent}, received ${got}`);
}, { mortal: ["first"], nets: true });

/** Of two senders one dies: what the other sends comes, and what it sent. */
export const oneOfTwoDies: World = worldOf("many", {
  first: send(1, 2),
  second: send(21, 22),
  receiver: receiveUntil(22),
}, ({ notes: { first, receiver } }) => {
  const of = (ten: number) =>
    receiver!.filter((value) => Math.trunc(Number(value) / 10) === ten).join();
  if (of(2) !== "21,22") throw new Error(`received ${receiver}`);
  const mine = of(0);
  const all = "1,2".slice(0, mine.length) === mine;
  if (!all) throw new Error(`sent ${first}, received ${receiver}`);
}, { mortal: ["first"], nets: true });

/** The receiver dies; its heir gets what that had not received. */
export const receiverSucceeded: World = worldOf("one", {
  async sender(self) {
    useSafetyNets(false);
    using sender = Sender.open(NAME);
    for (let message = 1; message <= 3;) {
      try {
        await sender.send(new Uint8Array([message]));
        message++;
      } catch (error) {
        // Messages wait for another one.
        if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
        self.pause();
      }
    }
  },
  first: async (self) => {
    try {
      await receiveUntil(3)(self);
    } catch (error) {
      if (!(error instanceof Deno.errors.Busy)) throw error;
    }
  },
  heir: receiveUntil(3),
}, ({ notes: { first, heir }, dead }) => {
  const got = [...first!, ...heir!];
  // The last one that the dead one had may come once more.
  const isRight = new Set(got).size === 3 && got.length <= 3 + dead.size;
  if (!isRight) throw new Error(`received ${first} and then ${heir}`);
}, { mortal: ["first"], nets: true, daemons: ["first", "heir"] });

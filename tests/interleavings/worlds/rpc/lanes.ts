/**
 * The lanes of servers: some that a killed server left, of which those that start
 * at once take the place, while clients join, and any of them may die.
 *
 * @module
 */

import { LOCKS } from "../../../../channel/object/channel_object.ts";
import { joinServer } from "../../../../rpc/client/join_server.ts";
import { Lanes } from "../../../../rpc/server/lanes.ts";
import { checkPlace } from "../../../../store/object/place.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import type { Edit, Ending, Participant, World } from "../../machine/world.ts";
import { FEW } from "../channel/ends.ts";

const NAME = "/server";
const SERVER = checkPlace(NAME);
const CAPACITY = 64;
const FILE_LENGTH = CAPACITY + 768;
/** So many files get a size in one schedule, at most. */
const FILES = 12;

/**
 * Few clients fill a lane, and few lanes are looked for.
 *
 * @param room How many.
 */
export const fewLanes = (room: number): readonly Edit[] => [...FEW, {
  file: "channel/membership/ring_control.ts",
  find: "export const MAX_SENDERS = CLAIM_LINES.length * CLAIMS_PER_LINE;",
  replace: `export const MAX_SENDERS = ${room};`,
}, {
  file: "rpc/wire/lanes.ts",
  find: "export const SPARE = 8;",
  replace: "export const SPARE = 0;",
}, {
  file: "rpc/wire/lanes.ts",
  find: "export const MAX_LANES = 1024;",
  replace: "export const MAX_LANES = 3;",
}, {
  // As others look all the while, fewer looks are long enough.
  file: "memory/posix/stale_object.ts",
  find: "const CREATION_GRACE_MS = 200;",
  replace: "const CREATION_GRACE_MS = 2;",
}, {
  file: "channel/carrier/ring_channel.ts",
  find: "const KIND_PATIENCE_MS = 200;",
  replace: "const KIND_PATIENCE_MS = 2;",
}, {
  file: "memory/posix/object_locks.ts",
  find: "const LISTING_MS = 20;",
  replace: "const LISTING_MS = 2;",
}, {
  // What is longer counts as a timer that looks again.
  file: "memory/waiting/poll.ts",
  find: "const LONGEST_PAUSE_MS = 50;",
  replace: "const LONGEST_PAUSE_MS = 1;",
}];

const OPTIONS = { capacity: CAPACITY, mode: 0o600, label: "" };

/** Makes so many lanes. */
function listen(count: number): Lanes {
  const lanes = new Lanes(SERVER, OPTIONS, count);
  for (let made = 1; made < count; made++) lanes.addFor(made);
  return lanes;
}

/** A killed server's. */
const leave = (count: number) => () => {
  listen(count);
};

/**
 * Becomes the server as soon as there is no other; two must not be at once. When the
 * only one that could be in its way has died, that must succeed.
 */
const serve =
  (count: number, rival?: string, more: typeof stay = stay) =>
  (self: Participant) => {
    useSafetyNets(false);
    for (let isAlone = false;;) {
      try {
        const lanes = listen(count);
        self.enter("the server's place");
        return more(self, lanes, count);
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists) || isAlone) {
          throw error;
        }
        isAlone = rival !== undefined && self.isDead(rival);
        if (!isAlone) self.pause();
      }
    }
  };

/** Stays there until the end, and looks for room now and then. */
function stay(self: Participant, lanes: Lanes, count: number): void {
  for (;;) {
    while (lanes.addFor(count - 1) !== undefined);
    self.note(lanes.receivers.length);
    self.pause();
  }
}

/** Closes, as a server does that ends. */
function end(self: Participant, lanes: Lanes): void {
  self.leave("the server's place");
  lanes.close();
}

/** Whose each file with a name is: who has the lock of its receiver. */
function ownersOf({ files }: Ending): Map<string, string | undefined> {
  return new Map(
    [...files.names].map(([name, inode]) => {
      const owner = files.openings.find((one) =>
        one.inode === inode && one.ranges.has(LOCKS.receiver)
      );
      return [name, owner && String(owner.who)];
    }),
  );
}

/** Every name is a living server's; and one server has all of its names. */
function checkLanes(ending: Ending): void {
  const owners = ownersOf(ending);
  for (const [name, owner] of owners) {
    if (owner === undefined) throw new Error(`${name} is nobody's`);
  }
  const servers = new Set(owners.values());
  if (servers.size > 1) throw new Error(`two have lanes`);
  const { files: { openings, inodes } } = ending;
  for (const { who, inode, ranges } of openings) {
    if (!ranges.has(LOCKS.receiver) || inodes[inode]!.links === 1) continue;
    throw new Error(`a lane of ${who} has lost its name`);
  }
}

const WORLD = {
  byteLength: FILES * FILE_LENGTH,
  fileLength: FILE_LENGTH,
  constants: fewLanes(1),
} as const;

/** Two start over what a killed one left; one may die. */
export const twoStart: World = {
  ...WORLD,
  setup: leave(2),
  participants: { first: serve(2, "second"), second: serve(2, "first") },
  daemons: ["first", "second"],
  mortal: ["first"],
  check(ending) {
    checkLanes(ending);
    const { notes, dead } = ending;
    const made = [notes.first!, notes.second!].map((counts) => counts.at(-1));
    const [first, second] = made;
    const isRight = dead.size > 0
      ? second === 2
      : first === undefined
      ? second === 2
      : first === 2 && second === undefined;
    if (!isRight) throw new Error(`made ${made}`);
  },
};

/** One ends, or dies while it makes or closes what it has; the other comes next. */
export const oneEnds: World = {
  ...WORLD,
  participants: { first: serve(3, "second", end), second: serve(1, "first") },
  daemons: ["second"],
  mortal: ["first"],
  check(ending) {
    checkLanes(ending);
    const { notes: { second } } = ending;
    if (second!.at(-1) !== 1) throw new Error(`made ${second}`);
  },
};

/** Joins a server; when that has gone, the next one. */
const join = async (self: Participant) => {
  useSafetyNets(false);
  const patience = { timeoutMs: Infinity, end: Infinity, signal: undefined };
  for (;;) {
    const sender = await joinServer(SERVER, patience);
    self.note("joined");
    while (sender.hasReceiver) self.pause();
    self.note("left");
    sender.close();
  }
};

/** One joins while a server dies over what another one left, and the next starts. */
export const oneJoins: World = {
  ...WORLD,
  setup: leave(2),
  participants: {
    first: serve(1),
    second: serve(1),
    client: join,
  },
  daemons: ["first", "second", "client"],
  mortal: ["first", "client"],
  // Each look of one has the other look once more.
  longest: 20_000,
  check(ending) {
    checkLanes(ending);
    const { files: { openings }, notes: { client }, dead } = ending;
    if (dead.has("client")) return;
    if (client!.at(-1) !== "joined") throw new Error("it has joined none");
    const isRead = openings.some(({ inode, ranges }) =>
      ranges.has(LOCKS.senders) &&
      openings.some((one) =>
        one.inode === inode && one.ranges.has(LOCKS.receiver)
      )
    );
    if (!isRead) throw new Error("nobody reads what it sends");
  },
};

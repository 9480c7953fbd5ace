/**
 * Calls: a server with room for one client, which calls it once, while either of
 * them may die. Each call ends once, with its answer or with a clear error, and who
 * comes next is served.
 *
 * @module
 */

import { Client } from "../../../../rpc/client/client.ts";
import { Server } from "../../../../rpc/server/server.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import type { Edit, Ending, Participant, World } from "../../machine/world.ts";
import { fewLanes } from "./lanes.ts";

const NAME = "/server";
const CAPACITY = 512;
const FILE_LENGTH = CAPACITY + 768;
/** So many files get a size in one schedule, at most. */
const FILES = 12;

const QUESTION = 20;
const ANSWER = 21;

/** Clients are told apart by their processes, and how often they connected. */
const NUMBERED: readonly Edit[] = [...fewLanes(2), {
  file: "rpc/wire/frames.ts",
  find: "const TWO_32 = 2 ** 32;",
  replace: "const TWO_32 = 2 ** 32;\nlet made = 0;",
}, {
  file: "rpc/wire/frames.ts",
  find: "crypto.getRandomValues(new Uint32Array(2));",
  replace: "[Deno.pid, ++made * 2 ** 11];",
}, {
  // As above: who ends up alone would look again all the time.
  file: "channel/carrier/ring_messages.ts",
  find: "const LONGEST_FOREIGN_PAUSE_MS = 20;",
  replace: "const LONGEST_FOREIGN_PAUSE_MS = 100;",
}];

/** Without timers that look again: where nobody dies all is told. */
const told =
  (act: (self: Participant) => Promise<void>) => async (self: Participant) => {
    useSafetyNets(false);
    await act(self);
  };

/** Answers until it is closed, which nobody does, or dies. */
const serve = async (self: Participant) => {
  for (;;) {
    try {
      const server = Server.listen(NAME, (asked) => Number(asked) + 1, {
        capacity: CAPACITY,
        maxClients: 1,
      });
      await server.finished;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      self.pause();
    }
  }
};

/** Calls until it has an answer; notes each way in which a call ended. */
const call = async (self: Participant) => {
  for (;;) {
    const client = await Client.connect(NAME, { capacity: CAPACITY });
    try {
      self.note(await client.call(QUESTION));
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      self.note(error.name);
    } finally {
      await client.close();
    }
  }
};

/** Calls, and stays as long as it lives; unless another one came first. */
const stay = async (self: Participant) => {
  try {
    const client = await Client.connect(NAME, { capacity: CAPACITY });
    self.note(await client.call(QUESTION));
    await new Promise(() => {});
  } catch (error) {
    if (!(error instanceof Deno.errors.Busy)) throw error;
  }
};

/** The same as `call`; once more when the one is dead that had the only place. */
const callAfter = (other: string) => async (self: Participant) => {
  for (;;) {
    const isFree = self.isDead(other);
    try {
      return await call(self);
    } catch (error) {
      if (!(error instanceof Deno.errors.Busy) || isFree) throw error;
      while (!self.isDead(other)) self.pause();
    }
  }
};

/**
 * Each that lives has its answer, after no more failures than servers died; and no
 * name is left but a server's.
 */
function checkAnswers(
  { notes, dead, files }: Ending,
  callers: readonly string[],
  failures = 0,
) {
  for (const name of callers) {
    if (dead.has(name)) continue;
    const got = notes[name]!;
    const isRight = got.at(-1) === ANSWER && got.length <= 1 + failures;
    if (!isRight) throw new Error(`${name} got ${got}`);
  }
  const replies = [...files.names.keys()].filter((name) =>
    name !== NAME && !name.includes(".lane")
  );
  // Of a client that was killed while it connected one may be left.
  const most = callers.filter((name) => dead.has(name)).length;
  if (replies.length > most) throw new Error(`there are ${replies}`);
}

const WORLD = {
  byteLength: FILES * FILE_LENGTH,
  fileLength: FILE_LENGTH,
  constants: NUMBERED,
  longest: 20_000,
  lifetime: 1000,
} as const;

/** One calls, and ends. */
export const oneCalls: World = {
  ...WORLD,
  participants: { server: told(serve), client: told(call) },
  daemons: ["server"],
  check: (ending) => checkAnswers(ending, ["client"]),
};

/** The server dies, and another takes its place. */
export const serverDies: World = {
  ...WORLD,
  participants: { first: serve, heir: serve, client: call },
  daemons: ["first", "heir"],
  mortal: ["first"],
  nets: true,
  check: (ending) => checkAnswers(ending, ["client"], ending.dead.size),
};

/** One comes again at once: its place is free, though there is room for one only. */
export const comesAgain: World = {
  ...WORLD,
  participants: {
    server: told(serve),
    client: told(async (self) => {
      await call(self);
      await call(self);
    }),
  },
  daemons: ["server"],
  check: ({ notes: { client } }) => {
    if (client!.join() !== `${ANSWER},${ANSWER}`) throw new Error(`${client}`);
  },
};

/** The only place is had by one that dies at any access: then another one gets it. */
export const clientDies: World = {
  ...WORLD,
  participants: {
    server: serve,
    first: stay,
    second: callAfter("first"),
  },
  daemons: ["server", "first", "second"],
  mortal: ["first"],
  nets: true,
  check(ending) {
    const { notes, dead } = ending;
    if (dead.size > 0) return checkAnswers(ending, ["first", "second"]);
    if (notes.first!.length + notes.second!.length === 0) {
      throw new Error("nobody was answered");
    }
  },
};

/**
 * When a server wakes its clients.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../deps.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { Wakes } from "../../rpc/server/wakes.ts";
import { useSafetyNets } from "../../sync/waiting/safety_nets.ts";
import { testName } from "../helpers/store/place.ts";
import { needing } from "../helpers/needs.ts";

/** Longer than an answer waits for others. */
const LONG_MS = 0.1;

/** A client that says when it is woken. */
function sleeper(name: string, log: string[]) {
  return { wake: () => void log.push(`wake ${name}`) };
}

function takeTime(): void {
  const end = performance.now() + LONG_MS;
  while (performance.now() < end);
}

/** Answers a batch: two at once, and one by an async handler. */
async function answerThree(wakes: Wakes): Promise<string[]> {
  const log: string[] = [];
  const [first, second] = [sleeper("first", log), sleeper("second", log)];
  await wakes.together([first, second, first], (client) => {
    if (client === first) {
      log.push("answer first");
      return wakes.wake(client);
    }
    void Promise.resolve().then(() => {
      log.push("answer second");
      wakes.wake(client);
    });
  });
  wakes.wake(second);
  return log;
}

Deno.test(needing(
  // Where all takes long, as under emulation, they are woken before.
  ["native"],
  "clients are woken once for all that is answered in a batch, by async handlers, too",
  async () => {
    const expected = [
      ...["answer first", "answer first", "answer second"],
      ...["wake first", "wake second", "wake second"],
    ];
    let log: string[] = [];
    // Nobody waits long: where the machine is busy, they are woken before.
    for (let i = 0; i < 1000 && `${log}` !== `${expected}`; i++) {
      log = await answerThree(new Wakes());
    }
    assertEquals(log, expected);
  },
));

Deno.test("a client that called alone is woken at once", async () => {
  const wakes = new Wakes();
  const log: string[] = [];
  await wakes.together([1], () => {
    wakes.wake(sleeper("client", log));
    log.push("next");
  });
  assertEquals(log, ["wake client", "next"]);
});

Deno.test("a client is woken before the next call is answered, where answers take their time", async () => {
  const wakes = new Wakes();
  const log: string[] = [];
  const client = sleeper("client", log);
  const answer = (how: "slow" | "fast") => {
    if (how === "slow") takeTime();
    log.push(how);
    wakes.wake(client);
  };
  await wakes.together(["slow", "slow"], answer);
  assertEquals(log, ["slow", "wake client", "slow", "wake client"]);
  await wakes.together(["fast", "slow"], answer);
  log.length = 0;
  // By now it is known that some do.
  for (let batch = 0; batch < 64; batch++) {
    await wakes.together(["fast", "fast"], answer);
  }
  assertEquals(log, Array(128).fill(["fast", "wake client"]).flat());
});

Deno.test(needing(
  // Where all takes long, as under emulation, they are woken before.
  ["native"],
  "one batch that took long is forgotten after one that did not",
  async () => {
    const expected = ["answer first", "answer first", "answer second"];
    let log: string[] = [];
    for (let i = 0; i < 1000 && `${log}` !== `${expected}`; i++) {
      const wakes = new Wakes();
      await wakes.together([1, 2], takeTime);
      await answerThree(wakes);
      await wakes.together([1, 2], takeTime);
      log = (await answerThree(wakes)).slice(0, 3);
    }
    assertEquals(log, expected);
  },
));

Deno.test("what was answered before a handler closes the server arrives", async () => {
  using at = testName();
  const server = Server.listen(at.place, (request) => {
    if (request === "close") void server.close();
    return request;
  });
  await using client = await Client.connect(at.place);
  const answers = await Promise.allSettled([
    client.call("first"),
    client.call("close"),
    client.call("last"),
  ]);
  assertEquals(
    answers.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected"],
  );
  await server.finished;
});

Deno.test("clients are woken, too, when something fails", async () => {
  const wakes = new Wakes();
  const log: string[] = [];
  await assertRejects(async () =>
    await wakes.together([1, 2], (each) => {
      if (each === 2) throw new RangeError("two");
      wakes.wake(sleeper("client", log));
    }), RangeError);
  assertEquals(log, ["wake client"]);
});

for (const kind of ["at once", "later"]) {
  Deno.test(`eight callers are answered ${kind} though nobody looks again`, async () => {
    using at = testName();
    const handler = kind === "at once"
      ? (request: unknown) => request
      : async (request: unknown) => {
        await undefined;
        return request;
      };
    useSafetyNets(false);
    using _nets = { [Symbol.dispose]: () => useSafetyNets(true) };
    await using _server = Server.listen(at.place, handler);
    await using client = await Client.connect(at.place);
    let right = 0;
    await Promise.all(Array.from({ length: 8 }, async (_, caller) => {
      for (let i = 0; i < 200; i++) {
        const request = `${caller} ${i}`;
        if (await client.call(request) === request) right++;
      }
    }));
    assertEquals(right, 1600);
  });
}

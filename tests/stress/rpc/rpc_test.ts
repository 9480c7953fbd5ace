/**
 * Calls at size: a million from eight clients at once, an answer of 100 MiB, long
 * streams, and servers and clients that are killed in the middle.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Client } from "../../../rpc/mod.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName, type TestPlace } from "../../helpers/store/place.ts";

function peer(...args: (string | number)[]): string[] {
  return denoRun(projectPath("tests/peers/deno/store/rpc_stress_peer.ts"), {
    args: args.map(String),
  });
}

async function startServer(at: TestPlace): Promise<Program> {
  const server = Program.start(peer("serve", at.name));
  assertEquals(await server.line(), "listening");
  return server;
}

/** Asks again until it is so: what a server hears last is told by nobody. */
async function untilAnswer(
  client: Client,
  request: unknown,
  expected: unknown,
): Promise<void> {
  for (let look = 0; look < 500; look++) {
    if (await client.call(request) === expected) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(await client.call(request), expected);
}

Deno.test(needing(
  ["native"],
  "a million calls of eight clients at once are answered, out of order, refused, late or cancelled",
  async () => {
    const each = 125_000;
    using at = testName();
    await using _server = await startServer(at);
    const ended = await Promise.all(
      Array.from({ length: 8 }, () => run(peer("call", at.name, each))),
    );
    for (const { code, stdout, stderr } of ended) {
      assertEquals([code, stderr], [0, ""]);
      assertEquals(JSON.parse(stdout.replace("connected\n", "")), {
        right: each - 3 * each / 100,
        thrown: each / 100,
        late: each / 100,
        cancelled: each / 100,
      });
    }
    // Each call that was late or cancelled was aborted in the server, too.
    await using client = await Client.connect(at.place);
    await untilAnswer(client, { hanging: true }, 0);
  },
));

Deno.test(needing(["native"], "an answer of 100 MiB comes whole", async () => {
  using at = testName();
  await using _server = await startServer(at);
  await using client = await Client.connect(at.place);
  const length = 100 * 2 ** 20;
  const big = client.call({ bytes: length });
  // Others are answered meanwhile.
  assertEquals(await client.call({ n: 1 }), { n: 1, twice: 2 });
  const text = await big;
  assert(typeof text === "string");
  assertEquals(text.length, length);
  assert(/^x+$/.test(text));
}));

Deno.test(needing(
  ["native"],
  "streams of 100 000 items come in order to four clients at once",
  async () => {
    using at = testName();
    await using _server = await startServer(at);
    await Promise.all(Array.from({ length: 4 }, async () => {
      await using client = await Client.connect(at.place);
      let expected = 0;
      for await (const item of client.stream({ items: 100_000 })) {
        assert(item === expected++, `${item}`);
      }
      assertEquals(expected, 100_000);
    }));
  },
));

Deno.test(needing(
  ["native"],
  "twenty servers that are killed in the middle of calls are replaced, and no call hangs",
  async () => {
    using at = testName();
    for (let round = 0; round < 20; round++) {
      await using server = await startServer(at);
      await using client = await Client.connect(at.place);
      const outcomes = Array.from(
        { length: 200 },
        (_, n) =>
          client.call(n % 4 === 0 ? { hang: true } : { n }).then(
            () => "answered",
            (error) => {
              assert(
                error instanceof Deno.errors.ConnectionReset,
                String(error),
              );
              return "reset";
            },
          ),
      );
      await new Promise((resolve) => setTimeout(resolve, round));
      Deno.kill(server.pid, "SIGKILL");
      const found = await Promise.all(outcomes);
      assert(found.filter((outcome) => outcome === "reset").length >= 50);
      await assertRejects(
        () => client.call({ n: 1 }),
        Deno.errors.ConnectionReset,
      );
    }
  },
));

Deno.test(needing(
  ["native"],
  "thirty clients that are killed in the middle of calls leave nothing, and others are answered",
  async () => {
    using at = testName();
    await using _server = await startServer(at);
    await using other = await Client.connect(at.place);
    for (let round = 0; round < 30; round++) {
      await using client = Program.start(peer("call", at.name, 10_000_000));
      assertEquals(await client.line(), "connected");
      for (let n = 0; n < 20; n++) {
        assertEquals(await other.call({ n }), { n, twice: 2 * n });
      }
      await new Promise((resolve) => setTimeout(resolve, round));
      Deno.kill(client.pid, "SIGKILL");
    }
    assertEquals(await other.call({ n: 7 }), { n: 7, twice: 14 });
    assertEquals(
      SharedMemory.list().filter(({ name }) => name.startsWith(`${at.name}.`)),
      [],
    );
  },
));

/**
 * Calls between processes, and what their deaths do.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { Sender } from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { Client, Server } from "../../../rpc/mod.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName } from "../../helpers/store/place.ts";

function peer(...args: (string | number)[]): string[] {
  return denoRun(projectPath("tests/peers/deno/store/rpc_peer.ts"), {
    args: args.map(String),
  });
}

Deno.test("three processes call a fourth many times each, fifty at once", async () => {
  using at = testName();
  await using server = Program.start(peer("serve", at.name));
  assertEquals(await server.line(), "listening");
  const calls = 2000;
  const ended = await Promise.all(
    [0, 1, 2].map(() => run(peer("call", at.name, calls))),
  );
  for (const each of ended) {
    assertEquals([each.code, each.stdout, each.stderr], [
      0,
      `right ${calls}\n`,
      "",
    ]);
  }
});

Deno.test("calls end when the server is killed, and the next server answers", async () => {
  using at = testName();
  {
    await using server = Program.start(peer("serve", at.name));
    assertEquals(await server.line(), "listening");
    await using client = await Client.connect(at.place);
    const waiting = client.call("hang");
    await assertRejects(
      () => client.call("die"),
      Deno.errors.ConnectionReset,
    );
    await assertRejects(() => waiting, Deno.errors.ConnectionReset);
    await assertRejects(() => client.call(1), Deno.errors.ConnectionReset);
  }
  await using server = Program.start(peer("serve", at.name));
  assertEquals(await server.line(), "listening");
  await using client = await Client.connect(at.place);
  assertEquals(await client.call(21), 42);
  assertEquals(await client.call("pid"), server.pid);
});

Deno.test("the calls of a client that is killed are aborted, and nothing is left", async () => {
  using at = testName();
  await using server = Program.start(peer("serve", at.name));
  assertEquals(await server.line(), "listening");
  await using client = Program.start(peer("hang", at.name));
  assertEquals(await client.line(), "calling");
  await using other = await Client.connect(at.place);
  assertEquals(await other.call(1), 2);
  Deno.kill(client.pid, "SIGKILL");
  assertEquals(await server.line(), "aborted");
  assertEquals(await other.call(2), 4);
  assertEquals(
    SharedMemory.list().filter(({ name }) => name.startsWith(`${at.name}.`)),
    [],
  );
});

Deno.test("a client is taken right after the only one that there may be was killed", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, () => new Promise(() => {}), {
    maxClients: 1,
  });
  await using client = Program.start(peer("hang", at.name));
  assertEquals(await client.line(), "calling");
  await assertRejects(() => Client.connect(at.place), Deno.errors.Busy);
  Deno.kill(client.pid, "SIGKILL");
  await client.end();
  await using next = await Client.connect(at.place);
  assertEquals(next.closed, false);
});

Deno.test("a new server takes over the name of a killed one with sixty clients, and answers a client that waited for it", async () => {
  using at = testName();
  {
    await using crowd = Program.start(peer("crowd", at.name, 60));
    assertEquals(await crowd.line(), "listening");
    assertEquals(isThere(`${at.name}.lane1`), true);
    Deno.kill(crowd.pid, "SIGKILL");
    await crowd.end();
  }
  // It looks there again and again.
  const waiting = run(peer("call", at.name, 100));
  await assertRejects(
    () => Client.connect(at.place, { timeoutMs: 100 }),
    Deno.errors.TimedOut,
    "no server with room",
  );
  // A client that has not seen yet that its server is gone.
  using _sender = Sender.open(at.place);
  using _further = Sender.open(`${at.name}.lane1`);
  await using _server = Server.listen(
    at.place,
    (request) => Number(request) * 2,
  );
  assertEquals(isThere(`${at.name}.lane1`), false);
  const { code, stdout, stderr } = await waiting;
  assertEquals([code, stdout, stderr], [0, "right 100\n", ""]);
});

function isThere(name: string): boolean {
  return SharedMemory.list().some((each) => each.name === name);
}

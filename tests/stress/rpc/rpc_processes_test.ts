/**
 * Calls between processes, and what their deaths do.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Client } from "../../../rpc/mod.ts";
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

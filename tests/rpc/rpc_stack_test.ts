/**
 * Servers and clients where no stack is left: nothing stays open.
 *
 * @module
 */

import { assert, assertEquals } from "../../deps.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { traces } from "../helpers/channel/ends.ts";
import { atEveryDepth } from "../helpers/memory/every_depth.ts";
import { namesOf } from "../helpers/names.ts";

Deno.test("a server that could not listen or close for want of stack leaves nothing", async () => {
  using names = namesOf();
  const closing: Promise<void>[] = [];
  const { failed } = atEveryDepth((number) => {
    const server = Server.listen(`${names.start}-${number}`, () => undefined);
    // Not `push`, which may have no stack: then nobody would hear the outcome.
    closing[closing.length] = server.close();
  });
  assert(failed > 0);
  const outcomes = await Promise.allSettled(closing);
  assert(outcomes.every(({ status }) => status === "fulfilled"));
  assertEquals(traces(names.start), []);
  assertEquals(names.remove(), 0);
});

Deno.test("a server and a client close behind calls of close() that had no stack", async () => {
  using names = namesOf();
  const server = Server.listen(names.start, (call) => call);
  const client = await Client.connect(names.start);
  assertEquals(await client.call("hello"), "hello");
  for (const end of [client, server]) {
    const calls: Promise<void>[] = [];
    atEveryDepth((number) => {
      // Not the first one, which has all of the stack.
      if (number > 0) calls[calls.length] = end.close();
    });
    const outcomes = await Promise.allSettled(calls);
    assert(outcomes.some(({ status }) => status === "rejected"));
    await end.close();
  }
  assertEquals(traces(names.start), []);
  assertEquals(names.remove(), 0);
});

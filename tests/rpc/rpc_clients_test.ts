/**
 * How many clients a server takes, and what they find of one that was killed.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../deps.ts";
import { Receiver } from "../../channel/mod.ts";
import { SharedMemory } from "../../mod.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { testName } from "../helpers/store/place.ts";

/** What is there of objects with a name in front. */
function objectsOf(name: string): string[] {
  return SharedMemory.list().map((each) => each.name)
    .filter((each) => each.startsWith(name));
}

Deno.test("a server has room for maxClients, and for another one when one has left", async () => {
  using at = testName();
  await using server = Server.listen(at.place, (request) => request, {
    maxClients: 3,
  });
  await using clients = new AsyncDisposableStack();
  const connect = () => Client.connect(at.place, { capacity: 1024 });
  const first = clients.use(await connect());
  for (let i = 1; i < 3; i++) clients.use(await connect());
  await assertRejects(connect, Deno.errors.Busy, "3 clients");
  assertEquals(server.clients, 3);
  assertEquals(await first.call(7), 7);
  await first.close();
  assertEquals(await clients.use(await connect()).call(8), 8);
});

Deno.test("a server makes room for more clients than a ring has, and leaves nothing", async () => {
  using at = testName();
  {
    await using server = Server.listen(at.place, (request) => request, {
      capacity: 2 ** 14,
    });
    await using stack = new AsyncDisposableStack();
    // All at once, before the server has seen any of them.
    const clients = await Promise.all(
      Array.from(
        { length: 150 },
        async () =>
          stack.use(await Client.connect(at.place, { capacity: 1024 })),
      ),
    );
    assertEquals(server.clients, 150);
    const answers = await Promise.all(clients.map((each, i) => each.call(i)));
    assertEquals(answers, [...clients.keys()]);
  }
  assertEquals(objectsOf(at.name), []);
});

Deno.test("what a killed server left is removed, and no client takes it for one", async () => {
  using at = testName();
  const left = [at.name, `${at.name}.lane1`, `${at.name}.lane2`];
  for (const name of left) {
    Receiver.create(name, { capacity: 1024, producers: "many" }).close();
  }
  await assertRejects(
    () => Client.connect(at.place, { timeoutMs: 10 }),
    Deno.errors.TimedOut,
  );
  const connecting = Client.connect(at.place);
  await using _server = Server.listen(at.place, (request) => request);
  await using client = await connecting;
  assertEquals(await client.call(9), 9);
  assertEquals(objectsOf(at.name), [at.name]);
});

/**
 * How many clients a server takes, and what they find of one that was killed.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../deps.ts";
import { Receiver } from "../../channel/mod.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { objectsOf } from "../helpers/store/objects.ts";
import { testName, testPath } from "../helpers/store/place.ts";

const small = { capacity: 1024 };

Deno.test("a server has room for maxClients, and for another one when one has left", async () => {
  using at = testName();
  await using server = Server.listen(at.place, (request) => request, {
    maxClients: 3,
  });
  await using clients = new AsyncDisposableStack();
  const connect = () => Client.connect(at.place, small);
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
        async () => stack.use(await Client.connect(at.place, small)),
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
    Receiver.create(name, { ...small, producers: "many" }).close();
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

Deno.test("a server makes its second ring for the 48th client", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, (request) => request);
  await using stack = new AsyncDisposableStack();
  for (let count = 1; count <= 48; count++) {
    stack.use(await Client.connect(at.place, small));
    const further = count < 48 ? [] : [`${at.name}.lane1`];
    assertEquals(objectsOf(`${at.name}.lane`), further);
  }
});

Deno.test("a further ring that was left alone is in no server's way", async () => {
  using at = testName();
  const left = { ...small, producers: "many" } as const;
  Receiver.create(`${at.name}.lane2`, left).close();
  {
    await using server = Server.listen(at.place, (request) => request, small);
    await using stack = new AsyncDisposableStack();
    const connect = async () =>
      stack.use(await Client.connect(at.place, small));
    await Promise.all(Array.from({ length: 120 }, connect));
    assertEquals(server.clients, 120);
  }
  assertEquals(objectsOf(at.name), []);
});

// In which order, so that one that is killed over it leaves none that nobody finds, is
// explored in tests/interleavings.
Deno.test("the rings that a server left are removed by the next one, and its own when it closes", async () => {
  using at = testPath();
  const names = [at.name, `${at.name}.lane1`, `${at.name}.lane2`];
  const there = () => names.map(isThere);
  for (const path of names) {
    Receiver.create({ path }, { ...small, producers: "many" }).close();
  }
  {
    await using _server = Server.listen(at.place, (request) => request, {
      capacity: 2 ** 14,
    });
    assertEquals(there(), [true, false, false]);
    await using stack = new AsyncDisposableStack();
    await Promise.all(Array.from(
      { length: 110 },
      async () => stack.use(await Client.connect(at.place, small)),
    ));
    assertEquals(there(), [true, true, true]);
  }
  assertEquals(there(), [false, false, false]);
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * What a server and its clients do when others do not do as they should.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "../../deps.ts";
import { Receiver, Sender } from "../../channel/mod.ts";
import { SharedMemory } from "../../mod.ts";
import { RING_TRAILER_LENGTH } from "../../channel/ring/ring_layout.ts";
import { Client, Server } from "../../rpc/mod.ts";
import {
  clientOf,
  HELLO,
  newClient,
  replyPlace,
  requestMessage,
  RESPONSE_PART,
} from "../../rpc/wire/frames.ts";
import { checkPlace } from "../../store/object/place.ts";
import { objectsOf } from "../helpers/store/objects.ts";
import { testName, testPath, type TestPlace } from "../helpers/store/place.ts";
import { until } from "../helpers/sync/size.ts";

const small = { capacity: 1024 };

/** Connects so many clients, which are closed with the stack. */
async function connectMany(
  at: TestPlace,
  count: number,
  stack: AsyncDisposableStack,
): Promise<Client[]> {
  const clients: Client[] = [];
  for (let i = 0; i < count; i++) {
    clients.push(stack.use(await Client.connect(at.place, small)));
  }
  return clients;
}

Deno.test("a server that its handler closes takes no client of the same batch", async () => {
  using at = testName();
  const server = Server.listen(at.place, () => void server.close());
  await using client = await Client.connect(at.place);
  const closing = assertRejects(
    () => client.call("close"),
    Deno.errors.ConnectionReset,
  );
  // They say hello behind the call, so many that there would be one more ring.
  const others = await Promise.allSettled(Array.from(
    { length: 60 },
    () => Client.connect(at.place, { ...small, timeoutMs: 300 }),
  ));
  await closing;
  assertEquals(
    new Set(others.map(({ status }) => status)),
    new Set(["rejected"]),
  );
  assertEquals(server.clients, 0);
  assertEquals(objectsOf(at.name), []);
});

Deno.test("a client whose server ends before it answers waits for the next one", async () => {
  using at = testName();
  const mute = Receiver.create(at.place, { producers: "many" });
  const connecting = Client.connect(at.place);
  await until(() => mute.pending.messages > 0, "it says hello");
  mute.unlink();
  mute.close();
  await using _server = Server.listen(at.place, (request) => request);
  await using client = await connecting;
  assertEquals(await client.call(5), 5);
});

Deno.test("a server whose ring was overwritten ends, and tells the clients of all rings", async () => {
  using at = testName();
  await using stack = new AsyncDisposableStack();
  await using server = Server.listen(at.place, (request) => request, {
    capacity: 4096,
  });
  const clients = await connectMany(at, 60, stack);
  {
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    new Int32Array(mapping.bytes.buffer, 0, 1024).fill(0x7ffffff1);
  }
  const [first] = clients;
  first?.call(1).catch(() => {});
  await assertRejects(() => server.finished, TypeError, "corrupt ring");
  await until(() => clients.every(({ closed }) => closed), "all are told");
  await server.close();
  assertEquals(objectsOf(at.name), []);
  await using _next = Server.listen(at.place, (request) => request);
  await using client = await Client.connect(at.place);
  assertEquals(await client.call(2), 2);
});

/** Asks a server to be welcomed, and reads nothing of what it says. */
async function comeDeaf(at: TestPlace): Promise<Receiver> {
  const id = newClient();
  const place = replyPlace(checkPlace(at.place), id);
  const receiver = Receiver.create(place, { capacity: 64 });
  using sender = Sender.open(at.place);
  const codec = new TextEncoder().encode("json");
  await sender.send(requestMessage(id, codec), { typeId: HELLO });
  // What it is told has more bytes than its ring.
  await until(() => receiver.pending.messages > 0, "it is told something");
  return receiver;
}

Deno.test("a client that is turned away and does not read is left in a while, and when the server closes", async () => {
  using at = testName();
  const server = Server.listen(at.place, (request) => request, {
    maxClients: 1,
  });
  await using _client = await Client.connect(at.place);
  const hasSender = (receiver: Receiver) =>
    receiver.senders.some(({ state }) => state === "open");
  using first = await comeDeaf(at);
  assertEquals(hasSender(first), true);
  await until(() => !hasSender(first), "it is left");
  using second = await comeDeaf(at);
  assertEquals(hasSender(second), true);
  await server.close();
  assertEquals(hasSender(second), false);
});

Deno.test("a client ends that is refused with a reason without end", async () => {
  using at = testName();
  using server = Receiver.create(at.place, { producers: "many" });
  const connecting = assertRejects(
    () => Client.connect(at.place),
    RangeError,
    "longer than 65536 bytes",
  );
  let id = 0;
  for await (const { bytes } of server) {
    id = clientOf(bytes);
    break;
  }
  const place = replyPlace(checkPlace(at.place), id);
  using sender = Sender.open(place);
  const part = new Uint8Array(sender.maxMessageLength);
  const sending = async () => {
    for (;;) await sender.send(part, { typeId: RESPONSE_PART });
  };
  await assertRejects(sending, Deno.errors.BrokenPipe);
  await connecting;
});

Deno.test("a ring of another program stays, under the server's name and beside it", async () => {
  using at = testName();
  const beside = Sender.create(`${at.name}.lane1`, small);
  beside.trySend(Uint8Array.of(1));
  // Nobody has it open, so that only its kind says whose it is.
  beside.close();
  {
    await using _server = Server.listen(at.place, (request) => request);
  }
  assertEquals(objectsOf(at.name), [`${at.name}.lane1`]);
  Sender.unlinkName(`${at.name}.lane1`);
  // Its receiver has not come yet.
  using early = Sender.create(at.name, { ...small, producers: "many" });
  assertThrows(
    () => Server.listen(at.place, (request) => request),
    Deno.errors.AlreadyExists,
  );
  early.trySend(Uint8Array.of(2));
  using receiver = Receiver.open(at.name);
  assertEquals(receiver.pending.messages, 1);
});

/** Counts how often this thread is blocked. */
function countWaits(): Disposable & { readonly waits: number } {
  const { wait } = Atomics;
  let waits = 0;
  Atomics.wait = ((...args: Parameters<typeof wait>) => {
    waits++;
    return wait(...args);
  }) as typeof wait;
  return {
    get waits() {
      return waits;
    },
    [Symbol.dispose]: () => void (Atomics.wait = wait),
  };
}

Deno.test("nothing is waited for because of an empty file beside a server's", async () => {
  using at = testPath();
  const beside = `${at.name}.lane1`;
  Deno.writeFileSync(beside, new Uint8Array(0));
  using _file = { [Symbol.dispose]: () => Deno.removeSync(beside) };
  await using stack = new AsyncDisposableStack();
  using blocking = countWaits();
  await using _server = Server.listen(at.place, (request) => request);
  await connectMany(at, 56, stack);
  await assertRejects(
    () => Client.connect(at.place, { ...small, timeoutMs: 50 }),
    Deno.errors.TimedOut,
    "no server with room",
  );
  assertEquals(blocking.waits, 0);
});

Deno.test("a server that cannot make one more ring answers those that are there, and blocks nothing", async () => {
  using at = testName();
  using beside = Receiver.create(`${at.name}.lane1`, small);
  await using server = Server.listen(at.place, (request) => request);
  await using stack = new AsyncDisposableStack();
  using blocking = countWaits();
  await connectMany(at, 56, stack);
  assertEquals(server.clients, 56);
  const findNoRoom = (timeoutMs: number) =>
    assertRejects(
      () => Client.connect(at.place, { ...small, timeoutMs }),
      Deno.errors.TimedOut,
      "no server with room",
    );
  await findNoRoom(50);
  beside.unlink();
  // It has the size of a ring, and does not say what it is.
  using other = SharedMemory.create(beside.name, {
    size: 1024 + RING_TRAILER_LENGTH,
  });
  // Meanwhile the server tries again.
  await findNoRoom(700);
  assertEquals(blocking.waits, 0);
  const waiting = Client.connect(at.place, small);
  other.unlink();
  stack.use(await waiting);
  assertEquals(server.clients, 57);
});

/**
 * Does something while the next ring is made or opened, before it is known to be
 * received from.
 */
function whileRingIsMade(act: () => void): Disposable {
  const { asIntN } = BigInt;
  const restore = () => void (BigInt.asIntN = asIntN);
  BigInt.asIntN = (...args) => {
    restore();
    act();
    return asIntN(...args);
  };
  return { [Symbol.dispose]: restore };
}

Deno.test("a server gives way to one that starts at the same moment, whichever step that took", () => {
  using at = testName();
  using stack = new DisposableStack();
  const others = [
    () => Receiver.unlinkName(at.place),
    () => stack.use(Receiver.open(at.place, { producers: "many" })),
  ];
  for (const other of others) {
    using _restore = whileRingIsMade(other);
    assertThrows(
      () => Server.listen(at.place, (request) => request),
      Deno.errors.AlreadyExists,
      "at the same moment",
    );
  }
});

Deno.test("a server removes nothing that another made in place of what was left, or of its own", async () => {
  using at = testName();
  const left = Receiver.create(at.place, { ...small, producers: "many" });
  left.close();
  await using stack = new AsyncDisposableStack();
  const listen = () => Server.listen(at.place, (request) => request);
  let first: Server | undefined;
  {
    using _restore = whileRingIsMade(() => {
      Receiver.unlinkName(at.place);
      first = stack.use(listen());
    });
    assertThrows(listen, Deno.errors.AlreadyExists);
  }
  assertEquals(objectsOf(at.name), [at.name]);
  assertThrows(listen, Deno.errors.AlreadyExists);
  Receiver.unlinkName(at.place);
  const second = stack.use(listen());
  await first?.close();
  assertEquals(objectsOf(at.name), [at.name]);
  await using client = await Client.connect(at.place);
  assertEquals(await client.call(3), 3);
  assertEquals(second.clients, 1);
});

/**
 * What a server and a client do with parts, items and answers that nobody asked for.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../deps.ts";
import { Receiver, Sender } from "../../channel/mod.ts";
import { SharedMemory } from "../../mod.ts";
import { Client, Server, type ServerOptions } from "../../rpc/mod.ts";
import {
  CALL,
  clientOf,
  HELLO,
  ITEM,
  newClient,
  readWord,
  replyPlace,
  REQUEST_PART,
  requestMessage,
  RESULT,
  WELCOME,
} from "../../rpc/wire/frames.ts";
import { checkPlace } from "../../store/object/place.ts";
import { testName, type TestPlace } from "../helpers/store/place.ts";
import { until } from "../helpers/sync/size.ts";

/** A client that sends what it likes. */
async function comeFree(at: TestPlace, stack: DisposableStack) {
  const id = newClient();
  const place = replyPlace(checkPlace(at.place), id);
  const receiver = stack.use(Receiver.create(place, { capacity: 4096 }));
  const sender = stack.use(Sender.open(at.place));
  const codec = new TextEncoder().encode("bytes");
  await sender.send(requestMessage(id, codec), { typeId: HELLO });
  await receiver.receive();
  const send = async (call: number, typeId: number, bytes: Uint8Array) => {
    const message = requestMessage(id, bytes);
    new DataView(message.buffer).setUint32(8, call, true);
    await sender.send(message, { typeId });
  };
  return { send, receiver };
}

/** A server that answers what it likes: the way to its first client, and its calls. */
async function serveFree(at: TestPlace, stack: DisposableStack) {
  const server = stack.use(Receiver.create(at.place, { producers: "many" }));
  const connecting = Client.connect(at.place, { timeoutMs: 10_000 });
  const hello = await server.receive();
  const client = clientOf(hello!.bytes);
  const place = replyPlace(checkPlace(at.place), client);
  const sender = stack.use(Sender.open(place));
  sender.unlink();
  const send = async (call: number, typeId: number, bytes: Uint8Array) => {
    const message = new Uint8Array(4 + bytes.byteLength);
    new DataView(message.buffer).setUint32(0, call, true);
    message.set(bytes, 4);
    await sender.send(message, { typeId });
  };
  await send(0, WELCOME, new Uint8Array());
  const nextCall = async () => {
    const message = await server.receive();
    return { typeId: message!.typeId, call: readWord(message!.bytes, 8) };
  };
  return { client: await connecting, send, nextCall };
}

/** A server that notes how long the requests are that its handler is given. */
function listenNoting(at: TestPlace, options: ServerOptions) {
  const given: number[] = [];
  const server = Server.listen(at.place, (request) => {
    if (request instanceof Uint8Array) given.push(request.byteLength);
    return new Uint8Array(1);
  }, { codec: "bytes", ...options });
  return { given, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const text = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value));

Deno.test("a handler is never given the rest of a request that was too long", async () => {
  using at = testName();
  await using server = listenNoting(at, {
    capacity: 2 ** 16,
    maxRequestLength: 3001,
  });
  await using client = await Client.connect(at.place, { codec: "bytes" });
  // In parts of 8 KiB, the last of which would be short enough.
  for (const length of [8179, 17_000, 24_600, 33_000]) {
    await assertRejects(
      () => client.call(new Uint8Array(length)),
      RangeError,
      "3001 bytes",
    );
  }
  await client.call(new Uint8Array(3001));
  assertEquals(server.given, [3001]);
});

Deno.test("many long requests at once come whole, whatever is cancelled between them", async () => {
  using at = testName();
  await using _server = Server.listen(
    at.place,
    (request) =>
      request instanceof Uint8Array
        ? Uint8Array.of(request[0]!, new Set(request).size)
        : request,
    { codec: "bytes", capacity: 4096 },
  );
  await using client = await Client.connect(at.place, { codec: "bytes" });
  const answers = await Promise.allSettled(Array.from(
    { length: 60 },
    (_, index) => {
      const controller = new AbortController();
      if (index % 3 === 2) setTimeout(() => controller.abort(), index % 7);
      return client.call(new Uint8Array(index * 531).fill(index), {
        signal: controller.signal,
      });
    },
  ));
  for (const [index, answer] of answers.entries()) {
    if (index % 3 === 2 || index === 0) continue;
    assert(answer.status === "fulfilled");
    assertEquals(answer.value, Uint8Array.of(index, 1));
  }
});

Deno.test("a server keeps the parts of one request of each client", async () => {
  using at = testName();
  using stack = new DisposableStack();
  await using server = listenNoting(at, { capacity: 4096 });
  const { send, receiver } = await comeFree(at, stack);
  const part = new Uint8Array(301);
  // Of each but the last no end comes: it was given up.
  for (let call = 1; call <= 500; call++) await send(call, REQUEST_PART, part);
  await send(500, CALL, part);
  await receiver.receive();
  await send(1, CALL, new Uint8Array(7));
  await receiver.receive();
  assertEquals(server.given, [602, 7]);
});

Deno.test("a client waits for its answer behind frames that are none", async () => {
  using at = testName();
  using stack = new DisposableStack();
  const { client, send, nextCall } = await serveFree(at, stack);
  await using _client = client;
  const answer = client.call("x");
  const { call } = await nextCall();
  for (const typeId of [WELCOME, 7, 99, 2 ** 31 - 1]) {
    await send(call, typeId, text("no"));
  }
  await send(call, RESULT, text("yes"));
  assertEquals(await answer, "yes");
});

Deno.test("a stream ends with an error that brings more items than were asked for", async () => {
  using at = testName();
  using stack = new DisposableStack();
  const { client, send, nextCall } = await serveFree(at, stack);
  await using _client = client;
  const items = client.stream("x");
  const first = items.next();
  const { call } = await nextCall();
  for (let i = 0; i < 100; i++) await send(call, ITEM, text(i));
  assertEquals((await first).value, 0);
  await assertRejects(
    () => Array.fromAsync(items),
    RangeError,
    "more than the 16 items",
  );
});

Deno.test("a server is told when its client cannot take an item or an answer", async () => {
  using at = testName();
  let ended = 0;
  await using _server = Server.listen(at.place, async function* (request) {
    try {
      for (;;) yield "x".repeat(Number(request));
    } finally {
      ended++;
    }
  }, { capacity: 4096 });
  await using client = await Client.connect(at.place, {
    capacity: 4096,
    maxResponseLength: 1000,
  });
  await assertRejects(
    () => Array.fromAsync(client.stream(2000)),
    RangeError,
    "maxResponseLength",
  );
  await until(() => ended === 1, "its stream is ended");
});

Deno.test("a length of the longest answer that is none is refused", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, (request) => request);
  for (const maxResponseLength of [NaN, 0, -1, 1.5, Infinity]) {
    await assertRejects(
      () => Client.connect(at.place, { maxResponseLength, timeoutMs: 1000 }),
      RangeError,
      "maxResponseLength must be an integer",
    );
  }
});

Deno.test("a server goes on when a sender gives up before its end", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, (request) => request);
  await using client = await Client.connect(at.place);
  Sender.open(at.place).abort();
  for (let i = 0; i < 5; i++) assertEquals(await client.call(i), i);
  {
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    const words = new Int32Array(mapping.bytes.buffer);
    // Any number of them, too.
    words[(2 ** 20 + 588) / 4] = 2 ** 31 - 1;
  }
  for (let i = 0; i < 5; i++) assertEquals(await client.call(i), i);
});

Deno.test("a client that reads no answers is left with those that its server has room for", async () => {
  using at = testName();
  using stack = new DisposableStack();
  let calls = 0;
  await using server = Server.listen(at.place, () => {
    calls++;
    return new Uint8Array(500);
  }, { codec: "bytes", capacity: 4096, maxCalls: 31 });
  await using client = await Client.connect(at.place, { codec: "bytes" });
  const { send } = await comeFree(at, stack);
  for (let call = 1; call <= 500; call++) {
    await send(call, CALL, new Uint8Array());
  }
  await until(() => server.clients === 1, "it is left");
  assert(calls >= 31 && calls < 60, `${calls}`);
  assertEquals(await client.call(new Uint8Array()), new Uint8Array(500));
});

Deno.test("a client has no more calls under way than maxCalls says", async () => {
  using at = testName();
  const aborted: string[] = [];
  await using server = Server.listen(at.place, (request, { signal }) => {
    if (request === "quick") return request;
    return new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => {
        aborted.push(String(request));
        reject(signal.reason);
      })
    );
  }, { maxCalls: 7 });
  await using modest = await Client.connect(at.place);
  await using greedy = await Client.connect(at.place);
  const six = Array.from({ length: 6 }, (_, i) => greedy.call(`slow ${i}`));
  assertEquals(await greedy.call("quick"), "quick");
  const more = [greedy.call("slow 6"), greedy.call("slow 7")];
  const ends = await Promise.allSettled([...six, ...more]);
  for (const end of ends) {
    assert(end.status === "rejected");
    assert(end.reason instanceof Deno.errors.ConnectionReset);
  }
  assertEquals(aborted.length, 7);
  assertEquals(server.clients, 1);
  assertEquals(await modest.call("quick"), "quick");
  assertThrows(
    () => Server.listen(`${at.name}-other`, () => 0, { maxCalls: 0 }),
    RangeError,
    "maxCalls",
  );
});

Deno.test("a client with as many calls as maxCalls says may take its items, and cancel", async () => {
  using at = testName();
  await using server = Server.listen(at.place, async function* () {
    for (let i = 0; i < 100; i++) yield i;
  }, { maxCalls: 2 });
  await using client = await Client.connect(at.place);
  const [first, second] = [client.stream(1), client.stream(2)];
  assertEquals((await second.next()).value, 0);
  // Both wait for credit, which is given for the first one, and then it is cancelled.
  for (let i = 0; i < 50; i++) assertEquals((await first.next()).value, i);
  await first.return?.();
  assertEquals((await Array.fromAsync(second)).length, 99);
  assertEquals(server.clients, 1);
});

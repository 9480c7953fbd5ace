/**
 * Calls within one process: answers, errors, cancelling, streams, long ones.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../deps.ts";
import {
  Client,
  type Handler,
  Server,
  type ServerOptions,
} from "../../rpc/mod.ts";
import { objectsOf } from "../helpers/store/objects.ts";
import { randomName } from "../helpers/names.ts";
import { testName, testPath } from "../helpers/store/place.ts";

async function serve(
  handler: Handler,
  work: (client: Client, server: Server) => Promise<void>,
  options: ServerOptions = {},
): Promise<void> {
  using at = testName();
  await using server = Server.listen(at.place, handler, options);
  const codec = options.codec === undefined ? {} : { codec: options.codec };
  await using client = await Client.connect(at.place, codec);
  await work(client, server);
}

for (const testPlace of [testName, testPath]) {
  Deno.test(`calls are answered in any order, by ${testPlace.name}`, async () => {
    using at = testPlace();
    {
      const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
      await using _server = Server.listen(at.place, async (request) => {
        await gates[Number(request)]?.promise;
        return { request };
      });
      await using client = await Client.connect(at.place);
      const order: number[] = [];
      const calls = gates.map(async (_, request) => {
        assertEquals(await client.call(request), { request });
        order.push(request);
      });
      for (const request of [1, 2, 0]) {
        gates[request]?.resolve();
        await calls[request];
      }
      assertEquals(order, [1, 2, 0]);
    }
    if (testPlace === testName) assertEquals(objectsOf(at.name), []);
  });
}

Deno.test("errors come with their class, message and code", async () => {
  const thrown = [
    new TypeError("a type"),
    new RangeError("a range"),
    new Deno.errors.NotFound("nothing there"),
    Object.assign(new Error("of the system"), { code: "ENOSPC" }),
    "just text",
  ];
  await serve((request) => {
    throw thrown[Number(request)];
  }, async (client) => {
    await assertRejects(() => client.call(0), TypeError, "a type");
    await assertRejects(() => client.call(1), RangeError, "a range");
    await assertRejects(
      () => client.call(2),
      Deno.errors.NotFound,
      "nothing there",
    );
    const error = await assertRejects(() => client.call(3), Error, "of the");
    assertEquals(Reflect.get(error, "code"), "ENOSPC");
    await assertRejects(() => client.call(4), Error, "just text");
  });
});

Deno.test("a signal and a timeout cancel the call in the server", async () => {
  let aborted = 0;
  await serve(async (request, { signal }) => {
    if (request === "quick") return "done";
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => {
        aborted++;
        resolve();
      });
    });
    return "late";
  }, async (client) => {
    await assertRejects(
      () => client.call("slow", { timeoutMs: 20 }),
      Deno.errors.TimedOut,
      "20 ms",
    );
    const controller = new AbortController();
    const call = client.call("slow", { signal: controller.signal });
    setTimeout(() => controller.abort(new RangeError("enough")), 20);
    await assertRejects(() => call, RangeError, "enough");
    assertEquals(await client.call("quick"), "done");
    assertEquals(aborted, 2);
  });
});

Deno.test("requests and answers are longer than the ring", async () => {
  await serve((request) => {
    assert(request instanceof Uint8Array);
    return request.map((byte) => byte ^ 0xff);
  }, async (client) => {
    // Each byte is several function calls, of which emulation makes few.
    const isEmulated = Deno.env.get("SHMEM_TEST_EMULATOR") !== undefined;
    const length = isEmulated ? 300_003 : 5_000_003;
    const request = new Uint8Array(length).map((_, i) => i);
    const answer = await client.call(request);
    assert(answer instanceof Uint8Array);
    assertEquals(answer.byteLength, request.byteLength);
    assert(answer.every((byte, i) => byte === (i & 0xff ^ 0xff)));
  }, { codec: "bytes", capacity: 65536 });
});

Deno.test("a request that is too long is refused, and the client goes on", async () => {
  await serve((request) => String(request).length, async (client) => {
    await assertRejects(
      () => client.call("x".repeat(300_000)),
      RangeError,
      "may have 1000 bytes",
    );
    assertEquals(await client.call("abc"), 3);
  }, { maxRequestLength: 1000 });
});

Deno.test("the codec structured carries what JSON does not", async () => {
  const value = {
    map: new Map([[1n, new Date(5)]]),
    bytes: Uint8Array.of(1, 2, 3),
    nothing: undefined,
  };
  await serve((request) => request, async (client) => {
    assertEquals(await client.call(value), value);
    assertEquals(await client.call(undefined), undefined);
  }, { codec: "structured" });
});

Deno.test("streams come item by item, and ending the loop ends them there", async () => {
  let made = 0;
  let ended = false;
  await serve(async function* () {
    try {
      for (;; made++) yield made;
    } finally {
      ended = true;
    }
  }, async (client) => {
    const seen: unknown[] = [];
    for await (const item of client.stream("count")) {
      seen.push(item);
      if (seen.length === 40) break;
    }
    assertEquals(seen, Array.from({ length: 40 }, (_, i) => i));
    while (!ended) await new Promise((done) => setTimeout(done, 1));
    // No more than what the client had room for.
    assert(made < 40 + 33, String(made));
    await assertRejects(() => client.call("count"), TypeError, "stream()");
  });
});

Deno.test("a stream that fails, or is none, ends with an error or one item", async () => {
  await serve(async function* (request) {
    yield 1;
    if (request === "bad") throw new RangeError("in the middle");
    yield 2;
    await Promise.resolve();
  }, async (client) => {
    const seen: unknown[] = [];
    const read = async (request: string) => {
      for await (const item of client.stream(request)) seen.push(item);
    };
    await assertRejects(() => read("bad"), RangeError, "in the middle");
    await read("good");
    assertEquals(seen, [1, 1, 2]);
  });
  await serve(() => 7, async (client) => {
    const seen: unknown[] = [];
    for await (const item of client.stream(null)) seen.push(item);
    assertEquals(seen, [7]);
  });
});

Deno.test("another codec is refused, with both in the message", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, () => 1, { codec: "bytes" });
  const error = await assertRejects(
    () => Client.connect(at.place, { codec: "json" }),
    TypeError,
  );
  assert(error.message.includes('"bytes"') && error.message.includes('"json"'));
});

Deno.test("closing a server tells its clients, and a client its own calls", async () => {
  using at = testName();
  const server = Server.listen(at.place, () => new Promise(() => {}));
  await using first = await Client.connect(at.place);
  const second = await Client.connect(at.place);
  // Awaited from here on: closing may reject them before it has ended itself.
  const call = assertRejects(() => second.call(1), Deno.errors.BadResource);
  const waiting = assertRejects(() => first.call(1));
  await second.close();
  await call;
  await assertRejects(() => second.call(1), Deno.errors.BadResource);
  await server.close();
  await waiting;
  assertEquals(first.closed, true);
  assertEquals(objectsOf(at.name), []);
});

Deno.test("a call right after the server closed is told that it ended, before the client knows", async () => {
  using at = testName();
  const server = Server.listen(at.place, (request) => request);
  await using client = await Client.connect(at.place);
  await server.close();
  for (let i = 0; i < 3; i++) {
    const error = await assertRejects(
      () => client.call(i),
      Deno.errors.ConnectionReset,
    );
    assert(error.message.includes("connect again"), error.message);
  }
});

Deno.test("Server.listen() says that a server is there, and what to do", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, (request) => request);
  const error = assertThrows(
    () => Server.listen(at.place, (request) => request),
    Deno.errors.AlreadyExists,
    "Cannot listen at",
  );
  assert(error.message.includes("choose another name"), error.message);
});

Deno.test("Server and Client refuse wrong arguments before anything is made", async () => {
  using at = testName();
  const listen = (...args: readonly unknown[]) =>
    Reflect.apply(Server.listen, Server, [at.place, ...args]);
  assertThrows(() => listen(), TypeError, "function");
  assertThrows(() => listen(() => 1, { codec: "xml" }), TypeError, "codec");
  assertThrows(() => listen(() => 1, { size: 1 }), TypeError, '"size"');
  assertThrows(() => listen(() => 1, { maxRequestLength: 0 }), RangeError);
  assertThrows(() => listen(() => 1, { maxClients: 0 }), RangeError);
  await assertRejects(
    () => Client.connect(at.place, { timeoutMs: 10 }),
    Deno.errors.TimedOut,
  );
  await assertRejects(
    () => Reflect.apply(Client.connect, Client, [at.place, { timeout: 1 }]),
    TypeError,
    '"timeout"',
  );
  assertEquals(objectsOf(at.name), []);
});

Deno.test("Server.listen refuses names and rings that no client could use", async () => {
  // A client puts a dot and 16 digits behind the name.
  const name = randomName().padEnd(239, "x");
  await using server = Server.listen(name, (request) => request, {
    capacity: 256,
    codec: "structured",
  });
  await using client = await Client.connect(server.name, {
    codec: "structured",
  });
  assertEquals(await client.call("a"), "a");
  const longer = `${name}x`;
  assertThrows(
    () => Server.listen(longer, () => 1),
    RangeError,
    "may have 238",
  );
  const file = { path: `/tmp${longer}` };
  assertThrows(() => Server.listen(file, () => 1), RangeError, "may have 238");
  assertThrows(
    () => Server.listen(randomName(), () => 1, { capacity: 128 }),
    RangeError,
    "from 256 to",
  );
});

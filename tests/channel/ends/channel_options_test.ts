/**
 * What options of channels do and refuse: time limits, sizes, unknown names.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import {
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { assertRefused } from "../../helpers/channel/bad.ts";
import {
  bytesOf,
  ends,
  fill,
  isPending,
  Name,
} from "../../helpers/channel/ends.ts";

for (
  const [what, call] of Object.entries({
    "Receiver.create": Receiver.create,
    "Receiver.open": Receiver.open,
    "Sender.create": Sender.create,
    "Sender.open": Sender.open,
    "Publisher.create": Publisher.create,
    "Subscriber.open": Subscriber.open,
  })
) {
  Deno.test(`${what}() refuses options that it does not know, by name`, () => {
    using name = new Name();
    for (const option of ["capcity", "acces", "timeout"]) {
      const args = [name.text, { [option]: 1 }];
      assertRefused(call, args, TypeError, `no option "${option}"`);
    }
    for (const options of [null, 7, "many"]) {
      assertRefused(call, [name.text, options], TypeError, "options");
    }
    assertThrows(() => SharedMemory.open(name.text), Deno.errors.NotFound);
  });
}

Deno.test("waitFor(), send(), receive() and batches() refuse options that they do not know, by name", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  const bytes = new Uint8Array(1);
  const calls: Record<string, (options: unknown) => unknown> = {
    send: (options) => Reflect.apply(sender.send, sender, [bytes, options]),
    trySend: (options) =>
      Reflect.apply(sender.trySend, sender, [bytes, options]),
    receive: (options) => Reflect.apply(receiver.receive, receiver, [options]),
    batches: (options) => Reflect.apply(receiver.batches, receiver, [options]),
    waitFor: (options) =>
      Reflect.apply(Receiver.waitFor, Receiver, [name, options]),
  };
  for (const call of Object.values(calls)) {
    for (const options of [{ timeOut: 5 }, { type: 1 }]) {
      const [option = ""] = Object.keys(options);
      await assertRejects(
        async () => await call(options),
        TypeError,
        `no option "${option}"`,
      );
    }
    for (const options of [null, 5, "now"]) {
      await assertRejects(async () => await call(options), TypeError);
    }
  }
  assertEquals(receiver.pending, { messages: 0, bytes: 0 });
});

Deno.test("Options are read once each", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  let reads = 0;
  const options = {
    get typeId() {
      return ++reads;
    },
  };
  assert(sender.trySend(new Uint8Array(1), options));
  await sender.send(new Uint8Array(1), options);
  assertEquals(reads, 2);
  assertEquals(receiver.tryReceive()?.typeId, 1);
  assertEquals(receiver.tryReceive()?.typeId, 2);
});

Deno.test("receive() gives up after its time, and loses nothing by it", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  for (const timeoutMs of [0, 1, 30]) {
    const start = performance.now();
    await assertRejects(
      () => receiver.receive({ timeoutMs }),
      Deno.errors.TimedOut,
      `channel "${name}": no message came within ${timeoutMs} ms`,
    );
    assert(performance.now() - start >= timeoutMs - 1);
  }
  sender.trySend(bytesOf(3, 9));
  const message = await receiver.receive({ timeoutMs: 0 });
  assertEquals(message?.bytes, bytesOf(3, 9));
  const waiting = receiver.receive({ timeoutMs: 60_000 });
  assertEquals(await isPending(waiting), true);
  sender.trySend(bytesOf(4, 9));
  assertEquals((await waiting)?.bytes, bytesOf(4, 9));
});

Deno.test("send() gives up after its time, also behind others, and order stays", async () => {
  using channel = ends({ capacity: 128 });
  const { name, sender, receiver } = channel;
  const count = fill(sender, 16);
  await assertRejects(
    () => sender.send(bytesOf(90, 16), { timeoutMs: 20 }),
    Deno.errors.TimedOut,
    `channel "${name}": there was no room within 20 ms`,
  );
  const first = sender.send(bytesOf(91, 16), { timeoutMs: 60_000 });
  await assertRejects(
    () => sender.send(bytesOf(92, 16), { timeoutMs: 20 }),
    Deno.errors.TimedOut,
  );
  const last = sender.send(bytesOf(93, 16));
  for (let i = 0; i < count; i++) {
    assertEquals((await receiver.receive())?.bytes, bytesOf(i, 16));
  }
  assertEquals((await receiver.receive())?.bytes, bytesOf(91, 16));
  assertEquals((await receiver.receive())?.bytes, bytesOf(93, 16));
  await Promise.all([first, last]);
});

Deno.test("Time limits and signals that are none are refused", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  const bytes = new Uint8Array(1);
  for (const timeoutMs of [-1, NaN, "5", null, 5n]) {
    const ErrorClass = typeof timeoutMs === "number" ? RangeError : TypeError;
    const options = [{ timeoutMs }];
    const receive = () => Reflect.apply(receiver.receive, receiver, options);
    await assertRejects(receive, ErrorClass, "timeoutMs");
    const send = () => Reflect.apply(sender.send, sender, [bytes, ...options]);
    await assertRejects(send, ErrorClass, "timeoutMs");
  }
  const receive = () =>
    Reflect.apply(receiver.receive, receiver, [{ signal: {} }]);
  await assertRejects(receive, TypeError, "AbortSignal");
  assertEquals(receiver.tryReceive(), undefined);
});

for (const [what, { create }] of Object.entries({ Sender, Publisher })) {
  Deno.test(`${what}.create() chooses the capacity by maxMessageLength`, () => {
    for (
      const [length, capacity] of [
        [1, 64],
        [8, 64],
        [9, 128],
        [777, 8192],
        [8192, 65_536],
        [100_001, 2 ** 20],
      ] as const
    ) {
      using name = new Name();
      using end = create(name.text, { maxMessageLength: length });
      assertEquals(end.capacity, capacity);
      assert(end.maxMessageLength >= length);
    }
  });

  Deno.test(`${what}.create() refuses a maxMessageLength that no channel has, or that its capacity has not`, () => {
    using name = new Name();
    for (const maxMessageLength of [0, -1, 1.5, NaN, 2 ** 27 + 1]) {
      const options = { maxMessageLength };
      const attempt = () => create(name.text, options);
      assertThrows(attempt, RangeError, "maxMessageLength");
    }
    assertThrows(
      () => create(name.text, { capacity: 1024, maxMessageLength: 129 }),
      RangeError,
      "messages of 129 bytes need a capacity of 2048: received 1024",
    );
    assertThrows(() => SharedMemory.open(name.text), Deno.errors.NotFound);
  });
}

Deno.test("A channel that is there is opened with the capacity that it has, unless another one is asked for", () => {
  using name = new Name();
  using _receiver = Receiver.create(name.text, { capacity: 4096 });
  const open = { ifExists: "open" } as const;
  {
    using sender = Sender.create(name.text, open);
    assertEquals(sender.capacity, 4096);
  }
  {
    const options = { ...open, maxMessageLength: 512 };
    using sender = Sender.create(name.text, options);
    assertEquals(sender.capacity, 4096);
  }
  const wrong = [
    [{ capacity: 8192 }, "its capacity is 4096, and 8192 was asked for"],
    [{ maxMessageLength: 513 }, "may have 512 bytes, and 513 were asked for"],
  ] as const;
  for (const [options, part] of wrong) {
    const error = assertThrows(
      () => Sender.create(name.text, { ...open, ...options }),
      RangeError,
      part,
    );
    assertStringIncludes(error.message, name.text);
  }
});

Deno.test("unlinkName() and the older unlink() of all four classes remove a name", () => {
  for (
    const { unlinkName, unlink } of [Sender, Receiver, Publisher, Subscriber]
  ) {
    for (const remove of [unlinkName, unlink]) {
      using name = new Name();
      Publisher.create(name.text).close();
      remove(name.text);
      assertThrows(() => remove(name.text), Deno.errors.NotFound, name.text);
    }
  }
});

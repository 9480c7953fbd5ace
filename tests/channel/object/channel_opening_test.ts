/**
 * How both sides of a channel find each other: who creates, who waits, what is
 * left over from before.
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
  RING_TRAILER_LENGTH,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { shareOf } from "../../helpers/sync/size.ts";
import { assertRefused } from "../../helpers/channel/bad.ts";
import {
  bytesOf,
  firstBytes,
  isPending,
  Name,
  traces,
  unchanged,
} from "../../helpers/channel/ends.ts";

const WAITERS = { Sender, Receiver, Subscriber } as const;

function peer(...args: readonly string[]): Program {
  const script = projectPath("tests/peers/deno/channels/ends_peer.ts");
  return Program.start(denoRun(script, { args }));
}

for (const [what, { waitFor }] of Object.entries(WAITERS)) {
  Deno.test(`${what}.waitFor() opens a channel as soon as somebody has created it`, async () => {
    using name = new Name();
    const waiting = waitFor(name.text, { timeoutMs: 60_000 });
    assertEquals(await isPending(waiting), true);
    using _other = what === "Sender"
      ? Receiver.create(name.text, { capacity: 256 })
      : what === "Receiver"
      ? Sender.create(name.text, { capacity: 256 })
      : Publisher.create(name.text, { capacity: 256 });
    using opened = await waiting;
    assertEquals([opened.capacity, opened.name], [256, name.text]);
  });

  Deno.test(`${what}.waitFor() gives up after its time, and on a signal`, async () => {
    using name = new Name();
    for (const timeoutMs of [0, 15]) {
      const error = await assertRejects(
        () => waitFor(name.text, { timeoutMs }),
        Deno.errors.TimedOut,
        `within ${timeoutMs} ms`,
      );
      assertStringIncludes(error.message, name.text);
    }
    const reason = new Error("no longer");
    const aborted = AbortSignal.abort(reason);
    const at0 = () => waitFor(name.text, { signal: aborted });
    assertEquals(await assertRejects(at0), reason);
    const controller = new AbortController();
    const waiting = waitFor(name.text, { signal: controller.signal });
    assertEquals(await isPending(waiting), true);
    controller.abort(reason);
    assertEquals(await assertRejects(() => waiting), reason);
    for (const timeoutMs of [-1, NaN]) {
      const attempt = () => waitFor(name.text, { timeoutMs });
      await assertRejects(attempt, RangeError, String(timeoutMs));
    }
  });

  Deno.test(`${what}.waitFor() fails at once when the name belongs to something else`, async () => {
    using name = new Name();
    using _memory = SharedMemory.create(name.text, { size: 1000 });
    const had = traces(name.text).length;
    await assertRejects(() => waitFor(name.text), RangeError, "1000 bytes");
    assertEquals(traces(name.text).length, had);
  });
}

Deno.test("Either side may create, and the other one opens what is there", async () => {
  const options = { capacity: 256, ifExists: "open" } as const;
  for (const senderFirst of [true, false]) {
    using name = new Name();
    using stack = new DisposableStack();
    const create = {
      sender: () => stack.use(Sender.create(name.text, options)),
      receiver: () => stack.use(Receiver.create(name.text, options)),
    };
    const early = senderFirst ? create.sender() : undefined;
    const receiver = create.receiver();
    const sender = early ?? create.sender();
    sender.trySend(bytesOf(1, 9));
    sender.close();
    assertEquals(await firstBytes(receiver), [bytesOf(1, 9)[0] ?? NaN]);
  }
});

Deno.test("Two processes that create the same channel at the same time get one", async () => {
  const count = shareOf(300);
  using name = new Name();
  await using program = peer("meet", name.text, String(count));
  assertEquals(await program.line(), "ready");
  await program.tell("go");
  for (let i = 0; i < count; i++) {
    const options = { capacity: 256, ifExists: "open" } as const;
    using receiver = Receiver.create(`${name.text}-${i}`, options);
    const message = await receiver.receive();
    receiver.unlink();
    assertEquals(message?.bytes, new Uint8Array([i & 0xff]));
    assertEquals(await receiver.receive(), undefined);
  }
  assertEquals((await program.end()).code, 0);
});

Deno.test("What is there must have the size and the kind that were asked for", () => {
  using name = new Name();
  using _receiver = Receiver.create(name.text, { capacity: 256 });
  unchanged(name.text, () => {
    const open = { ifExists: "open" } as const;
    assertThrows(
      () => Sender.create(name.text, { ...open, capacity: 512 }),
      RangeError,
      "its capacity is 256, and 512 was asked for",
    );
    assertThrows(
      () =>
        Sender.create(name.text, { ...open, capacity: 256, producers: "many" }),
      TypeError,
      '"many"',
    );
    assertThrows(
      () => Publisher.create(name.text, { ...open, capacity: 256 }),
      RangeError,
    );
  });
});

for (const [what, { create }] of Object.entries({ Receiver, Publisher })) {
  Deno.test(`${what}.create() replaces what nobody has open, on request`, () => {
    using name = new Name();
    const capacity = 256;
    {
      using _first = create(name.text, { capacity });
      unchanged(name.text, () => {
        assertThrows(
          () => create(name.text, { capacity, ifStale: "replace" }),
          Deno.errors.AlreadyExists,
          name.text,
        );
      });
    }
    assertThrows(
      () => create(name.text, { capacity }),
      Deno.errors.AlreadyExists,
      name.text,
    );
    using second = create(name.text, { capacity: 512, ifStale: "replace" });
    assertEquals(second.capacity, 512);
  });
}

Deno.test("A ring that does not say who may write is opened by saying it, and then says it", () => {
  using name = new Name();
  const size = 256 + RING_TRAILER_LENGTH;
  using _memory = SharedMemory.create(name.text, { size });
  unchanged(name.text, () => {
    for (const { open } of [Receiver, Sender]) {
      assertThrows(() => open(name.text), TypeError, "pass `producers`");
    }
  });
  using receiver = Receiver.open(name.text, { producers: "many" });
  using sender = Sender.open(name.text);
  assertEquals([receiver.producers, sender.producers], ["many", "many"]);
});

Deno.test("A channel is created with the mode that was asked for", () => {
  for (const { create } of [Receiver, Publisher]) {
    using name = new Name();
    using _one = create(name.text, { capacity: 256, mode: 0o640 });
    using memory = SharedMemory.open(name.text);
    assertEquals(memory.status().mode & 0o777, 0o640);
    using other = new Name();
    assertRefused(create, [other.text, { mode: 0o1777 }], RangeError, "mode");
    assertThrows(() => SharedMemory.open(other.text), Deno.errors.NotFound);
  }
});

Deno.test("Without options a channel has a mebibyte, and its object the trailer besides", () => {
  using name = new Name();
  using receiver = Receiver.create(name.text);
  using memory = SharedMemory.open(name.text);
  assertEquals(receiver.capacity, 2 ** 20);
  assertEquals(memory.size, 2 ** 20 + RING_TRAILER_LENGTH);
  assertEquals(receiver.producers, "one");
});

Deno.test("A name may come without a slash, and handles have it with one", () => {
  using name = new Name();
  const plain = name.text.slice(1);
  using receiver = Receiver.create(plain);
  using sender = Sender.open(plain);
  assertEquals([receiver.name, sender.name], [name.text, name.text]);
});

Deno.test("unlink() removes the name, once", () => {
  for (
    const { create, unlink } of [Receiver, Sender, Publisher]
  ) {
    using name = new Name();
    using one = create(name.text, { capacity: 256 });
    one.unlink();
    assertThrows(() => one.unlink(), Deno.errors.NotFound, name.text);
    assertThrows(() => unlink(name.text), Deno.errors.NotFound, name.text);
    using _next = create(name.text, { capacity: 256 });
    unlink(name.text);
    assertThrows(() => SharedMemory.open(name.text), Deno.errors.NotFound);
  }
});

Deno.test("Opening and closing a thousand times leaves no descriptor and no mapping", async () => {
  using name = new Name();
  using receiver = Receiver.create(name.text, { capacity: 256 });
  const had = traces(name.text).length;
  assert(had > 0);
  for (let i = 0; i < 1000; i++) {
    using sender = Sender.open(name.text);
    sender.trySend(new Uint8Array([i]));
    const message = await receiver.receive();
    assertEquals(message?.bytes[0], i & 0xff);
  }
  assertEquals(traces(name.text).length, had);
  receiver.close();
  assertEquals(traces(name.text), []);
});

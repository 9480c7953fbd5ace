/**
 * Ends of channels where no stack is left: nothing stays behind, and each message
 * is received as it was sent.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../deps.ts";
import {
  type Message,
  Publisher,
  Receiver,
  Sender,
} from "../../../channel/mod.ts";
import { bytesOf, ends, traces } from "../../helpers/channel/ends.ts";
import { atEveryDepth } from "../../helpers/memory/every_depth.ts";
import { namesOf } from "../../helpers/names.ts";

const MAKERS = {
  Sender: (name: string) => Sender.create(name, { capacity: 4096 }),
  Receiver: (name: string) => Receiver.create(name, { capacity: 4096 }),
  Publisher: (name: string) => Publisher.create(name, { capacity: 4096 }),
};

for (const [what, make] of Object.entries(MAKERS)) {
  Deno.test(`${what} that cannot be created for want of stack leaves nothing`, () => {
    using names = namesOf();
    const { failed, done } = atEveryDepth((number) => {
      using _end = make(`${names.start}-${number}`);
    });
    assert(failed > 0);
    assertEquals(traces(names.start), []);
    assertEquals(names.remove(), done);
  });

  Deno.test(`${what} that cannot be closed for want of stack is closed by the next call`, () => {
    using names = namesOf();
    let made = 0;
    let end = make(`${names.start}-${made++}`);
    const { failed } = atEveryDepth(() => {
      end.close();
      end = make(`${names.start}-${made++}`);
    });
    end.close();
    assert(failed > 0);
    assertEquals(traces(names.start), []);
  });
}

for (const producers of ["one", "many"] as const) {
  Deno.test(`Receiver loses no message for want of stack: ${producers}`, () => {
    using channel = ends({ producers, capacity: 2 ** 18 });
    const { sender, receiver } = channel;
    const count = 2000;
    for (let i = 0; i < count; i++) assert(sender.trySend(bytesOf(i, 40)));
    const received: Uint8Array[] = [];
    const { failed } = atEveryDepth(() => {
      const message = receiver.tryReceive();
      if (message !== undefined) received.push(message.bytes);
    });
    assert(failed > 0);
    for (;;) {
      const message = receiver.tryReceive();
      if (message === undefined) break;
      received.push(message.bytes);
    }
    // Each is there, and in order. What a call took that failed behind that is lost
    // with the call; and it fails before it takes one in most cases.
    let next = 0;
    for (const bytes of received) {
      while (next < count && !isSame(bytes, bytesOf(next, 40))) next++;
      assert(next < count, "a message is not as it was sent");
      next++;
    }
    assert(received.length >= count - failed, `${received.length}`);
    assertEquals(received.at(-1), bytesOf(count - 1, 40));
  });
}

Deno.test("Receiver loses no message of a batch for want of stack", async () => {
  using channel = ends({ producers: "many", capacity: 2 ** 22 });
  const { sender, receiver } = channel;
  const [count, limit] = [2000, 3];
  // To copy a long one takes more stack: the first of a batch is there by then.
  const sent = Array.from(
    { length: count },
    (_, i) => bytesOf(i, i % limit === 0 ? 40 : 1100),
  );
  for (const bytes of sent) assert(sender.trySend(bytes));
  const batches = receiver.batches({ limit });
  const results: Promise<unknown>[] = [];
  const received: Message[] = [];
  atEveryDepth(() => {
    const batch = batches.next();
    results.push(batch.then(({ value = [] }) => received.push(...value)));
  });
  const settled = await Promise.allSettled(results);
  assert(settled.some(({ status }) => status === "rejected"));
  // What a call had taken whole that failed behind that is lost with the call. A
  // part of a batch is not.
  let next = 0;
  for (const { bytes } of received) {
    const before = next;
    while (next < count && !isSame(bytes, sent[next]!)) next++;
    assert(next < count, "a message is not as it was sent");
    assertEquals((next - before) % limit, 0, `of those before ${next}`);
    next++;
  }
  assert(received.length > 0);
});

Deno.test("Receiver receives a batch once more that there was no memory for", async () => {
  using channel = ends({ producers: "many", capacity: 2 ** 16 });
  const { sender, receiver } = channel;
  const sent = [0, 1, 2].map((i) => bytesOf(i, 2000));
  for (const bytes of sent) assert(sender.trySend(bytes));
  const batches = receiver.batches();
  const { Uint8Array } = globalThis;
  let copies = 0;
  globalThis.Uint8Array = new Proxy(Uint8Array, {
    construct(target, args) {
      // Of the second message of the batch.
      if (args[0] === 2000 && ++copies === 2) throw new RangeError("no memory");
      return Reflect.construct(target, args);
    },
  });
  try {
    await assertRejects(() => batches.next(), RangeError, "no memory");
  } finally {
    globalThis.Uint8Array = Uint8Array;
  }
  const { value = [] } = await batches.next();
  assertEquals(value.map(({ bytes }) => bytes), sent);
});

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((x, i) => x === other[i]);
}

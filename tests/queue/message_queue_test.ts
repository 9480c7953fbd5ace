/**
 * `MessageQueue` within one process: what the manual pages of the family say.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../deps.ts";
import { MessageQueue } from "../../queue/mod.ts";
import { mountPoint } from "../../queue/posix/queue_list.ts";
import { runDeno } from "../helpers/deno.ts";
import { pause, times } from "../helpers/sync/size.ts";
import { bytesOf, testQueue, textOf } from "../helpers/queue/queues.ts";

Deno.test("MessageQueue.receive() returns the oldest message of the highest priority", () => {
  using made = testQueue();
  const { queue } = made;
  const sent: readonly (readonly [string, number])[] = [
    ["a", 0],
    ["b", 7],
    ["c", 0],
    ["d", 32767],
    ["e", 7],
  ];
  for (const [text, priority] of sent) {
    assertEquals(queue.send(bytesOf(text), { priority }), "ok");
  }
  const received = sent.map(() => queue.receive());
  assertEquals(
    received.map((message) => [textOf(message), message.priority]),
    [["d", 32767], ["b", 7], ["e", 7], ["a", 0], ["c", 0]],
  );
});

Deno.test("MessageQueue passes messages of every length, the empty and the longest included, as copies of their own", () => {
  using made = testQueue({ maxMessages: 4, maxMessageLength: 1031 });
  const { queue } = made;
  const messages = [];
  for (const length of [0, 1, 64, 1030, 1031]) {
    const bytes = new Uint8Array(length).map((_, index) => index * 7);
    queue.send(bytes);
    const message = queue.receive();
    assertEquals(message.bytes, bytes);
    assertEquals(message.bytes.buffer.byteLength, length);
    messages.push(message);
  }
  assertEquals(messages.map(({ bytes }) => bytes.length), [
    0,
    1,
    64,
    1030,
    1031,
  ]);
  // A part of a larger array is sent as that part.
  queue.send(bytesOf("0123456789").subarray(3, 6));
  assertEquals(textOf(queue.receive()), "345");
});

Deno.test("MessageQueue.trySend() and tryReceive() tell at once that it is full, or empty", () => {
  using made = testQueue({ maxMessages: 2, maxMessageLength: 10 });
  const { queue } = made;
  assertEquals(queue.tryReceive(), null);
  assert(queue.trySend(bytesOf("1")));
  assert(queue.trySend(bytesOf("2"), { priority: 3 }));
  assertEquals(queue.trySend(bytesOf("3"), { priority: 9 }), false);
  assertEquals(queue.status().messages, 2);
  assertEquals(textOf(queue.tryReceive()), "2");
  assertEquals(textOf(queue.tryReceive()), "1");
  assertEquals(queue.tryReceive(), null);
});

Deno.test("MessageQueue.send() and receive() end with a timeout, and not before it", () => {
  using made = testQueue({ maxMessages: 1 });
  const { queue } = made;
  for (const timeoutMs of [0, 0.5, 30]) {
    const start = performance.now();
    assertEquals(queue.receive({ timeoutMs }), null);
    assert(performance.now() - start >= timeoutMs);
  }
  queue.send(bytesOf("first"));
  const start = performance.now();
  assertEquals(queue.send(bytesOf("second"), { timeoutMs: 30 }), "timed-out");
  assert(performance.now() - start >= 30);
  assertEquals(queue.status().messages, 1);
  assertEquals(textOf(queue.receive({ timeoutMs: 0 })), "first");
});

Deno.test("MessageQueue.receiveAsync() and sendAsync() end with a timeout, and not before it", async () => {
  using made = testQueue({ maxMessages: 1 });
  const { queue } = made;
  for (const timeoutMs of [0, 30]) {
    const start = performance.now();
    assertEquals(await queue.receiveAsync({ timeoutMs }), null);
    assert(performance.now() - start >= timeoutMs - 1);
  }
  queue.send(bytesOf("first"));
  assertEquals(
    await queue.sendAsync(bytesOf("second"), { timeoutMs: 20 }),
    "timed-out",
  );
  assertEquals(textOf(queue.receive()), "first");
  assertEquals(queue.tryReceive(), null);
});

Deno.test("MessageQueue.receiveAsync() serves a hundred pending calls in order, while files are read", async () => {
  using made = testQueue();
  const { queue } = made;
  const count = 100;
  const pending = Array.from({ length: count }, () => queue.receiveAsync());
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "read me");
    for (let round = 0; round < times(20); round++) {
      const reads = Array.from({ length: 40 }, () => Deno.readTextFile(file));
      for (const text of await Promise.all(reads)) {
        assertEquals(text, "read me");
      }
    }
  } finally {
    await Deno.remove(file);
  }
  for (let number = 0; number < count; number++) {
    assertEquals(await queue.sendAsync(new Uint8Array([number])), "ok");
  }
  const received = await Promise.all(pending);
  assertEquals(
    received.map(({ bytes }) => bytes[0]),
    Array.from({ length: count }, (_, number) => number),
  );
});

Deno.test("MessageQueue waits of many queues at once are served, each by its own", async () => {
  using stack = new DisposableStack();
  const queues = Array.from(
    { length: 20 },
    () => stack.use(testQueue({ maxMessages: 1, maxMessageLength: 8 })).queue,
  );
  const pending = queues.map((queue) => queue.receiveAsync());
  await pause(20);
  for (const [index, queue] of [...queues.entries()].reverse()) {
    queue.send(new Uint8Array([index]));
  }
  const received = await Promise.all(pending);
  assertEquals(
    received.map(({ bytes }) => bytes[0]),
    queues.map((_, index) => index),
  );
});

Deno.test("MessageQueue.sendAsync() waits for room, in order, with what the array held at the call", async () => {
  using made = testQueue({ maxMessages: 1, maxMessageLength: 8 });
  const { queue } = made;
  queue.send(new Uint8Array([0]));
  const bytes = new Uint8Array(1);
  const pending = [1, 2, 3].map((number) => {
    bytes[0] = number;
    return queue.sendAsync(bytes);
  });
  const received = [];
  for (let count = 0; count < 4; count++) {
    received.push((await queue.receiveAsync()).bytes[0]);
  }
  assertEquals(received, [0, 1, 2, 3]);
  assertEquals(await Promise.all(pending), ["ok", "ok", "ok"]);
});

Deno.test("MessageQueue waits end with the reason of their signal, and lose no message", async () => {
  using made = testQueue({ maxMessages: 1 });
  const { queue } = made;
  const reason = new Error("enough");
  assertEquals(
    await assertRejects(() =>
      queue.receiveAsync({ signal: AbortSignal.abort(reason) })
    ),
    reason,
  );
  const controller = new AbortController();
  const { signal } = controller;
  const first = queue.receiveAsync({ signal });
  const second = queue.receiveAsync();
  await pause(10);
  controller.abort(reason);
  assertEquals(await assertRejects(() => first), reason);
  queue.send(bytesOf("for the second"));
  assertEquals(textOf(await second), "for the second");

  queue.send(bytesOf("full"));
  const sending = new AbortController();
  const third = queue.sendAsync(bytesOf("never sent"), {
    signal: sending.signal,
  });
  await pause(10);
  sending.abort(reason);
  assertEquals(await assertRejects(() => third), reason);
  assertEquals(textOf(queue.receive()), "full");
  assertEquals(await queue.receiveAsync({ timeoutMs: 10 }), null);
});

Deno.test("MessageQueue.close() ends the waits of its handle, and of no other", async () => {
  using made = testQueue();
  const { queue, name } = made;
  using other = MessageQueue.open(name);
  const theirs = other.receiveAsync();
  const ours = queue.receiveAsync();
  await pause(10);
  queue.close();
  queue.close();
  const error = await assertRejects(() => ours, Deno.errors.BadResource);
  assertEquals(
    error.message,
    `Cannot wait any longer for message queue ${
      JSON.stringify(name)
    }: the handle was closed`,
  );
  const calls: readonly (() => unknown)[] = [
    () => queue.send(bytesOf("x")),
    () => queue.trySend(bytesOf("x")),
    () => queue.receive(),
    () => queue.tryReceive(),
    () => queue.status(),
  ];
  for (const call of calls) {
    assertThrows(call, Deno.errors.BadResource, "the handle is closed");
  }
  await assertRejects(() => queue.receiveAsync(), Deno.errors.BadResource);
  await assertRejects(
    () => queue.sendAsync(bytesOf("x")),
    Deno.errors.BadResource,
  );
  other.send(bytesOf("still open"));
  assertEquals(textOf(await theirs), "still open");
});

Deno.test("MessageQueue in `for await` gives each message, and lets timers have their turn", async () => {
  using made = testQueue({ maxMessages: 1, maxMessageLength: 8 });
  const { queue } = made;
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  try {
    queue.send(new Uint8Array(8));
    let count = 0;
    // There is always a message: the loop never has to wait.
    for await (const { bytes } of queue) {
      if (++count === 5000) break;
      queue.send(bytes);
    }
    assertEquals(count, 5000);
  } finally {
    clearInterval(timer);
  }
  assert(ticks > 0, "no timer ran");
});

Deno.test("mountPoint() finds where queues are mounted, blanks included", () => {
  const line = (path: string, kind: string) =>
    `29 1 0:25 / ${path} rw,relatime shared:3 - ${kind} none rw\n`;
  assertEquals(mountPoint(line("/dev/shm", "tmpfs")), undefined);
  assertEquals(
    mountPoint(line("/a", "tmpfs") + line("/dev/mqueue", "mqueue")),
    "/dev/mqueue",
  );
  assertEquals(mountPoint(line("/with\\040blank", "mqueue")), "/with blank");
});

Deno.test("MessageQueue keeps a program alive while it waits, and no longer", async () => {
  using made = testQueue();
  const source = `
    import { MessageQueue } from "${new URL(
    "../../queue/mod.ts",
    import.meta.url,
  )}";
    const queue = MessageQueue.open(${JSON.stringify(made.name)});
    const signal = AbortSignal.timeout(50);
    try {
      await queue.receiveAsync({ signal });
    } catch (error) {
      console.log(error.name);
    }
  `;
  const { code, stdout, stderr } = await runDeno(source);
  assertEquals({ code, stdout, stderr }, {
    code: 0,
    stdout: "TimeoutError\n",
    stderr: "",
  });
});

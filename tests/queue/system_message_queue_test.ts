/**
 * `SystemMessageQueue`, and the calls `msgget` to `msgctl`, within one process.
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
  ftok,
  IPC_CREAT,
  IPC_INFO,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  isSystemError,
  MSG_EXCEPT,
  MSG_INFO,
  MSG_NOERROR,
  MSG_STAT,
  MSG_STAT_ANY,
  msgctl,
  msgget,
  msgrcv,
  msgsnd,
  SystemMessageQueue,
} from "../../queue/mod.ts";
import { randomKey } from "../helpers/names.ts";
import { needing } from "../helpers/needs.ts";
import { pause, times } from "../helpers/sync/size.ts";
import { bytesOf, testSystemQueue, textOf } from "../helpers/queue/queues.ts";

Deno.test("SystemMessageQueue.receive() chooses by type: any, one, up to one, all but one", () => {
  using made = testSystemQueue();
  const { queue } = made;
  const fill = () => {
    for (const type of [5, 3, 9, 3, 1]) {
      queue.send(bytesOf(`type ${type}`), { type });
    }
  };
  const typesOf = (
    options: Parameters<SystemMessageQueue["tryReceive"]>[0],
  ) => {
    const types = [];
    for (;;) {
      const message = queue.tryReceive(options);
      if (message === null) return types;
      assertEquals(textOf(message), `type ${message.type}`);
      types.push(message.type);
    }
  };
  fill();
  assertEquals(typesOf({}), [5, 3, 9, 3, 1]);
  fill();
  assertEquals(typesOf({ type: 3 }), [3, 3]);
  assertEquals(typesOf({ type: 4 }), []);
  // The lowest first, and of equal ones the oldest.
  assertEquals(typesOf({ type: -5 }), [1, 5]);
  assertEquals(typesOf({ type: -8 }), []);
  fill();
  assertEquals(typesOf({ type: 3, except: true }), [9, 5, 9, 1]);
  assertEquals(typesOf({ type: 3 }), [3, 3]);
});

Deno.test("SystemMessageQueue passes types up to 2^53 - 1, and messages of every length", () => {
  using made = testSystemQueue();
  const { queue } = made;
  const highest = Number.MAX_SAFE_INTEGER;
  for (const type of [1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52 + 1, highest]) {
    assertEquals(queue.send(bytesOf("x"), { type }), "ok");
    assertEquals(queue.receive({ type: -highest }).type, type);
  }
  const { maxMessageLength } = SystemMessageQueue.limits();
  for (const length of [0, 1, 64, 4099, maxMessageLength]) {
    const bytes = new Uint8Array(length).map((_, index) => index * 7);
    queue.send(bytes);
    const message = queue.receive();
    assertEquals([message.type, message.bytes], [1, bytes]);
    assertEquals(message.bytes.buffer.byteLength, length);
  }
});

Deno.test("SystemMessageQueue.receive() leaves what is longer than maxLength, unless it may cut it", () => {
  using made = testSystemQueue();
  const { queue } = made;
  queue.send(bytesOf("0123456789"));
  const error = assertThrows(() => queue.receive({ maxLength: 4 }));
  assert(isSystemError(error) && error.code === "E2BIG", `${error}`);
  assertEquals(queue.status().messages, 1);
  assertEquals(textOf(queue.receive({ maxLength: 4, truncate: true })), "0123");
  assertEquals(queue.status().messages, 0);
});

Deno.test("SystemMessageQueue tells that it is full, at once, in time, or waits for room", async () => {
  using made = testSystemQueue();
  const { queue } = made;
  queue.set({ maxBytes: 100 });
  assertEquals(queue.status().maxBytes, 100);
  assert(queue.trySend(new Uint8Array(90)));
  const more = new Uint8Array(20);
  assertEquals(queue.trySend(more), false);
  for (const timeoutMs of [0, 30]) {
    const start = performance.now();
    assertEquals(queue.send(more, { timeoutMs }), "timed-out");
    assertEquals(await queue.sendAsync(more, { timeoutMs }), "timed-out");
    assert(performance.now() - start >= 2 * timeoutMs - 2);
  }
  const pending = queue.sendAsync(more, { type: 4 });
  more.fill(9);
  await pause(5);
  assertEquals(queue.receive().bytes.length, 90);
  assertEquals(await pending, "ok");
  assertEquals(queue.receive(), { type: 4, bytes: new Uint8Array(20) });
});

Deno.test("SystemMessageQueue.receiveAsync() serves a hundred pending calls, each with its type, while files are read", async () => {
  using made = testSystemQueue();
  const { queue } = made;
  const types = Array.from({ length: 100 }, (_, index) => index + 1);
  const pending = types.map((type) => queue.receiveAsync({ type }));
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
  for (const type of types.toReversed()) {
    queue.send(bytesOf(`for ${type}`), { type });
  }
  assertEquals(
    (await Promise.all(pending)).map(textOf),
    types.map((type) => `for ${type}`),
  );
});

Deno.test("SystemMessageQueue waits end with a timeout, with the reason of their signal, and with EIDRM", async () => {
  using made = testSystemQueue();
  const { queue } = made;
  for (const timeoutMs of [0, 25]) {
    const start = performance.now();
    assertEquals(queue.receive({ timeoutMs }), null);
    assertEquals(await queue.receiveAsync({ timeoutMs }), null);
    assert(performance.now() - start >= 2 * timeoutMs - 2);
  }
  const reason = new Error("enough");
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = queue.receiveAsync({ signal });
  const other = queue.receiveAsync();
  await pause(5);
  controller.abort(reason);
  assertEquals(await assertRejects(() => aborted), reason);
  assertEquals(
    await assertRejects(() => queue.sendAsync(bytesOf("x"), { signal })),
    reason,
  );
  queue.send(bytesOf("x"));
  assertEquals(textOf(await other), "x");

  const removed = queue.receiveAsync();
  await pause(5);
  queue.remove();
  const error = await assertRejects(() => removed);
  assert(isSystemError(error) && error.code === "EIDRM", `${error}`);
});

Deno.test("SystemMessageQueue in `for await` gives messages of all types in order", async () => {
  using made = testSystemQueue();
  const { queue } = made;
  for (const type of [4, 2, 8]) queue.send(bytesOf("x"), { type });
  const types = [];
  for await (const { type } of queue) {
    types.push(type);
    if (type === 8) setTimeout(() => queue.send(bytesOf("y"), { type: 1 }), 10);
    if (type === 1) break;
  }
  assertEquals(types, [4, 2, 8, 1]);
});

Deno.test("SystemMessageQueue.status() has every field, and set() changes what it is told", () => {
  const key = randomKey();
  using made = testSystemQueue({ key, mode: 0o640 });
  const { queue } = made;
  const fresh = queue.status();
  assertEquals([fresh.id, fresh.key, fresh.mode], [queue.id, key, 0o640]);
  assertEquals([fresh.uid, fresh.creatorUid], [Deno.uid(), Deno.uid()]);
  assertEquals([fresh.messages, fresh.bytes, fresh.lastSendPid], [0, 0, 0]);
  assertEquals([fresh.sentAt, fresh.receivedAt], [null, null]);
  assert(Math.abs(Date.now() - (fresh.changedAt?.getTime() ?? 0)) < 60_000);
  assertEquals(fresh.maxBytes, SystemMessageQueue.limits().maxBytes);
  queue.send(new Uint8Array(30));
  queue.send(new Uint8Array(12));
  queue.receive();
  const used = queue.status();
  assertEquals([used.messages, used.bytes], [1, 12]);
  assertEquals(used.lastSendPid, Deno.pid);
  assert(used.sentAt !== null && used.receivedAt !== null);
  queue.set({ mode: 0o600, maxBytes: 50 });
  const changed = queue.status();
  assertEquals([changed.mode, changed.maxBytes, changed.uid], [
    0o600,
    50,
    fresh.uid,
  ]);
});

Deno.test("SystemMessageQueue.open() finds it by key and by id, and list() shows it", () => {
  const key = randomKey();
  using made = testSystemQueue({ key });
  const { queue } = made;
  assert(queue.created);
  const byKey = SystemMessageQueue.open({ key });
  const byId = SystemMessageQueue.open({ id: queue.id });
  assertEquals([byKey.id, byKey.key, byKey.created], [queue.id, key, false]);
  assertEquals([byId.id, byId.key, byId.created], [queue.id, key, false]);
  const same = SystemMessageQueue.create({ key, ifExists: "open" });
  assertEquals([same.id, same.created], [queue.id, false]);
  const entry = SystemMessageQueue.list().find(({ id }) => id === queue.id);
  assertEquals(entry, queue.status());
});

Deno.test("msgget(), msgsnd(), msgrcv() and msgctl() do as their manual pages say", () => {
  const id = msgget(IPC_PRIVATE, IPC_CREAT | 0o600);
  try {
    for (const type of [2, 3, 2]) msgsnd(id, type, bytesOf(`type ${type}`));
    assertEquals(textOf(msgrcv(id, 100, 3)), "type 3");
    assertEquals(msgrcv(id, 4, 2, MSG_NOERROR | IPC_NOWAIT), {
      type: 2,
      bytes: bytesOf("type"),
    });
    assertThrows(() => msgrcv(id, 100, 2, MSG_EXCEPT | IPC_NOWAIT));
    assertEquals(msgctl(id, IPC_STAT).messages, 1);
    msgctl(id, IPC_SET, { maxBytes: 6 });
    assertThrows(
      () => msgsnd(id, 1, bytesOf("x"), IPC_NOWAIT),
      Deno.errors.WouldBlock,
      "the queue is full (EAGAIN from msgsnd)",
    );
    const usage = msgctl(0, MSG_INFO);
    assert(usage.queues >= 1 && usage.messages >= 1 && usage.bytes >= 6);
    assertEquals(msgctl(0, IPC_INFO), SystemMessageQueue.limits());
    assertEquals(statusByIndex(id, MSG_STAT), msgctl(id, IPC_STAT));
  } finally {
    msgctl(id, IPC_RMID);
  }
});

// The emulator has no MSG_STAT_ANY, and forgets who received.
Deno.test(needing(
  ["native"],
  "msgctl() tells who received last, and the status by index, to every process that may read it",
  () => {
    using made = testSystemQueue();
    const { queue } = made;
    queue.send(bytesOf("x"));
    assertEquals(queue.status().lastReceivePid, 0);
    queue.receive();
    assertEquals(queue.status().lastReceivePid, Deno.pid);
    assertEquals(statusByIndex(queue.id, MSG_STAT_ANY), queue.status());
  },
));

/** Looks at one index after the other, as `ipcs` does. */
function statusByIndex(
  id: number,
  command: typeof MSG_STAT | typeof MSG_STAT_ANY,
) {
  for (let index = 0; index < 1000; index++) {
    try {
      const status = msgctl(index, command);
      if (status.id === id) return status;
    } catch (error) {
      if (!isSystemError(error) || error.code !== "EINVAL") throw error;
    }
  }
  throw new Error(`no index leads to ${id}`);
}

Deno.test("ftok() makes a key that a queue is found by", async () => {
  const path = await Deno.makeTempFile();
  try {
    using made = testSystemQueue({ key: ftok(path, "Q") });
    const opened = SystemMessageQueue.open({ key: ftok(path, "Q") });
    assertEquals(opened.id, made.queue.id);
  } finally {
    await Deno.remove(path);
  }
});

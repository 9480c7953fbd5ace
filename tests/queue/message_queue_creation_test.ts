/** How a `MessageQueue` is made, opened and listed. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../deps.ts";
import { MessageQueue } from "../../queue/mod.ts";
import { outcomesOf } from "../helpers/memory/outcomes.ts";
import { randomName } from "../helpers/names.ts";
import { needing } from "../helpers/needs.ts";
import { bytesOf, testQueue, textOf } from "../helpers/queue/queues.ts";

Deno.test("MessageQueue.create() makes it with exactly the mode, size and owner that were asked for", () => {
  using made = testQueue({
    mode: 0o666,
    maxMessages: 5,
    maxMessageLength: 333,
  });
  const { queue, name } = made;
  assert(queue.created);
  assertEquals([queue.name, queue.maxMessages, queue.maxMessageLength], [
    name,
    5,
    333,
  ]);
  assertEquals(queue.status(), {
    maxMessages: 5,
    maxMessageLength: 333,
    messages: 0,
    mode: 0o666,
    uid: Deno.uid() ?? 0,
    gid: queue.status().gid,
    unlinked: false,
  });
  using opened = MessageQueue.open(name.slice(1));
  assertEquals(opened.created, false);
  assertEquals([opened.name, opened.maxMessages], [name, 5]);
});

Deno.test("MessageQueue.create() sets the mode whatever the umask is", async () => {
  const { modes } = await outcomesOf(
    `
    import { MessageQueue } from "queue/mod.ts";
    attempt("modes", () =>
      [0o666, 0o600, 0o777, 0].map((mode) => {
        const name = "/" + crypto.randomUUID();
        using queue = MessageQueue.create(name, { mode, maxMessageLength: 99 });
        queue.unlink();
        return queue.status().mode;
      }));
    `,
    (command) => ["sh", "-c", 'umask 077; exec "$@"', "sh", ...command],
  );
  assertEquals(modes?.value, [0o666, 0o600, 0o777, 0]);
});

Deno.test("MessageQueue.create() takes the system's sizes for what was left out", () => {
  using made = MessageQueue.create(randomName());
  made.unlink();
  using narrow = testQueue({ maxMessageLength: 7 });
  assert(made.maxMessages >= 1);
  assert(made.maxMessageLength >= 128);
  assertEquals(narrow.queue.maxMessages, made.maxMessages);
  assertEquals(narrow.queue.maxMessageLength, 7);
});

Deno.test('MessageQueue.create() with `ifExists: "open"` opens what is there, if it is as asked for', () => {
  using made = testQueue({ maxMessages: 3, maxMessageLength: 100 });
  const { name, queue } = made;
  queue.send(bytesOf("kept"));
  using same = MessageQueue.create(name, { ifExists: "open", maxMessages: 3 });
  assertEquals(same.created, false);
  assertEquals(textOf(same.receive()), "kept");
  assertThrows(
    () => MessageQueue.create(name, { ifExists: "open", maxMessages: 4 }),
    RangeError,
    "it takes 3 messages of 100 bytes, and 4 of 100 were expected",
  );
  const fresh = randomName();
  using created = MessageQueue.create(fresh, {
    ifExists: "open",
    maxMessageLength: 99,
  });
  created.unlink();
  assert(created.created);
});

Deno.test("MessageQueue lives on without its name, as long as someone has it open", () => {
  using made = testQueue();
  const { queue, name } = made;
  queue.unlink();
  assertEquals(queue.status().unlinked, true);
  assertThrows(() => MessageQueue.open(name), Deno.errors.NotFound);
  queue.send(bytesOf("x"));
  assertEquals(textOf(queue.receive()), "x");
  assertThrows(() => queue.unlink(), Deno.errors.NotFound);
});

Deno.test("MessageQueue handles do only what they were opened for", async () => {
  using made = testQueue();
  const { name } = made;
  using reader = MessageQueue.open(name, { access: "read" });
  using writer = MessageQueue.open(name, { access: "write" });
  writer.send(bytesOf("x"));
  assertEquals(textOf(reader.receive()), "x");
  assertThrows(() => reader.send(bytesOf("x")), TypeError, '"read-write"');
  assertThrows(() => reader.trySend(bytesOf("x")), TypeError);
  assertThrows(() => writer.receive(), TypeError, '"read-write"');
  assertThrows(() => writer.tryReceive(), TypeError);
  await assertRejects(() => reader.sendAsync(bytesOf("x")), TypeError);
  await assertRejects(() => writer.receiveAsync(), TypeError);
});

Deno.test(needing(
  ["unshare"],
  "MessageQueue.list() shows all queues where they are mounted, and says how to where they are not",
  async () => {
    const source = `
      import { MessageQueue } from "queue/mod.ts";
      const names = ["/one", "/two"];
      const queues = names.map((name) =>
        MessageQueue.create(name, { maxMessages: 3, maxMessageLength: 70 }));
      queues[0].send(new Uint8Array(20));
      attempt("list", () => MessageQueue.list().sort((a, b) => a.name < b.name ? -1 : 1));
      for (const name of names) MessageQueue.unlinkName(name);
    `;
    const mounted = (command: readonly string[]) => {
      const script = 'mount -t mqueue none "$1" && shift && exec "$@"';
      const shell = ["sh", "-c", script, "sh", folder, ...command];
      return ["unshare", "-i", "-m", ...shell];
    };
    const folder = await Deno.makeTempDir();
    try {
      const { list } = await outcomesOf(source, mounted);
      const status = {
        maxMessages: 3,
        maxMessageLength: 70,
        messages: 1,
        mode: 0o600,
        uid: 0,
        gid: 0,
        unlinked: false,
      };
      assertEquals(list?.value, [
        { name: "/one", status },
        { name: "/two", status: { ...status, messages: 0 } },
      ]);
    } finally {
      await Deno.remove(folder);
    }
    const unmounted = (command: readonly string[]) => {
      const script = 'umount -a -t mqueue; exec "$@"';
      return ["unshare", "-i", "-m", "sh", "-c", script, "sh", ...command];
    };
    const { list } = await outcomesOf(source, unmounted);
    assertEquals(list?.failure?.name, "NotSupported");
    assert(list?.failure?.message.includes("mount -t mqueue none"));
  },
));

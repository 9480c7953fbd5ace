/**
 * System V queues between Deno, C and Python.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../deps.ts";
import { isSystemError, SystemMessageQueue } from "../../queue/mod.ts";
import { compile } from "../helpers/cc.ts";
import { randomKey } from "../helpers/names.ts";
import { needing } from "../helpers/needs.ts";
import { Peer } from "../helpers/peers/peer.ts";
import { pythonPeer } from "../helpers/peers/python.ts";
import { pause, shareOf } from "../helpers/sync/size.ts";
import {
  bytesOf,
  hexOf,
  testSystemQueue,
  textOf,
} from "../helpers/queue/queues.ts";

const SOURCE = "tests/peers/c/queues/queue_peer.c";

/** Both have the System V queue open: each sends, and each waits for the other. */
async function talkSystem(
  peer: Peer,
  queue: SystemMessageQueue,
): Promise<void> {
  queue.send(bytesOf("seven"), { type: 7 });
  queue.send(bytesOf("three"), { type: 3 });
  queue.send(bytesOf(""), { type: 9 });
  assertEquals(await peer.ask("msg-receive", 3), `3 ${hexOf("three")}`);
  assertEquals(await peer.ask("msg-receive", -8), `7 ${hexOf("seven")}`);
  assertEquals(await peer.ask("msg-receive", 0), "9 -");

  await peer.ask("msg-send", 5, hexOf("five"));
  await peer.ask("msg-send", 2, hexOf("two"));
  assertEquals(queue.receive({ type: 5, except: true }).type, 2);
  assertEquals(textOf(await queue.receiveAsync({ type: 5 })), "five");

  const theirs = peer.ask("msg-receive", 4);
  await pause(20);
  queue.send(bytesOf("wake up"), { type: 4 });
  assertEquals(await theirs, `4 ${hexOf("wake up")}`);
  const ours = queue.receiveAsync({ type: 6 });
  await pause(20);
  await peer.ask("msg-send", 6, hexOf("you, too"));
  assertEquals(textOf(await ours), "you, too");
  const blocked = peer.ask("msg-send", 1, hexOf("sent while Deno blocks"));
  assertEquals(textOf(queue.receive()), "sent while Deno blocks");
  await blocked;

  const count = shareOf(3000);
  const flood = peer.ask("msg-flood", 8, count);
  for (let number = 0; number < count; number++) {
    const { bytes } = number % 3 === 0
      ? await queue.receiveAsync({ type: 8 })
      : queue.receive({ type: -8 });
    assertEquals(new DataView(bytes.buffer).getUint32(0, true), number);
  }
  await flood;
}

Deno.test(needing(
  ["cc"],
  "a C program and Deno send and receive through the same System V queue, whichever side made it",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using made = testSystemQueue();
    await peer.ask("msg-open", made.queue.key);
    await talkSystem(peer, made.queue);
    const key = randomKey();
    await peer.ask("msg-create", key);
    const opened = SystemMessageQueue.open({ key });
    await talkSystem(peer, opened);

    // Who waits when the other removes the queue is told.
    const ours = assertRejects(() => opened.receiveAsync());
    await pause(10);
    await peer.ask("msg-remove");
    const error = await ours;
    assert(isSystemError(error) && error.code === "EIDRM", `${error}`);
    for (let ms = 30;; ms *= 3) {
      using other = testSystemQueue();
      await peer.ask("msg-open", other.queue.key);
      const theirs = assertRejects(() => peer.ask("msg-receive", 1), Error);
      await pause(ms);
      other.queue.remove();
      const { message } = await theirs;
      if (message.includes("EIDRM")) break;
      // It had not begun to wait yet, and finds no queue at all: once more.
      assert(message.includes("EINVAL") && ms < 2000, message);
    }
  },
));

Deno.test(
  needing(
    ["sysv_ipc"],
    "a program with sysv_ipc and Deno send and receive through the same queue, whichever side made it",
    async () => {
      await using peer = pythonPeer("queue_peer");
      using made = testSystemQueue();
      await peer.ask("msg-open", made.queue.key);
      await talkSystem(peer, made.queue);
      const key = randomKey();
      await peer.ask("msg-create", key);
      await talkSystem(peer, SystemMessageQueue.open({ key }));
      await peer.ask("msg-remove");
      await assertRejects(
        () => peer.ask("msg-open", key),
        Error,
        "ExistentialError",
      );
    },
  ),
);

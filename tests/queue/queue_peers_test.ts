/**
 * Message queues between Deno and programs in C and Python, both ways, and what is
 * left when one of the two is killed.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../deps.ts";
import { MessageQueue } from "../../queue/mod.ts";
import { compile } from "../helpers/cc.ts";
import { denoRun } from "../helpers/deno.ts";
import { randomName } from "../helpers/names.ts";
import { needing } from "../helpers/needs.ts";
import { Peer } from "../helpers/peers/peer.ts";
import { Program } from "../helpers/peers/program.ts";
import { pythonPeer } from "../helpers/peers/python.ts";
import { pause, shareOf } from "../helpers/sync/size.ts";
import {
  bytesOf,
  hexOf,
  testQueue,
  testSystemQueue,
  textOf,
} from "../helpers/queue/queues.ts";

const SOURCE = "tests/peers/c/queues/queue_peer.c";

/** Both have the POSIX queue open: each sends, and each waits for the other. */
async function talkPosix(peer: Peer, queue: MessageQueue): Promise<void> {
  queue.send(bytesOf("low"), { priority: 1 });
  queue.send(bytesOf("high"), { priority: 30 });
  queue.send(bytesOf(""), { priority: 2 });
  assertEquals(await peer.ask("mq-receive"), `30 ${hexOf("high")}`);
  assertEquals(await peer.ask("mq-receive"), "2 -");
  assertEquals(await peer.ask("mq-receive"), `1 ${hexOf("low")}`);

  await peer.ask("mq-send", 4, hexOf("from there"));
  await peer.ask("mq-send", 5, hexOf("urgent"));
  const urgent = queue.receive();
  assertEquals([textOf(urgent), urgent.priority], ["urgent", 5]);
  const other = await queue.receiveAsync();
  assertEquals([textOf(other), other.priority], ["from there", 4]);

  // One waits while the other sends.
  const theirs = peer.ask("mq-receive");
  await pause(20);
  assertEquals(await queue.sendAsync(bytesOf("wake up")), "ok");
  assertEquals(await theirs, `0 ${hexOf("wake up")}`);
  const ours = queue.receiveAsync();
  await pause(20);
  await peer.ask("mq-send", 0, hexOf("you, too"));
  assertEquals(textOf(await ours), "you, too");
  const blocked = peer.ask("mq-send", 0, hexOf("sent while Deno blocks"));
  assertEquals(textOf(queue.receive()), "sent while Deno blocks");
  await blocked;
}

/** More than the queue takes: each side waits for the other, and none is lost. */
async function floodPosix(peer: Peer, queue: MessageQueue): Promise<void> {
  const count = shareOf(500);
  const flood = peer.ask("mq-flood", count);
  for (let number = 0; number < count; number++) {
    const { bytes } = number % 3 === 0
      ? await queue.receiveAsync()
      : queue.receive();
    assertEquals(new DataView(bytes.buffer).getUint32(0, true), number);
  }
  await flood;
}

/** Talks through a queue of this program, then through one of the other, and names that. */
async function talkThroughBoth(peer: Peer): Promise<string> {
  using made = testQueue();
  await peer.ask("mq-open", made.name);
  await talkPosix(peer, made.queue);
  await floodPosix(peer, made.queue);

  const name = randomName();
  await peer.ask("mq-create", name, 5, 77);
  try {
    using opened = MessageQueue.open(name);
    assertEquals([opened.maxMessages, opened.maxMessageLength], [5, 77]);
    await talkPosix(peer, opened);
  } finally {
    await peer.ask("mq-unlink", name);
  }
  return name;
}

Deno.test(needing(
  ["cc"],
  "a C program and Deno send and receive through the same POSIX queue, whichever side made it",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    await talkThroughBoth(peer);
  },
));

Deno.test(
  needing(
    ["posix_ipc"],
    "a program with posix_ipc and Deno send and receive through the same queue, whichever side made it",
    async () => {
      await using peer = pythonPeer("queue_peer");
      const name = await talkThroughBoth(peer);
      await assertRejects(
        () => peer.ask("mq-open", name),
        Error,
        "ExistentialError",
      );
    },
  ),
);

Deno.test(needing(
  ["cc", "native"],
  "a queue goes on when a program is killed in the middle of sending or receiving",
  async () => {
    const program = await compile(SOURCE);
    using made = testQueue();
    using system = testSystemQueue();
    for (let round = 0; round < 10; round++) {
      {
        await using victim = Peer.start([program.path]);
        await victim.ask("mq-open", made.name);
        await victim.ask("msg-open", system.queue.key);
        // It blocks in the middle of both: the one is full, the other empty.
        const command = round % 2 === 0
          ? ["mq-flood", 1000]
          : ["msg-receive", 9];
        const answer = victim.ask(...command).catch(() => {});
        await pause(5);
        await victim[Symbol.asyncDispose]();
        await answer;
      }
      let next = 0;
      for (let message; (message = made.queue.tryReceive()) !== null;) {
        const { bytes } = message;
        assertEquals(new DataView(bytes.buffer).getUint32(0, true), next++);
      }
      system.queue.send(bytesOf("for who lives"), { type: 9 });
      assertEquals(textOf(system.queue.receive({ type: 9 })), "for who lives");
    }
  },
));

Deno.test(needing(
  ["native"],
  "a queue goes on when a Deno program is killed that waits for it in every way",
  async () => {
    using made = testQueue();
    using system = testSystemQueue();
    const module = new URL("../../queue/mod.ts", import.meta.url).href;
    const script = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      await Deno.writeTextFile(
        script,
        `
        import { MessageQueue, SystemMessageQueue } from "${module}";
        const queue = MessageQueue.open(Deno.args[0]);
        const system = SystemMessageQueue.open({ id: Number(Deno.args[1]) });
        for (let i = 0; i < 10; i++) {
          queue.receiveAsync();
          system.receiveAsync({ type: 5 });
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
        console.log("waiting");
        if (Deno.args[2] === "block") queue.receive();
        `,
      );
      for (const how of ["block", "async"]) {
        const args = [made.name, String(system.queue.id), how];
        await using victim = Program.start(denoRun(script, { args }));
        assertEquals(await victim.line(), "waiting");
        await victim[Symbol.asyncDispose]();
        made.queue.send(bytesOf("for who lives"));
        assertEquals(
          textOf(made.queue.receive({ timeoutMs: 0 })),
          "for who lives",
        );
        system.queue.send(bytesOf("and here"), { type: 5 });
        assertEquals(textOf(system.queue.tryReceive({ type: 5 })), "and here");
      }
    } finally {
      await Deno.remove(script);
    }
  },
));

Deno.test("a worker that is terminated while it waits takes no message with it, and harms nobody", async () => {
  using made = testQueue();
  const module = new URL("../../queue/mod.ts", import.meta.url).href;
  const source = `
    import { MessageQueue } from "${module}";
    const queue = MessageQueue.open(${JSON.stringify(made.name)});
    for (let i = 0; i < 20; i++) queue.receiveAsync();
    setTimeout(() => postMessage("waiting"), 10);
  `;
  const url = URL.createObjectURL(
    new Blob([source], { type: "application/typescript" }),
  );
  try {
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(url, { type: "module" });
      await new Promise((resolve) => worker.onmessage = resolve);
      worker.terminate();
      await pause(150);
      made.queue.send(bytesOf("here"));
      assertEquals(
        textOf(await made.queue.receiveAsync({ timeoutMs: 0 })),
        "here",
      );
    }
  } finally {
    URL.revokeObjectURL(url);
  }
});

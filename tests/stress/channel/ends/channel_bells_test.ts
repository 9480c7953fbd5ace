/**
 * Sleeping in the event loop, and being woken through a pipe: by messages, by room,
 * and by the death of the other side. The timers that look again are taken away,
 * but where the text says otherwise.
 *
 * @module
 */

import { fillRandomly, random } from "../../../helpers/seed.ts";
import { assert, assertEquals, assertRejects } from "../../../../deps.ts";
import { type Producers, Receiver, Sender } from "../../../../channel/mod.ts";
import { RingControl } from "../../../../channel/membership/ring_control.ts";
import { closeDescriptor } from "../../../../ffi/files/open.ts";
import { libc } from "../../../../ffi/libc/library.ts";
import { openPeerPipe } from "../../../../ffi/pipes/peer_pipe.ts";
import { ownPipes } from "../../../../sync/bells/own_pipes.ts";
import { hasBell } from "../../../../sync/bells/sleepers.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import { SharedMemory } from "../../../../mod.ts";
import { ROOT, run } from "../../../helpers/deno.ts";
import { deadline } from "../../../helpers/deadline.ts";
import { startProgram } from "../../../helpers/sync/child_program.ts";
import { until } from "../../../helpers/sync/size.ts";
import {
  bytesOf,
  ends,
  fill,
  isPending,
  Name,
} from "../../../helpers/channel/ends.ts";

const IMPORT = `
import { Receiver, Sender } from "${new URL("channel/mod.ts", ROOT)}";
import { useSafetyNets } from "${new URL("sync/waiting/safety_nets.ts", ROOT)}";
useSafetyNets(false);
const [name] = Deno.args;
const stay = () => new Promise((resolve) => setTimeout(resolve, 600_000));
`;

const SENDER = `${IMPORT}
const sender = await Sender.waitFor(name);
console.log("ready");
for await (const _ of Deno.stdin.readable) await sender.send(new Uint8Array([7]));
await stay();
sender.close();
`;

const RECEIVER = `${IMPORT}
const receiver = Receiver.open(name);
console.log("ready");
await stay();
receiver.close();
`;

/** Word in which the receiver says how it sleeps. */
const PARKED = 448;
/** Where the pipes of the receiver are. */
const PIPES = 400;
const BY_PIPE = 2;

/** Takes the timers away until it is disposed of. */
function withoutNets(): Disposable {
  useSafetyNets(false);
  return { [Symbol.dispose]: () => useSafetyNets(true) };
}

/** The control words of a channel. */
function wordsOf(name: string): Disposable & { words: Int32Array } {
  using undo = new DisposableStack();
  const memory = undo.use(SharedMemory.open(name));
  const { bytes } = undo.use(memory.map());
  const words = new Int32Array(bytes.buffer, bytes.byteLength - 768);
  const stack = undo.move();
  return { words, [Symbol.dispose]: () => stack.dispose() };
}

/** Receives until the receiver sleeps in the event loop, once its pipe is there. */
async function sleepByPipe(
  receiver: Receiver,
  words: Int32Array,
): Promise<ReturnType<Receiver["receive"]>[]> {
  for (;;) {
    const ended = receiver.receive({ timeoutMs: 50 }).catch(() => {});
    const isAsleep = () => (Atomics.load(words, PARKED / 4) & 3) === BY_PIPE;
    const end = performance.now() + 40;
    while (!isAsleep() && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await ended;
    if (isAsleep()) return [receiver.receive()];
  }
}

for (const producers of ["one", "many"] satisfies Producers[]) {
  Deno.test(`A receiver that sleeps in the event loop is woken by another process, and told its death, for producers "${producers}"`, async () => {
    using _nets = withoutNets();
    using name = new Name();
    using receiver = Receiver.create(name.text, { producers });
    using control = wordsOf(name.text);
    await using program = startProgram(SENDER, [name.text]);
    assertEquals(await program.line(), "ready");
    for (let round = 0; round < 20; round++) {
      const [receiving] = await sleepByPipe(receiver, control.words);
      assert(receiving !== undefined);
      await program.tell("send");
      const message = await deadline(receiving, () => "a message is lost");
      assertEquals(message?.bytes[0], 7);
    }
    const [receiving] = await sleepByPipe(receiver, control.words);
    assert(receiving !== undefined);
    Deno.kill(program.pid, "SIGKILL");
    await assertRejects(
      () => deadline(receiving, () => "the death is lost"),
      Deno.errors.ConnectionReset,
      `process ${program.pid}`,
    );
  });
}

Deno.test("Nonsense that another program writes into the bell of a process hides no ring", async () => {
  using _nets = withoutNets();
  for (const length of [1, 2, 3, 4, 5, 8, 255, 256, 1000]) {
    // One that finds a message before it is rung for sleeps elsewhere from then on.
    using name = new Name();
    using receiver = Receiver.create(name.text);
    using control = wordsOf(name.text);
    await using program = startProgram(SENDER, [name.text]);
    assertEquals(await program.line(), "ready");
    const [receiving] = await sleepByPipe(receiver, control.words);
    assert(receiving !== undefined);
    const { bell } = ownPipes()!;
    const writer = openPeerPipe({ pid: Deno.pid, ...bell }, "write");
    assert(typeof writer === "number");
    using _closed = { [Symbol.dispose]: () => closeDescriptor(writer) };
    const nonsense = crypto.getRandomValues(new Uint8Array(length));
    const written = libc().write(writer, nonsense, BigInt(length));
    assertEquals(Number(written), length);
    await program.tell("send");
    const message = await deadline(receiving, () => "a message is lost");
    assertEquals(message?.bytes[0], 7);
  }
});

Deno.test("A sender that waits for room is told at once that its receiver died", async () => {
  using _nets = withoutNets();
  using name = new Name();
  using sender = Sender.create(name.text, { capacity: 1024 });
  await using program = startProgram(RECEIVER, [name.text]);
  assertEquals(await program.line(), "ready");
  fill(sender, 100);
  // The first sleep is on the word: the pipe is made ready meanwhile.
  await sender.send(bytesOf(0, 100), { timeoutMs: 200 }).catch(() => {});
  await until(hasBell, "the pipe is ready");
  const sending = sender.send(bytesOf(0, 100));
  assertEquals(await isPending(sending), true);
  Deno.kill(program.pid, "SIGKILL");
  await assertRejects(
    () => deadline(sending, () => "the death is lost"),
    Deno.errors.ConnectionReset,
    `process ${program.pid}`,
  );
});

Deno.test("Where the pipe of a receiver cannot be rung, messages come all the same, with the timers", async () => {
  for (const pipe of [[-1, 0], [0, 12345], [999_999, 1], [2 ** 31 - 1, 7]]) {
    using name = new Name();
    using receiver = Receiver.create(name.text);
    using control = wordsOf(name.text);
    await using program = startProgram(SENDER, [name.text]);
    assertEquals(await program.line(), "ready");
    const [receiving] = await sleepByPipe(receiver, control.words);
    const [fd = 0, inode = 0] = pipe;
    control.words[PIPES / 4] = fd;
    control.words[PIPES / 4 + 1] = inode;
    await program.tell("send");
    assertEquals((await receiving)?.bytes[0], 7);
    // From then on it sleeps on the word.
    const next = receiver.receive();
    await until(
      () => Atomics.load(control.words, PARKED / 4) === 1,
      "it sleeps on the word",
    );
    await program.tell("send");
    assertEquals((await next)?.bytes[0], 7);
  }
});

Deno.test("Control words that another program overwrites cause no crash, and no wait that never ends", async () => {
  const words = new Int32Array(1);
  for (let round = 0; round < 30; round++) {
    using channel = ends({ capacity: 1024 });
    const { name, sender, receiver } = channel;
    using control = wordsOf(name);
    const receiving = receiver.receive({ timeoutMs: 1000 });
    for (let offset = 400; offset < 448; offset += 4) {
      fillRandomly(words);
      control.words[offset / 4] = words[0] ?? 0;
    }
    control.words[632 / 4] = Math.trunc(random() * 40_000);
    sender.trySend(bytesOf(1, 9));
    assertEquals((await receiving)?.bytes, bytesOf(1, 9));
  }
});

/** Lets so many receivers wait, then says so, and goes on when it is told. */
const WAITERS = `${IMPORT}
import { hasBell } from "${new URL("sync/bells/sleepers.ts", ROOT)}";
const lines = Deno.stdin.readable[Symbol.asyncIterator]();
for (const count of [1, 400]) {
  const receivers = [];
  for (let i = 0; i < count; i++) {
    const receiver = Receiver.create(name + "-" + i, { capacity: 64 });
    receiver.unlink();
    receivers.push(receiver);
  }
  // The first sleep of all makes the pipe ready.
  while (!hasBell()) await receivers[0].receive({ timeoutMs: 300 }).catch(() => {});
  for (const receiver of receivers) receiver.receive().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 300));
  console.log(count);
  await lines.next();
  for (const receiver of receivers) receiver.close();
}
`;

Deno.test("Hundreds of receivers that wait take no threads for themselves", async () => {
  using name = new Name();
  await using program = startProgram(WAITERS, [name.text]);
  const counts: number[] = [];
  for (const count of [1, 400]) {
    assertEquals(await program.line(), `${count}`);
    const { stdout } = await run(["ls", `/proc/${program.pid}/task`]);
    counts.push(stdout.trim().split("\n").length);
    await program.tell("go on");
  }
  const [one = NaN, many = NaN] = counts;
  // Asleep on their words they would take four; the runtime may have one more.
  assert(many < one + 3, `${one} threads for one, ${many} for 400`);
  assertEquals((await program.end()).code, 0);
});

Deno.test("A program ends by itself when nothing waits any more, though its pipe was used", async () => {
  const source = `
    import { Receiver } from "${new URL("channel/mod.ts", ROOT)}";
    using receiver = Receiver.create(Deno.args[0]);
    for (let i = 0; i < 3; i++) {
      await receiver.receive({ timeoutMs: 60 }).catch(() => {});
    }
    receiver.unlink();
    console.log("done");
  `;
  using name = new Name();
  await using program = startProgram(source, [name.text]);
  assertEquals(await program.line(), "done");
  assertEquals((await program.end()).code, 0);
});

Deno.test("Words of doorbells and pipes lie where the documentation says", () => {
  using channel = ends({ capacity: 1024 });
  using control = wordsOf(channel.name);
  const pipes = [...control.words.subarray(PIPES / 4, PIPES / 4 + 8)];
  // Both ends are this process, which has one pipe of each sort.
  assertEquals(pipes.slice(0, 4), pipes.slice(4));
  assert(pipes.every((word) => word !== 0), pipes.join());
  using memory = SharedMemory.open(channel.name);
  using mapping = memory.map();
  const { receiverPid } = new RingControl(mapping.bytes, 1024);
  assertEquals(receiverPid, Deno.pid);
});

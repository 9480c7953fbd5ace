/**
 * Channels on which nothing happens, or too much: what waiting costs, how soon
 * it ends, and how many system calls there are while both sides are busy.
 */

import { assert, assertEquals } from "../../../deps.ts";
import { Publisher, Receiver, Sender } from "../../../channel/mod.ts";
import { denoRun, ROOT, run } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { deadline } from "../../helpers/deadline.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import { pause } from "../../helpers/sync/size.ts";

const IDLE_MS = 5000;
/** How often the kernel is asked whether the other side lives. */
const CHECK_MS = 100;

const IMPORT = `
import { Receiver, Sender, Subscriber } from "${new URL(
  "channel/mod.ts",
  ROOT,
)}";
const [name, replies] = Deno.args;
`;

/** Sends back what it receives, when it is given a channel for that. */
const ECHO = (open: string) =>
  `${IMPORT}
using sender = replies && Sender.open(replies);
using receiver = ${open}(name);
console.log("ready");
for await (const { bytes } of receiver) if (sender) await sender.send(bytes);
`;

/** Sends without end. */
const FLOOD = `${IMPORT}
using sender = Sender.open(name);
console.log("ready");
try {
  for (let i = 0;; i++) await sender.send(new Uint8Array(100).fill(i));
} catch (error) {
  if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
}
`;

/** CPU time in ms; the kernel counts in ticks of 10. */
async function cpuOf(pid: number): Promise<number> {
  const { stdout } = await run(["cat", `/proc/${pid}/stat`]);
  const fields = stdout.slice(stdout.lastIndexOf(") ") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

Deno.test(needing(
  ["native"],
  "a parked Receiver, Sender and Subscriber take no CPU time",
  async () => {
    const names = [randomName(), randomName(), randomName(), randomName()];
    const [quiet = "", full = "", news = "", lonely = ""] = names;
    using cleanup = new DisposableStack();
    using sender = Sender.create(quiet);
    cleanup.defer(() => sender.unlink());
    using receiver = Receiver.create(full, { capacity: 1024 });
    cleanup.defer(() => receiver.unlink());
    using publisher = Publisher.create(news);
    cleanup.defer(() => publisher.unlink());
    Sender.create(lonely, { producers: "many" }).close();
    cleanup.defer(() => Sender.unlink(lonely));

    const echo = ECHO("Receiver.open");
    await using parkedReceiver = startProgram(echo, [quiet]);
    await using parkedSender = startProgram(FLOOD, [full]);
    await using parkedSubscriber = startProgram(ECHO("Subscriber.open"), [
      news,
    ]);
    // Its senders have not come yet.
    const keep = ECHO("((name) => Receiver.open(name, { keepOpen: true }))");
    await using lonelyReceiver = startProgram(keep, [lonely]);
    const programs = [
      ...[parkedReceiver, parkedSender, parkedSubscriber, lonelyReceiver],
    ];
    for (const program of programs) assertEquals(await program.line(), "ready");
    await pause(500);

    // A busy machine may make a wake-up more costly than it is, for a while.
    let took = [Infinity];
    for (let i = 0; i < 3 && took.some((ms) => ms >= 50); i++) {
      const before = await Promise.all(programs.map(({ pid }) => cpuOf(pid)));
      await pause(IDLE_MS);
      const after = await Promise.all(programs.map(({ pid }) => cpuOf(pid)));
      took = after.map((ms, index) => ms - (before[index] ?? 0));
    }
    assert(took.every((ms) => ms < 50), `${took} ms of CPU time`);

    // None of them hangs: each ends when the other side does.
    sender.close();
    receiver.close();
    publisher.close();
    for (const program of programs.slice(0, 3)) {
      assertEquals(await program.end(), { code: 0, stdout: "", stderr: "" });
    }
  },
));

const ROUNDS = 60;

/** Waits for something again and again; gives how long it took in all, in ms. */
async function timeWakeUps(
  wakeUp: () => Promise<void>,
): Promise<number> {
  let total = 0;
  for (let i = 0; i < ROUNDS; i++) {
    // Long enough to go to sleep, and not to look by itself.
    await pause(15);
    const start = performance.now();
    await deadline(wakeUp(), () => "it does not wake up");
    total += performance.now() - start;
  }
  return total;
}

/** If it only looked from time to time, it would take twice as long. */
const LONGEST_MS = ROUNDS * (CHECK_MS - 15) / 3;

Deno.test(needing(
  ["native"],
  "a parked Receiver and a parked Subscriber are woken by a message, a parked Sender by room",
  async () => {
    using cleanup = new DisposableStack();
    const [asking, answers, news, full] = [
      ...[randomName(), randomName(), randomName(), randomName()],
    ];
    assert(asking && answers && news && full);
    using replies = Receiver.create(answers, { producers: "many" });
    cleanup.defer(() => replies.unlink());
    using sender = Sender.create(asking);
    cleanup.defer(() => sender.unlink());
    using publisher = Publisher.create(news);
    cleanup.defer(() => publisher.unlink());
    using receiver = Receiver.create(full, { capacity: 1024 });
    cleanup.defer(() => receiver.unlink());
    await using parkedReceiver = startProgram(ECHO("Receiver.open"), [
      ...[asking, answers],
    ]);
    await using parkedSubscriber = startProgram(ECHO("Subscriber.open"), [
      ...[news, answers],
    ]);
    await using parkedSender = startProgram(FLOOD, [full]);
    for (const program of [parkedReceiver, parkedSubscriber, parkedSender]) {
      assertEquals(await program.line(), "ready");
    }
    const message = new Uint8Array([1, 2, 3]);
    const expectReply = async () => {
      assertEquals((await replies.receive())?.bytes, message);
    };
    const ofReceiver = await timeWakeUps(async () => {
      await sender.send(message);
      await expectReply();
    });
    const ofSubscriber = await timeWakeUps(async () => {
      publisher.publish(message);
      await expectReply();
    });
    // With their headers they have 112 bytes: nine fill the ring.
    let number = 0;
    const ofSender = await timeWakeUps(async () => {
      for (let i = 0; i < 10; i++) {
        const received = await receiver.receive();
        assertEquals(received?.bytes[0], number++ % 256);
      }
    });
    const took = [ofReceiver, ofSubscriber, ofSender];
    assert(took.every((ms) => ms < LONGEST_MS), `${ROUNDS} took ${took} ms`);
  },
));

const MESSAGES = 1_000_000;

const SEND_MANY = `${IMPORT}
using sender = await Sender.waitFor(name);
const bytes = new Uint8Array(24);
const numbers = new Int32Array(bytes.buffer);
for (let i = 0; i < ${MESSAGES}; i++) {
  numbers[0] = i;
  await sender.send(bytes);
}
`;

const RECEIVE_MANY = `${IMPORT}
using receiver = Receiver.create(name);
let count = 0;
for await (const { bytes } of receiver) {
  const number = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
  if (number !== count++) throw new Error(\`\${number} came out of order\`);
}
if (count !== ${MESSAGES}) throw new Error(\`\${count} came\`);
`;

/** Runs a program, and counts its system calls that wait, wake, read or write. */
async function callsOf(
  folder: string,
  what: string,
  source: string,
  name: string,
): Promise<{ calls: number; table: string }> {
  const script = `${folder}/${what}.ts`;
  await Deno.writeTextFile(script, source);
  const path = `${folder}/${what}.txt`;
  const { code, stderr } = await run([
    ...["strace", "-f", "-c", "-o", path],
    ...denoRun(script, { args: [name] }),
  ]);
  assertEquals([code, stderr], [0, ""]);
  const table = await Deno.readTextFile(path);
  let calls = 0;
  for (const line of table.split("\n")) {
    const words = line.trim().split(/\s+/);
    // % time, seconds, usecs/call, calls, errors if there are any, name.
    if (!/^(futex|epoll|read|write|fcntl|poll|eventfd)/.test(words.at(-1)!)) {
      continue;
    }
    calls += Number(words[3]);
  }
  assert(calls > 0, table);
  return { calls, table };
}

Deno.test(needing(
  ["strace", "native"],
  "Sender and Receiver make no system call for a message while both are busy",
  async () => {
    const name = randomName();
    const folder = await Deno.makeTempDir({ prefix: "shmem-strace-" });
    try {
      const counts = await Promise.all([
        callsOf(folder, "receive", RECEIVE_MANY, name),
        callsOf(folder, "send", SEND_MANY, name),
      ]);
      for (const { calls, table } of counts) {
        assert(calls < MESSAGES / 100, `${calls} calls:\n${table}`);
      }
    } finally {
      Receiver.unlink(name);
      await Deno.remove(folder, { recursive: true });
    }
  },
));

/**
 * Several that go to sleep in one event loop, each of which is woken by rings for
 * it alone.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { Name } from "../../helpers/channel/ends.ts";
import { ROOT, runDeno } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";

const url = (path: string) => JSON.stringify(new URL(path, ROOT));

/** A process whose sleepers are rung through its pipe, without timers that look. */
const PROGRAM = `
import { SharedMemory } from "mod.ts";
import { Doorbell } from ${url("channel/waiting/doorbell.ts")};
import { ownPipes } from ${url("sync/bells/own_pipes.ts")};
import { hasBell } from ${url("sync/bells/sleepers.ts")};
import { useSafetyNets } from ${url("sync/waiting/safety_nets.ts")};
useSafetyNets(false);
const words = new Int32Array(SharedMemory.anonymous({ size: 4096 }).map().bytes.buffer);
const { bell: { fd, inode } } = ownPipes();
while (!hasBell()) await new Promise((resolve) => setTimeout(resolve, 1));
const patience = AbortSignal.timeout(20_000);
const keepAlive = setTimeout(() => {}, 30_000);
async function sleep(index, meanwhile) {
  const bell = new Doorbell(words, 8 + index);
  const isReady = () => {
    meanwhile?.();
    meanwhile = undefined;
    return words[index] !== 0;
  };
  while (!isReady()) await bell.parkByPipe(isReady, Infinity, patience);
  return index;
}
function ring(index) {
  words[index] = 1;
  new Doorbell(words, 8 + index, () => ({ pid: Deno.pid, fd, inode })).ring();
}
`;

const BEHAVIOURS = [
  [
    "one that goes to sleep while another one looks whether it must",
    `
    const sleeping = [];
    const bell = new Doorbell(words, 8);
    let looks = 0;
    const isReady = () => {
      if (looks++ === 0) sleeping.push(sleep(1));
      return words[0] !== 0;
    };
    sleeping.push(bell.parkByPipe(isReady, Infinity, patience).then(() => 0));
    await new Promise((resolve) => setTimeout(resolve, 20));
    ring(0);
    ring(1);
    console.log(await Promise.all(sleeping));`,
    "[ 1, 0 ]\n",
  ],
  [
    "those that sleep when others were ready at once, or failed",
    `
    const bell = new Doorbell(words, 8);
    const broken = () => {
      throw new Error("broken");
    };
    for (let i = 0; i < 5; i++) {
      await bell.parkByPipe(() => true, Infinity);
      await bell.parkByPipe(broken, Infinity).catch(() => {});
      await bell.parkByPipe(() => false, Infinity, { addEventListener: broken, removeEventListener() {} })
        .catch(() => {});
    }
    const sleeping = [0, 1, 2].map((index) => sleep(index));
    // The numbers of those before were free again.
    console.log([0, 1, 2].map((index) => words[8 + index] >>> 2).sort());
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const index of [2, 0, 1]) ring(index);
    console.log(await Promise.all(sleeping));`,
    "[ 1, 2, 3 ]\n[ 0, 1, 2 ]\n",
  ],
] as const;

for (const [who, program, printed] of BEHAVIOURS) {
  Deno.test(needing(["native"], `rings wake ${who}`, async () => {
    const { code, stdout, stderr } = await runDeno(
      `${PROGRAM}${program}\nclearTimeout(keepAlive);`,
      { permissions: ["-A"] },
    );
    assertEquals([code, stdout, stderr], [0, printed, ""]);
  }));
}

Deno.test("a receiver may wait for longer than a timer can, without a warning", async () => {
  using name = new Name();
  const { code, stdout, stderr } = await runDeno(
    `
import { Receiver, Sender } from ${url("channel/mod.ts")};
import { hasBell } from ${url("sync/bells/sleepers.ts")};
using receiver = Receiver.create(${JSON.stringify(name.text)});
using sender = Sender.open(${JSON.stringify(name.text)});
for (let i = 0; i < 3; i++) {
  const receiving = receiver.receive({ timeoutMs: 86_400_000_000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  sender.trySend(Uint8Array.of(i));
  console.log(hasBell(), (await receiving).bytes[0]);
}`,
    { permissions: ["-A"] },
  );
  assertEquals([code, stdout, stderr], [0, "true 0\ntrue 1\ntrue 2\n", ""]);
});

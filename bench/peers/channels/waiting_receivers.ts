/**
 * A process in which many receivers wait.
 *
 * Takes how many, and of how many a sender is open, too. Says the share of a core
 * that waiting takes, in millionths.
 *
 * @module
 */

import process from "node:process";
import { Receiver, Sender } from "../../../channel/mod.ts";

const SETTLE_MS = 2000;
const MEASURE_MS = 5000;

const [count, withSender] = Deno.args.map(Number);
const name = `/shmem-bench-${crypto.randomUUID()}`;
const receivers: Receiver[] = [];
const senders: Sender[] = [];
for (let i = 0; i < (count ?? 0); i++) {
  const receiver = Receiver.create(`${name}-${i}`, { capacity: 64 });
  receivers.push(receiver);
  if (i < (withSender ?? 0)) senders.push(Sender.open(receiver.name));
  receiver.unlink();
}
// The first sleep makes the pipe ready, on which the others then sleep.
await receivers[0]?.receive({ timeoutMs: 500 }).catch(() => {});
for (const receiver of receivers) receiver.receive().catch(() => {});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (number: number) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${Math.round(number)}\n`));

await pause(SETTLE_MS);
const before = process.cpuUsage();
const start = performance.now();
await pause(MEASURE_MS);
const { user, system } = process.cpuUsage(before);
say(1000 * (user + system) / (performance.now() - start));
for await (const _ of Deno.stdin.readable);
for (const end of [...senders, ...receivers]) end.close();
Deno.exit();

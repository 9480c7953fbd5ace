/**
 * One of the two processes that answer each other with messages.
 *
 * Takes "lead" or "follow", and the names of the shared memory of the two
 * rings, the leader's first. Says "ready". Reads numbers from stdin, does its
 * part of so many round trips and one more, and answers with the nanoseconds
 * that they took.
 *
 * @module
 */

import {
  type MessageHandler,
  OneToOneRingBuffer,
} from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";

const TYPE_ID = 1;
const LENGTH = 64;

const encoder = new TextEncoder();
const [role, ping = "", pong = ""] = Deno.args;
const leads = role === "lead";
using output = SharedMemory.open(leads ? ping : pong);
using input = SharedMemory.open(leads ? pong : ping);
using outputMapping = output.map();
using inputMapping = input.map();
const sender = new OneToOneRingBuffer(outputMapping.bytes);
const receiver = new OneToOneRingBuffer(inputMapping.bytes);
const words = new Int32Array(inputMapping.bytes.buffer);
const message = new Int32Array(LENGTH / 4);
const bytes = new Uint8Array(message.buffer);

function answer(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

let heard = -1;
const take: MessageHandler = (_typeId, _bytes, offset) => {
  heard = words[offset >> 2]!;
};

function say(number: number): void {
  message[0] = number;
  if (!sender.write(TYPE_ID, bytes)) throw new Error("The ring is full");
}

function hear(number: number): void {
  while (receiver.read(take, 1) === 0);
  if (heard !== number) throw new Error(`Heard ${heard} instead of ${number}`);
}

function lead(turns: number): void {
  for (let turn = 0; turn < turns; turn++) {
    say(turn);
    hear(turn);
  }
}

function follow(turns: number): void {
  for (let turn = 0; turn < turns; turn++) {
    hear(turn);
    say(turn);
  }
}

const play = leads ? lead : follow;
answer("ready");
// Lines come one at a time: the next when the last was answered.
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  // One more than asked for: the first, which waits for the other one's start.
  play(1);
  const start = performance.now();
  play(Number(line));
  answer(`${(performance.now() - start) * 1e6}`);
}

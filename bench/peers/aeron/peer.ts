/**
 * A process that sends, receives or answers messages through a media driver, as
 * AeronBench.java does, whose words it understands.
 *
 * @module
 */

import {
  Aeron,
  type FragmentHandler,
  type PublicationBase,
  type Subscription,
} from "../../../aeron/mod.ts";
import { Idle } from "../../rings/idle.ts";
import { MARK } from "../../rings/ring_messages.ts";

/** Messages of one poll. */
const LIMIT = 256;
const PING_LENGTH = 64;

const encoder = new TextEncoder();
const [directory = "", role = "", kind = "", channel = "", number = ""] =
  Deno.args;
const stream = Number(number);
const leads = role === "lead";
using aeron = await Aeron.connect({ directory });
const idle = new Idle();

function answer(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

async function addPublication(): Promise<PublicationBase> {
  const id = role === "follow" ? stream + 1 : stream;
  return kind === "shared"
    ? await aeron.addPublication(channel, id)
    : await aeron.addExclusivePublication(channel, id);
}

async function addSubscription(): Promise<Subscription> {
  return await aeron.addSubscription(channel, leads ? stream + 1 : stream);
}

function produce(out: PublicationBase, length: number, count: number): void {
  const source = new Int32Array(length / 4).fill(MARK);
  const bytes = new Uint8Array(source.buffer);
  for (let i = 0; i < count; i++) {
    source[0] = i;
    if (typeof out.offer(bytes) === "string") waitToOffer(out, bytes);
  }
}

/** A function of its own, because offering at once is what counts. */
function waitToOffer(out: PublicationBase, bytes: Uint8Array): void {
  do idle.wait(); while (typeof out.offer(bytes) === "string");
  idle.reset();
}

let words = new Int32Array(0);
let checksum = 0;
let heard = -1;

/** The words of the log, of which a handler is given the bytes of a term. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer)) throw new Error("No log");
  return words = new Int32Array(buffer);
}

let lastTerm: Uint8Array | undefined;
let base = 0;
const take: FragmentHandler = (bytes, offset) => {
  if (bytes !== lastTerm) {
    lastTerm = bytes;
    base = bytes.byteOffset >> 2;
    if (words.buffer !== bytes.buffer) wordsOf(bytes);
  }
  const word = base + (offset >> 2);
  checksum = (checksum + words[word]! + words[word + 1]!) | 0;
};

const hear: FragmentHandler = (bytes, offset) => {
  heard = bytes[offset]! | bytes[offset + 1]! << 8 | bytes[offset + 2]! << 16;
};

/** How long the messages took after the first, as if it had taken as long. */
function consume(subscription: Subscription, count: number): number {
  while (subscription.poll(take, 1) === 0) idle.wait();
  const start = performance.now();
  let left = count - 1;
  while (left > 0) {
    const read = subscription.poll(take, LIMIT);
    if (read === 0) idle.wait();
    else idle.reset();
    left -= read;
  }
  const time = (performance.now() - start) * 1e6;
  return Math.round(time * count / (count - 1));
}

const message = new Int32Array(PING_LENGTH / 4);
const messageBytes = new Uint8Array(message.buffer);

function say(out: PublicationBase, turn: number): void {
  message[0] = turn;
  while (typeof out.offer(messageBytes) === "string");
}

function play(out: PublicationBase, input: Subscription, turns: number): void {
  for (let turn = 0; turn < turns; turn++) {
    if (leads) say(out, turn);
    while (input.poll(hear, 1) === 0);
    if (heard !== turn) throw new Error(`Heard ${heard} instead of ${turn}`);
    if (!leads) say(out, turn);
  }
}

async function send(out: PublicationBase, length: number, count: number) {
  const source = new Int32Array(length / 4).fill(MARK);
  const bytes = new Uint8Array(source.buffer);
  for (let i = 0; i < count; i++) {
    source[0] = i;
    await out.send(bytes);
  }
}

/** A word of a message; to make a view for it takes longer than to receive it. */
function wordOf(bytes: Uint8Array, at: number): number {
  return bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 |
    bytes[at + 3]! << 24;
}

async function receive(subscription: Subscription, count: number) {
  let left = count;
  let start = 0;
  for await (const { bytes } of subscription) {
    if (left === count) start = performance.now();
    checksum = (checksum + wordOf(bytes, 0) + wordOf(bytes, 4)) | 0;
    if (--left === 0) break;
  }
  return Math.round((performance.now() - start) * 1e6 * count / (count - 1));
}

const isReader = role === "consume" || role === "receive";
const isWriter = role === "produce" || role === "send";
const publication = isReader ? undefined : await addPublication();
const subscription = isWriter ? undefined : await addSubscription();
answer("ready");
// Lines come one at a time: the next when the last was answered.
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const [first = 0, count = 0] = line.trim().split(" ").map(Number);
  if (publication !== undefined && subscription !== undefined) {
    play(publication, subscription, 1);
    const start = performance.now();
    play(publication, subscription, first);
    answer(`${Math.round((performance.now() - start) * 1e6)}`);
  } else if (publication !== undefined) {
    if (role === "send") await send(publication, first, count);
    else produce(publication, first, count);
    answer("done");
  } else if (subscription !== undefined) {
    checksum = 0;
    answer("ready");
    const time = role === "receive"
      ? await receive(subscription, count)
      : consume(subscription, count);
    answer(`${checksum} ${time}`);
  }
}

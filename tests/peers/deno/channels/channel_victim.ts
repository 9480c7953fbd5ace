/**
 * A participant of a channel that is killed while it works:
 *
 *     channel_victim.ts send|receive|publish CHANNEL FILE
 *
 * It waits for one line on stdin, with numbers: the producer of its messages,
 * the number of the first, and how many to send at most. In the file, 32-bit
 * words, it says that it is there, how many messages it has sent or taken, and
 * of those that it has taken, producer and number.
 *
 * @module
 */

import { Publisher, Receiver, Sender } from "../../../../channel/mod.ts";
import { MappedFile } from "../../../../mod.ts";
import { fill, lengthOf, numberOf } from "../../channel_stream.ts";

/** Words of the file: whether it is there, how many messages, and which. */
const [THERE, COUNT, LIST] = [0, 1, 2];

const [role = "", channel = "", path = ""] = Deno.args;
using file = MappedFile.open(path, { access: "read-write" });
using mapping = file.map();
const { buffer, byteLength } = mapping.bytes;
const words = new Int32Array(buffer, 0, byteLength >> 2);
const pool = new Uint8Array(2 ** 20);

async function order(): Promise<number[]> {
  const line = new Uint8Array(100);
  const length = await Deno.stdin.read(line) ?? 0;
  const text = new TextDecoder().decode(line.subarray(0, length));
  return text.trim().split(" ").map(Number);
}

function messageOf(producer: number, number: number, limit: number) {
  const length = lengthOf(number, limit);
  fill(pool, producer, number, length);
  return pool.subarray(0, length);
}

async function forEver(): Promise<never> {
  for (;;) await new Promise((resolve) => setTimeout(resolve, 1000));
}

async function send(
  typeId: number,
  start: number,
  limit: number,
): Promise<void> {
  using sender = Sender.open(channel);
  Atomics.store(words, THERE, 1);
  for (let i = 0; i < limit; i++) {
    const bytes = messageOf(typeId, start + i, sender.maxMessageLength);
    await sender.send(bytes, { typeId });
    Atomics.store(words, COUNT, i + 1);
  }
  await forEver();
}

async function receive(): Promise<void> {
  using receiver = Receiver.open(channel);
  Atomics.store(words, THERE, 1);
  let count = 0;
  for await (const { typeId, bytes } of receiver) {
    words[LIST + 2 * count] = typeId;
    words[LIST + 2 * count + 1] = numberOf(bytes, 0);
    Atomics.store(words, COUNT, ++count);
    if (LIST + 2 * count === words.length) await forEver();
  }
}

async function publish(
  typeId: number,
  start: number,
  limit: number,
): Promise<void> {
  using publisher = Publisher.open(channel);
  Atomics.store(words, THERE, 1);
  for (let i = 0; i < limit; i++) {
    const bytes = messageOf(typeId, start + i, publisher.maxMessageLength);
    publisher.publish(bytes, { typeId });
    Atomics.store(words, COUNT, i + 1);
  }
  await forEver();
}

const [producer = 1, start = 0, limit = Infinity] = await order();
if (role === "send") await send(producer, start, limit);
else if (role === "publish") await publish(producer, start, limit);
else await receive();

/**
 * A subscriber in another process. Says "ready", receives to the end, and says
 * how many messages it received, how many it lost, and which was the last.
 *
 *     NAME ACCESS EVERY     pauses after each EVERY-th message; 0: never
 *
 * The publisher waits for those that never pause: they say how many they
 * received in words of the memory NAME-seen.
 *
 * @module
 */

import { SharedMemory } from "../../../../mod.ts";
import { Subscriber } from "../../../../channel/mod.ts";

const encoder = new TextEncoder();

function say(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

const [name = "", access = "", every = "0"] = Deno.args;
const pauses = Number(every);
using seen = SharedMemory.open(`${name}-seen`);
using mapping = seen.map();
const words = new Int32Array(mapping.bytes.buffer);
using subscriber = Subscriber.open(name, {
  access: access === "read" ? "read" : "read-write",
});
say("ready");
let received = 0;
let last = -1;
for await (const { typeId, bytes } of subscriber) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = view.getUint32(0, true);
  const isSound = number > last && typeId === number % 1000 + 1 &&
    bytes.length === 4 + number % 60 &&
    bytes.subarray(4).every((byte) => byte === (number & 0xff));
  if (!isSound) throw new Error(`behind ${last} came ${number}: ${bytes}`);
  last = number;
  received++;
  if (pauses === 0) Atomics.store(words, 0, last);
  else if (received % pauses === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
say(JSON.stringify({ received, lost: subscriber.lost, last }));

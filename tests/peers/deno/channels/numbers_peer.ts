/**
 * The other process of tests with very many messages: it sends. It says "ready"
 * when it has attached, and begins when it is told to.
 *
 *     numbers_peer.ts KIND FILE LENGTH COUNT PRODUCER BATCH
 *
 * `LENGTH` is that of the region. A batch is a number of messages, or 0 for one
 * at a time. The transmitter of a broadcast keeps within a window of messages
 * that were received, if there is a word behind the region that tells how many.
 *
 * @module
 */

import {
  BroadcastTransmitter,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  type RingBuffer,
} from "../../../../channel/mod.ts";
import { MappedFile } from "../../../../mod.ts";
import { repeat } from "../../channel_stream.ts";
import { makeNumber, NumberSource } from "../../numbers.ts";

/** Of messages of 32 bytes at most in 16384. */
const WINDOW = 400;
/** So many steps, then others have a look. */
const BURST = 256;

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function produce(ring: RingBuffer, count: number, producer: number): void {
  const words = new Int32Array(6);
  const bytes = new Uint8Array(words.buffer);
  let number = 0;
  let length = makeNumber(words, number, producer);
  repeat(() => {
    for (let i = 0; i < BURST; i++) {
      if (number === count) return "done";
      if (!ring.write(producer, bytes, 0, length)) {
        return i > 0 ? "moved" : "stuck";
      }
      length = makeNumber(words, ++number, producer);
    }
    return "moved";
  });
}

function produceBatches(
  ring: RingBuffer,
  count: number,
  producer: number,
  batch: number,
): void {
  const source = new NumberSource(producer, batch);
  let made = 0;
  let written = 0;
  repeat(() => {
    if (written === source.messages.length) {
      made += written;
      written = 0;
      if (made === count) return "done";
      source.make(made, count);
    }
    const more = ring.writeBatch(producer, source.messages, written);
    written += more;
    return more > 0 ? "moved" : "stuck";
  });
}

function transmit(
  memory: Uint8Array,
  regionLength: number,
  count: number,
  producer: number,
): void {
  const transmitter = new BroadcastTransmitter(
    memory.subarray(0, regionLength),
  );
  const received = memory.length > regionLength
    ? new Int32Array(memory.buffer, memory.byteOffset + regionLength, 1)
    : undefined;
  const words = new Int32Array(6);
  const bytes = new Uint8Array(words.buffer);
  let number = 0;
  repeat(() => {
    for (let i = 0; i < BURST; i++) {
      if (number === count) return "done";
      if (received && number - Atomics.load(received, 0) >= WINDOW) {
        return i > 0 ? "moved" : "stuck";
      }
      const length = makeNumber(words, number++, producer);
      transmitter.transmit(producer, bytes, 0, length);
    }
    return "moved";
  });
}

const [kind = "", path = "", ...numbers] = Deno.args;
const [length = 0, count = 0, producer = 0, batch = 0] = numbers.map(Number);
using file = MappedFile.open(path, { access: "read-write" });
using mapping = file.map();
say("ready");
Deno.stdin.readSync(new Uint8Array(8));
if (kind === "broadcast") {
  transmit(mapping.bytes, length, count, producer);
} else {
  const region = mapping.bytes.subarray(0, length);
  const ring = kind === "one-to-one"
    ? new OneToOneRingBuffer(region)
    : new ManyToOneRingBuffer(region);
  if (batch > 0) produceBatches(ring, count, producer, batch);
  else produce(ring, count, producer);
}
say("done");

/**
 * The other process of channel tests. It says "ready" when it has attached.
 *
 *     produce KIND FILE COUNT PRODUCER    says the checksum of what it sent
 *     subscribe FILE CAPACITY LIMIT LAG WORD
 *                                         says what it received and lost
 *
 * A subscriber says after each message how many it has received, in a word
 * behind the region; there, too, it learns how many were sent in all. With a lag
 * it lets the first subscriber receive that many now and then, and then goes on.
 *
 * @module
 */

import {
  BROADCAST_TRAILER_LENGTH,
  BroadcastReceiver,
  CopyBroadcastReceiver,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
} from "../../../../channel/mod.ts";
import { MappedFile } from "../../../../mod.ts";
import {
  checkMessage,
  LIMIT,
  numberOf,
  produce,
  repeat,
  Source,
} from "../../channel_stream.ts";

const encoder = new TextEncoder();

function say(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

function produceAll(
  memory: Uint8Array,
  kind: string,
  count: number,
  producer: number,
): void {
  const ring = kind === "one-to-one"
    ? new OneToOneRingBuffer(memory)
    : new ManyToOneRingBuffer(memory);
  const source = new Source(producer, LIMIT);
  say("ready");
  repeat(() => produce(ring, memory, source, count));
  say(`${source.checksum}`);
}

/** Words behind the region of a broadcast: what the first subscriber received, */
const FIRST = 0;
/** and how many were sent, when that is over. */
const SENT = 2;

function subscribe(
  memory: Uint8Array,
  capacity: number,
  limit: number,
  lag: number,
  word: number,
): void {
  const length = capacity + BROADCAST_TRAILER_LENGTH;
  const region = memory.subarray(0, length);
  const words = new Int32Array(memory.buffer, memory.byteOffset + length, 4);
  const inner = new BroadcastReceiver(region);
  const receiver = new CopyBroadcastReceiver(inner);
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  let next = 0;
  let received = 0;
  let lost = 0;
  let errors = 0;
  /** Whether a loss was reported since the last message. */
  let warned = false;
  say("ready");
  repeat(() => {
    let count = 0;
    try {
      count = receiver.receive((typeId, bytes, offset, length) => {
        const number = numberOf(bytes, offset);
        if (number < next || (number > next && !warned)) {
          throw new Error(`${number} came instead of ${next}`);
        }
        checkMessage(typeId, number, limit, bytes, offset, length);
        lost += number - next;
        next = number + 1;
        received++;
        warned = false;
        Atomics.store(words, word, received);
      });
    } catch (error) {
      if (!`${error}`.includes("unable to keep up")) throw error;
      errors++;
      warned = true;
      return "moved";
    }
    if (count === 0) {
      const sent = Atomics.load(words, SENT);
      if (sent === 0) return "stuck";
      // Nothing more comes: what is missing now was lost, too.
      if (receiver.receive(() => {}) > 0) throw new Error("it was not the end");
      lost += sent - next;
      return "done";
    }
    if (lag > 0 && received % 64 === 0) {
      const target = Atomics.load(words, FIRST) + lag;
      while (
        Atomics.load(words, FIRST) < target && Atomics.load(words, SENT) === 0
      ) {
        Atomics.wait(nobody, 0, 0, 1);
      }
    }
    return "moved";
  });
  say(JSON.stringify({ received, lost, errors, lapped: inner.lappedCount }));
}

const [command = "", ...args] = Deno.args;
const path = command === "produce" ? args[1] : args[0];
using file = MappedFile.open(path ?? "", { access: "read-write" });
using mapping = file.map();
const numbers = args.map(Number);
if (command === "produce") {
  const [kind = "", , count, producer] = args;
  produceAll(mapping.bytes, kind, Number(count), Number(producer));
} else {
  const [, capacity = 0, limit = 0, lag = 0, word = 0] = numbers;
  subscribe(mapping.bytes, capacity, limit, lag, word);
}

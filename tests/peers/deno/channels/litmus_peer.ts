/**
 * The producer of a litmus test: it writes messages as fast as it can. Says
 * "ready", and begins when it is told to.
 *
 *     litmus_peer.ts KIND WAY FILE CAPACITY COUNT SEED
 *
 * In the way "wrong" it publishes each record before its content, as a processor
 * or compiler would that takes liberties.
 *
 * @module
 */

import {
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
  type RingBuffer,
} from "../../../../channel/mod.ts";
import { MappedFile } from "../../../../mod.ts";
import { repeat } from "../../channel_stream.ts";
import {
  fillLitmus,
  LITMUS_BATCH,
  LITMUS_LENGTH,
  LITMUS_WORDS,
  litmusStart,
} from "../../litmus.ts";

/** So many messages, then others have a look. */
const BURST = 256;
const TYPE_ID = 1;

const [kind, way = "", path = "", ...numbers] = Deno.args;
const [capacity = 0, count = 0, seed = 0] = numbers.map(Number);
using file = MappedFile.open(path, { access: "read-write" });
using mapping = file.map();
const region = mapping.bytes.subarray(0, capacity + RING_TRAILER_LENGTH);
const shared = new Int32Array(region.buffer, region.byteOffset, capacity / 4);
const ring: RingBuffer = kind === "one-to-one"
  ? new OneToOneRingBuffer(region)
  : new ManyToOneRingBuffer(region);
const words = new Int32Array(LITMUS_WORDS * LITMUS_BATCH);
const all = new Uint8Array(words.buffer);
const one = all.subarray(0, LITMUS_LENGTH);
const list = Array.from(
  { length: LITMUS_BATCH },
  (_, i) => all.subarray(i * LITMUS_LENGTH, (i + 1) * LITMUS_LENGTH),
);
const start = litmusStart(seed);
let sent = 0;

function fillBatch(): void {
  for (let i = 0; i < LITMUS_BATCH; i++) {
    fillLitmus(words, i * LITMUS_WORDS, (start + sent + i) | 0);
  }
}

let written = LITMUS_BATCH;
/** Writes some of a batch; how many. */
function writeMany(how: (from: number) => number): number {
  if (written === LITMUS_BATCH) {
    fillBatch();
    written = 0;
  }
  const more = how(written);
  written += more;
  if (written === LITMUS_BATCH) sent += LITMUS_BATCH;
  return more;
}

const WAYS: Readonly<Record<string, () => number>> = {
  write() {
    fillLitmus(words, 0, (start + sent) | 0);
    const done = ring.write(TYPE_ID, one) ? 1 : 0;
    sent += done;
    return done;
  },
  claim() {
    const offset = ring.tryClaim(TYPE_ID, LITMUS_LENGTH);
    if (offset < 0) return 0;
    fillLitmus(shared, offset >> 2, (start + sent++) | 0);
    ring.commit(offset);
    return 1;
  },
  wrong() {
    const offset = ring.tryClaim(TYPE_ID, LITMUS_LENGTH);
    if (offset < 0) return 0;
    ring.commit(offset);
    fillLitmus(shared, offset >> 2, (start + sent++) | 0);
    return 1;
  },
  batch: () => writeMany((from) => ring.writeBatch(TYPE_ID, list, from)),
  slices: () =>
    writeMany((from) => ring.writeSlices(TYPE_ID, all, LITMUS_LENGTH, from)),
};

const act = WAYS[way] ?? WAYS["write"]!;
Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
Deno.stdin.readSync(new Uint8Array(8));
repeat(() => {
  for (let i = 0; i < BURST; i++) {
    if (sent >= count) return "done";
    if (act() === 0) return i > 0 ? "moved" : "stuck";
  }
  return "moved";
});

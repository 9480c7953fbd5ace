/**
 * The store that publishes a record is a plain one on x86-64, and V8 is relied on
 * to keep stores in the order of the program, though the language promises nothing
 * about memory that it does not know to be shared. Here 10^8 messages go from
 * process to process, whose content would show any other order; and what breaks
 * the order on purpose is noticed.
 */

import { assert, assertEquals } from "../../../deps.ts";
import {
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
  type RingBuffer,
} from "../../../channel/mod.ts";
import { shared } from "../../helpers/channel/shared.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { SEED } from "../../helpers/seed.ts";
import { repeat } from "../../peers/channel_stream.ts";
import {
  LITMUS_LENGTH,
  LITMUS_WORDS,
  litmusStart,
  type LitmusWay,
} from "../../peers/litmus.ts";
import { Program } from "../../helpers/peers/program.ts";
import { times } from "../../helpers/sync/size.ts";

const KINDS = {
  "one-to-one": (memory: Uint8Array): RingBuffer =>
    new OneToOneRingBuffer(memory),
  "many-to-one": (memory: Uint8Array): RingBuffer =>
    new ManyToOneRingBuffer(memory),
} as const;

/** So many records fit that both sides are at work at the same time. */
const CAPACITY = 8192;

/** Receives a run; the number of words that were not what they should be. */
async function wrongWordsOf(
  kind: keyof typeof KINDS,
  way: LitmusWay,
  count: number,
): Promise<number> {
  const seed = SEED;
  using memory = shared(CAPACITY + RING_TRAILER_LENGTH);
  const { buffer, byteOffset } = memory.bytes;
  const words = new Int32Array(buffer, byteOffset, CAPACITY / 4);
  const ring = KINDS[kind](memory.bytes);
  const script = projectPath("tests/peers/deno/channels/litmus_peer.ts");
  const args = [kind, way, memory.path, CAPACITY, count, seed].map(String);
  await using program = Program.start(denoRun(script, { args }));
  assertEquals(await program.line(), "ready");
  let number = litmusStart(seed);
  let wrong = 0;
  const handler = (
    _typeId: number,
    _bytes: Uint8Array,
    offset: number,
    length: number,
  ) => {
    const from = offset >> 2;
    let bad = length ^ LITMUS_LENGTH;
    for (let i = 0; i < LITMUS_WORDS; i++) {
      bad |= words[from + i]! ^ number ^ (i << 28);
    }
    if (bad !== 0) wrong++;
    number = (number + 1) | 0;
  };
  let left = count;
  await program.tell("go");
  repeat(() => {
    if (left === 0) return "done";
    const read = ring.read(handler);
    left -= read;
    return read > 0 ? "moved" : "stuck";
  });
  await program.end();
  assertEquals(ring.size, 0);
  return wrong;
}

/** Emulation makes each access a call, and orders them as the machine does. */
const count = (millions: number) => times(times(millions * 1_000_000));

const RUNS = [
  ["one-to-one", "write", count(100)],
  ["one-to-one", "claim", count(20)],
  ["one-to-one", "batch", count(20)],
  ["one-to-one", "slices", count(20)],
  ["many-to-one", "write", count(40)],
  ["many-to-one", "batch", count(20)],
] as const;

for (const [kind, way, count] of RUNS) {
  Deno.test(`Stores are seen in the order of the program, ${count} messages, ${kind} ring, ${way}`, async () => {
    // A whole number of batches.
    assertEquals(await wrongWordsOf(kind, way, count - count % 16), 0);
  });
}

Deno.test("A producer that publishes before it writes the content is noticed", async () => {
  assert(await wrongWordsOf("one-to-one", "wrong", times(5_000_000)) > 0);
});

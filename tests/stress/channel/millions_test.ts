/**
 * Ten million messages from process to process through each kind of channel:
 * all of them, in order, whole.
 */

import { assert, assertEquals } from "../../../deps.ts";
import {
  BroadcastReceiver,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
} from "../../../channel/mod.ts";
import { ordinalOf } from "../../../channel/broadcast/broadcast_receiver.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { repeat } from "../../peers/channel_stream.ts";
import { makeNumber, NumberSink } from "../../peers/numbers.ts";
import { Program } from "../../helpers/peers/program.ts";
import { times } from "../../helpers/sync/size.ts";
import { shared, sharedBroadcast } from "../../helpers/channel/shared.ts";

const COUNT = times(10_000_000);
const CAPACITY = 16_384;
/** So many messages of one's own, then a look at those of the other. */
const BURST = 64;

/** Starts the other process, which sends. */
async function peer(...args: readonly (string | number)[]): Promise<Program> {
  const script = projectPath("tests/peers/deno/channels/numbers_peer.ts");
  const program = Program.start(denoRun(script, { args: args.map(String) }));
  assertEquals(await program.line(), "ready");
  await program.tell("go");
  return program;
}

for (const [how, batch] of [["one by one", 0], ["in batches", 32]] as const) {
  Deno.test(`OneToOneRingBuffer carries ten million messages written ${how} from process to process, whole and in order`, async () => {
    const length = CAPACITY + RING_TRAILER_LENGTH;
    using memory = shared(length);
    const ring = new OneToOneRingBuffer(memory.bytes);
    await using program = await peer(
      ...["one-to-one", memory.path, length, COUNT, 1, batch],
    );
    const sink = new NumberSink(memory.bytes, 1);
    repeat(() => {
      if (sink.count === COUNT) return "done";
      const count = ring.read((producer, _bytes, offset, length) => {
        sink.take(producer, offset, length);
      });
      return count > 0 ? "moved" : "stuck";
    });
    assertEquals(await program.line(), "done");
    assertEquals(ring.read(() => {}), 0);
    assertEquals(ring.size, 0);
  });
}

Deno.test("ManyToOneRingBuffer carries ten million messages of two processes at once, those of each whole and in order", async () => {
  const each = COUNT / 2;
  const length = CAPACITY + RING_TRAILER_LENGTH;
  using memory = shared(length);
  const { bytes, path } = memory;
  const ring = new ManyToOneRingBuffer(bytes);
  await using program = await peer("many-to-one", path, length, each, 2, 0);
  // This process is the other producer, and the consumer, too.
  const words = new Int32Array(6);
  const source = new Uint8Array(words.buffer);
  const sink = new NumberSink(bytes, 2);
  let number = 0;
  let size = makeNumber(words, number, 1);
  repeat(() => {
    if (sink.count === 2 * each) return "done";
    let moved = false;
    for (let i = 0; i < BURST && number < each; i++) {
      if (!ring.write(1, source, 0, size)) break;
      size = makeNumber(words, ++number, 1);
      moved = true;
    }
    const count = ring.read((producer, _bytes, offset, length) => {
      sink.take(producer, offset, length);
    }, 2 * BURST);
    return count > 0 || moved ? "moved" : "stuck";
  });
  assertEquals(await program.line(), "done");
  assertEquals(ring.size, 0);
  // All that was read is zero again.
  assert(bytes.subarray(0, CAPACITY).every((byte) => byte === 0));
});

Deno.test("A broadcast carries ten million messages to a subscriber that keeps up, whole, in order and counted", async () => {
  using memory = sharedBroadcast(CAPACITY);
  const { region, words, path } = memory;
  const receiver = new BroadcastReceiver(region);
  await using program = await peer("broadcast", path, region.length, COUNT, 1);
  const sink = new NumberSink(region, 1);
  repeat(() => {
    if (sink.count === COUNT) return "done";
    if (!receiver.receiveNext()) {
      Atomics.store(words, 0, sink.count);
      return "stuck";
    }
    sink.take(receiver.typeId, receiver.offset, receiver.length);
    assert(receiver.validate());
    assert(ordinalOf(receiver) === sink.count);
    if (sink.count % BURST === 0) Atomics.store(words, 0, sink.count);
    return "moved";
  });
  assertEquals(await program.line(), "done");
  assertEquals(receiver.receiveNext(), false);
  assertEquals(receiver.lappedCount, 0);
});

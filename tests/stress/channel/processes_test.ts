/**
 * Millions of messages between Deno processes.
 */

import { assert, assertEquals } from "../../../deps.ts";
import {
  BroadcastTransmitter,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
} from "../../../channel/mod.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import {
  LIMIT,
  produce,
  repeat,
  Sink,
  Source,
} from "../../peers/channel_stream.ts";
import { Program } from "../../helpers/peers/program.ts";
import { times } from "../../helpers/sync/size.ts";
import { shared, sharedBroadcast } from "../../helpers/channel/shared.ts";

/** Starts the other process, which has attached when this returns. */
async function peer(...args: readonly (string | number)[]): Promise<Program> {
  const script = projectPath("tests/peers/deno/channels/channel_peer.ts");
  const program = Program.start(denoRun(script, { args: args.map(String) }));
  assertEquals(await program.line(), "ready");
  return program;
}

for (const capacity of [2048, 16_384]) {
  Deno.test(`OneToOneRingBuffer of ${capacity} bytes carries millions of messages from process to process, whole and in order`, async () => {
    const count = times(capacity < 3000 ? 2_000_000 : 500_000);
    using memory = shared(capacity + RING_TRAILER_LENGTH);
    const ring = new OneToOneRingBuffer(memory.bytes);
    await using program = await peer(
      ...["produce", "one-to-one", memory.path, count, 1],
    );
    const sink = new Sink(1, LIMIT);
    repeat(() => {
      if (sink.count === count) return "done";
      return ring.read(sink.take) > 0 ? "moved" : "stuck";
    });
    assertEquals(Number(await program.line()), sink.checksums[0]);
    assertEquals(ring.read(sink.take), 0);
    assertEquals(ring.size, 0);
  });
}

Deno.test("ManyToOneRingBuffer carries millions of messages of two producers at once, those of each whole and in order", async () => {
  const capacity = 2048;
  const each = times(1_000_000);
  using memory = shared(capacity + RING_TRAILER_LENGTH);
  const { bytes, path } = memory;
  const ring = new ManyToOneRingBuffer(bytes);
  await using program = await peer("produce", "many-to-one", path, each, 2);
  // This process is the other producer, and the consumer, too.
  const source = new Source(1, LIMIT);
  const sink = new Sink(2, LIMIT);
  repeat(() => {
    if (sink.count === 2 * each) return "done";
    let moved = false;
    for (let i = 0; i < 8; i++) {
      if (produce(ring, bytes, source, each) !== "moved") break;
      moved = true;
    }
    return ring.read(sink.take, 12) > 0 || moved ? "moved" : "stuck";
  });
  const theirs = Number(await program.line());
  assertEquals(sink.checksums, [source.checksum, theirs]);
  assertEquals(ring.size, 0);
  // All that was read is zero again.
  assertEquals(bytes.subarray(0, capacity).every((byte) => byte === 0), true);
});

Deno.test("A fast subscriber of a broadcast receives all, a slow one knows how many messages it lost", async () => {
  const capacity = 8192;
  const limit = 77;
  const window = 80;
  const count = times(1_000_000);
  using memory = sharedBroadcast(capacity);
  const { region, words, path } = memory;
  const transmitter = new BroadcastTransmitter(region);
  await using fast = await peer("subscribe", path, capacity, limit, 0, 0);
  await using slow = await peer("subscribe", path, capacity, limit, 500, 3);
  const source = new Source(1, limit);
  repeat(() => {
    if (source.count === count) return "done";
    // Nobody is waited for but the fast one.
    if (source.count - Atomics.load(words, 0) >= window) return "stuck";
    transmitter.transmit(1, source.bytes, 0, source.length);
    source.next();
    return "moved";
  });
  Atomics.store(words, 2, count);
  const all = { received: count, lost: 0, errors: 0, lapped: 0 };
  assertEquals(JSON.parse(await fast.line()), all);
  const { received, lost, errors, lapped } = JSON.parse(await slow.line());
  assertEquals(received + lost, count);
  assert(lost > 0 && errors > 0 && lapped <= errors, `${lost}, ${errors}`);
  assertEquals(Atomics.load(words, 3), received);
});

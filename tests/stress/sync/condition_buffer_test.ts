/**
 * A buffer that is full and empty, between tasks, processes and C.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { compile } from "../../helpers/cc.ts";
import { needing } from "../../helpers/needs.ts";
import { BoundedBuffer } from "../../peers/bounded_buffer.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import {
  denoPeer,
  FUTEX_PEER,
  started,
} from "../../helpers/sync/wait_peers.ts";

const BUFFER = 200;

Deno.test("a bounded buffer between two processes gives each number once, in both directions", async () => {
  using memory = testMemory();
  const items = 15_000;
  const there = BoundedBuffer.create(memory.bytes, BUFFER);
  await using peer = denoPeer(memory);
  const theirs = started(peer.ask("take", BUFFER, items));
  for (let item = 1; item <= items; item++) await there.putAsync(item);
  assertEquals(await theirs, String(items * (items + 1) / 2));

  const ours = started(peer.ask("put", BUFFER, items));
  for (let item = 1; item <= items; item++) {
    assertEquals(await there.takeAsync(), item);
  }
  await ours;
});

Deno.test("a bounded buffer with blocking waits on both sides gives each number once", async () => {
  using memory = testMemory();
  const items = 50_000;
  BoundedBuffer.create(memory.bytes, BUFFER);
  await using producer = denoPeer(memory);
  await using consumer = denoPeer(memory);
  const [, sum] = await Promise.all([
    producer.ask("put", BUFFER, items),
    consumer.ask("take", BUFFER, items),
  ]);
  assertEquals(sum, String(items * (items + 1) / 2));
});

Deno.test(needing(
  ["cc"],
  "a bounded buffer between Deno and a C program that knows the layout gives each number once",
  async () => {
    using memory = testMemory();
    const program = await compile(FUTEX_PEER);
    const items = 30_000;
    BoundedBuffer.create(memory.bytes, BUFFER);
    await using c = Peer.start([program.path, memory.path]);
    await using deno = denoPeer(memory);
    const pairs: [Peer, Peer][] = [[c, deno], [deno, c]];
    for (const [producer, consumer] of pairs) {
      const [, sum] = await Promise.all([
        producer.ask("put", BUFFER, items),
        consumer.ask("take", BUFFER, items),
      ]);
      assertEquals(sum, String(items * (items + 1) / 2));
    }
  },
));

/**
 * Bytes that are not what they say: of another length, or without memory.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "../../deps.ts";
import { BroadcastTransmitter, OneToOneRingBuffer } from "../../channel/mod.ts";
import { Latest, SharedMap, WorkQueue } from "../../store/mod.ts";
import { testName } from "../helpers/store/place.ts";

/** Bytes of which the array itself says another length. */
function liar(length: number, said: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(9);
  return Object.defineProperty(bytes, "byteLength", { value: said });
}

/** Arrays without memory: of one that was transferred, and of one made smaller. */
function withoutMemory(): Uint8Array[] {
  const transferred = new Uint8Array(9);
  transferred.buffer.transfer();
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 });
  const outside = new Uint8Array(buffer, 32, 32);
  buffer.resize(40);
  return [transferred, outside];
}

Deno.test("A job that says that it is shorter than it is does not overwrite others", () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, { jobs: 3, byteLength: 60 });
  assertThrows(() => queue.tryPut(liar(300, 5)), RangeError, "received 300");
  assertEquals(queue.tryPut(liar(7, 60)), 1);
  assertEquals(queue.tryPut(new Uint8Array([1, 2])), 2);
  assertEquals(queue.tryTake()?.bytes.length, 7);
  assertEquals(queue.tryTake()?.bytes, new Uint8Array([1, 2]));
});

Deno.test("A job that grows while it waits for room is refused", async () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, { jobs: 1, byteLength: 60 });
  assertEquals(queue.tryPut(new Uint8Array(3)), 1);
  const buffer = new ArrayBuffer(10, { maxByteLength: 400 });
  const rejected = assertRejects(
    () => queue.put(new Uint8Array(buffer)),
    RangeError,
    "received 400",
  );
  buffer.resize(400);
  queue.tryTake()?.done();
  await rejected;
  assertEquals(queue.tryPut(new Uint8Array(4)), 2);
});

Deno.test("Values and keys of a map are as long as they are, not as they say", () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 2 ** 16 });
  map.set("before", new Uint8Array(50).fill(1));
  map.set("short", liar(500, 5));
  map.set("long", liar(5, 500));
  map.set("after", new Uint8Array(50).fill(2));
  map.set(liar(2, 12), new Uint8Array(1));
  assertThrows(() => map.set("huge", liar(2 ** 20, 5)), RangeError);
  assertEquals(map.get("short"), new Uint8Array(500).fill(9));
  assertEquals(map.get("long"), new Uint8Array(5).fill(9));
  assertEquals(map.get("before"), new Uint8Array(50).fill(1));
  assertEquals(map.get("after"), new Uint8Array(50).fill(2));
  assertEquals(map.get(new Uint8Array([9, 9])), new Uint8Array(1));
});

Deno.test("Bytes without memory are refused, and nothing is stored", () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 5000 });
  using of = testName();
  using latest = Latest.create(of.place, { byteLength: 60 });
  using by = testName();
  using queue = WorkQueue.create(by.place, { jobs: 2, byteLength: 60 });
  const ring = new OneToOneRingBuffer(new Uint8Array(1024 + 768));
  const transmitter = new BroadcastTransmitter(new Uint8Array(1024 + 128));
  for (const bytes of withoutMemory()) {
    const refused = [
      () => map.set("key", bytes),
      () => map.set(bytes, new Uint8Array(1)),
      () => map.update("key", () => bytes),
      () => map.compareAndSet("key", null, bytes),
      () => latest.write(bytes),
      () => queue.tryPut(bytes),
      () => ring.write(1, bytes),
      () => ring.writeBatch(1, [new Uint8Array(1), bytes]),
      () => transmitter.transmit(1, bytes),
    ];
    for (const act of refused) {
      assertThrows(act, TypeError, "unmapped or transferred");
    }
  }
  assertEquals([map.size, latest.read(), ring.size], [0, null, 0]);
  assertEquals(queue.status().waiting, 0);
  assertEquals(latest.write(new Uint8Array(0)), 1);
  map.set("empty", new Uint8Array(0));
  assertEquals(map.get("empty"), new Uint8Array(0));
});

Deno.test("A proxy of an array is no value, key, job or target, and is called so", () => {
  using at = testName();
  const proxy = new Proxy(new Uint8Array(8), {});
  using latest = Latest.create(`${at.name}-latest`, { byteLength: 8 });
  latest.unlink();
  latest.write(new Uint8Array(8));
  using map = SharedMap.create(`${at.name}-map`, { budget: 8192 });
  map.unlink();
  using queue = WorkQueue.create(at.place, { jobs: 2, byteLength: 8 });
  for (
    const act of [
      () => latest.write(proxy),
      () => latest.readInto(proxy),
      () => map.set("key", proxy),
      () => map.set(proxy, new Uint8Array(1)),
      () => queue.tryPut(proxy),
    ]
  ) assertThrows(act, TypeError, "must be ");
});

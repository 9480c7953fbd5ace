/**
 * What of a ring or broadcast buffer can be seen and changed from outside, and
 * its options.
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
  type RingBuffer,
} from "../../../channel/mod.ts";
import { denoRun } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import {
  drain,
  makeRing,
  MANY_TO_ONE,
  ONE_TO_ONE,
  payload,
  readAll,
  readTypes,
  RING_KINDS,
} from "../../helpers/channel/rings.ts";

const CLASSES = { OneToOneRingBuffer, ManyToOneRingBuffer } as const;

for (const kind of RING_KINDS) {
  const { name } = kind;
  const attach = (memory: Uint8Array, options: unknown): RingBuffer =>
    Reflect.construct(CLASSES[name], [memory, options]);

  Deno.test(`${name} has no property of its own that a user could set`, () => {
    const { ring } = makeRing(kind, 1024);
    const source = payload(64);
    for (let i = 0; i < 4; i++) ring.write(1, source);
    assertEquals(Reflect.ownKeys(ring), []);
    // They would be what write() goes by, if it went by properties.
    for (const key of ["tail", "head", "mask", "words", "capacity"]) {
      Reflect.defineProperty(ring, key, { value: 0 });
    }
    for (let i = 0; i < 4; i++) ring.write(2, source);
    assertEquals(readTypes(ring), [1, 1, 1, 1, 2, 2, 2, 2]);
  });

  Deno.test(`${name} refuses options that are none, naming them`, () => {
    const memory = new Uint8Array(64 + RING_TRAILER_LENGTH);
    for (
      const [options, part] of [
        [null, "received null"],
        ["strict", 'received "strict"'],
        [{ ordre: "strict" }, '"ordre"'],
        [{ order: "weak" }, '"weak"'],
        [{ order: null }, "received null"],
      ] as const
    ) assertThrows(() => attach(memory, options), TypeError, part);
    assert(memory.every((byte) => byte === 0));
  });

  Deno.test(`${name} in strict order leaves the same bytes as in that of the processor`, () => {
    const run = (order: "strict" | "processor") => {
      const { memory } = makeRing(kind, 512, 2n ** 32n - 512n);
      const ring = attach(memory, { order });
      const source = payload(24);
      const list = [payload(8), payload(3), payload(16)];
      const seen = [];
      for (let lap = 0; lap < 12; lap++) {
        for (let i = 0; i < 3; i++) ring.write(1 + i, source);
        ring.write(5, payload(7, lap), 2, 3);
        for (let i = 0; i < 3; i++) ring.writeBatch(6, list);
        ring.writeSlices(7, payload(32), 8);
        const [one, other] = [ring.tryClaim(8, 5), ring.tryClaim(9, 5)];
        if (one >= 0) ring.commit(one);
        if (other >= 0) ring.abort(other);
        seen.push(...drain(ring));
        seen.push([...memory]);
      }
      return seen;
    };
    const strict = run("strict");
    assert(strict.length > 100);
    assertEquals(strict, run("processor"));
  });

  Deno.test(`${name} refuses arguments of other types with the ordinary errors`, () => {
    const { ring, memory } = makeRing(kind, 1024);
    const source = payload(64);
    for (let i = 0; i < 3; i++) ring.write(1, source);
    const before = memory.slice();
    const wrong: readonly unknown[] = [1n, Symbol("x"), null, "1", {}, {
      valueOf: () => 1,
    }];
    for (const value of wrong) {
      for (
        const [what, call] of Object.entries({
          typeId: () => Reflect.apply(ring.write, ring, [value, source]),
          offset: () => Reflect.apply(ring.write, ring, [1, source, value, 1]),
          length: () => Reflect.apply(ring.tryClaim, ring, [1, value]),
          from: () =>
            Reflect.apply(ring.writeBatch, ring, [1, [source], value]),
          limit: () => Reflect.apply(ring.read, ring, [() => {}, value]),
        })
      ) {
        assertThrows(
          call,
          TypeError,
          `Cannot use ${what}: it must be a number`,
        );
      }
      const claim = () => Reflect.apply(ring.tryClaim, ring, [value, 8]);
      assertThrows(claim, TypeError, "typeId");
      const commit = () => Reflect.apply(ring.commit, ring, [value]);
      assertThrows(commit, TypeError, "offset");
      const slices = () =>
        Reflect.apply(ring.writeSlices, ring, [1, source, value]);
      assertThrows(slices, TypeError, "length");
    }
    const heartbeat = () => Reflect.set(ring, "consumerHeartbeatTime", 1);
    assertThrows(heartbeat, TypeError, "consumerHeartbeatTime");
    assertThrows(() => ring.write(-0, source), RangeError, "typeId");
    assertEquals(memory, before);
  });

  Deno.test(`${name} takes -0 for 0`, () => {
    const { ring } = makeRing(kind, 1024);
    assert(ring.write(1, payload(4), -0, -0));
    assert(ring.tryClaim(2, -0) > 0);
    assertEquals(ring.writeBatch(3, [payload(1)], -0), 1);
    assertEquals(ring.writeSlices(4, payload(8), 8, -0), 1);
    assertEquals(ring.read(() => {}, -0), 0);
    const [message] = readAll(ring, 1);
    assertEquals(message?.payload, []);
  });

  Deno.test(`${name} says that its memory is gone, whatever is asked`, () => {
    const { ring, memory } = makeRing(kind, 1024);
    ring.write(1, payload(8));
    structuredClone(memory.buffer, { transfer: [memory.buffer] });
    for (
      const call of [
        () => ring.read(() => {}),
        () => ring.controlledRead(() => {}),
        () => ring.write(1, payload(8)),
        () => ring.writeBatch(1, [payload(8)]),
        () => ring.tryClaim(1, 8),
        () => ring.commit(8),
        () => ring.size,
        () => ring.producerPosition,
        () => ring.consumerPosition,
        () => ring.consumerHeartbeatTime,
        () => ring.nextCorrelationId(),
      ]
    ) assertThrows(call, TypeError, "unmapped or transferred");
  });
}

Deno.test("Ring buffers take SHMEM_ORDER where it may be read, and only then", async () => {
  const program = `
    import { OneToOneRingBuffer } from "./channel/mod.ts";
    const ring = new OneToOneRingBuffer(new Uint8Array(64 + 768));
    let stores = 0;
    const { store } = Atomics;
    Atomics.store = (...all) => (stores++, store(...all));
    for (let i = 0; i < 2; i++) ring.write(1, new Uint8Array(8));
    console.log(stores > 0 ? "atomic" : "plain");
  `;
  const run = async (permissions: readonly string[]) => {
    const script = await Deno.makeTempFile({ suffix: ".ts" });
    using _ = { [Symbol.dispose]: () => Deno.removeSync(script) };
    const root = new URL("../../../", import.meta.url).href;
    await Deno.writeTextFile(script, program.replaceAll('"./', `"${root}`));
    const command = denoRun(script, {
      permissions: ["--allow-read", ...permissions],
    });
    await using child = Program.start([
      "env",
      "SHMEM_ORDER=strict",
      ...command,
    ]);
    return (await child.end()).stdout.trim();
  };
  assertEquals(await run(["--allow-env=SHMEM_ORDER"]), "atomic");
  const expected = Deno.build.arch === "x86_64" ? "plain" : "atomic";
  assertEquals(await run([]), expected);
});

Deno.test("Broadcast buffers have no property of their own that a user could set", () => {
  const memory = new Uint8Array(1024 + BROADCAST_TRAILER_LENGTH);
  const transmitter = new BroadcastTransmitter(memory);
  const receiver = new BroadcastReceiver(memory);
  const copying = new CopyBroadcastReceiver(receiver);
  for (const end of [transmitter, receiver, copying]) {
    assertEquals(Reflect.ownKeys(end), []);
  }
  assertEquals(transmitter.capacity, 1024);
  assertEquals(transmitter.maxMessageLength, 128);
  assertEquals(receiver.bytes, memory);
});

Deno.test("Broadcast buffers say that their memory is gone", () => {
  const memory = new Uint8Array(1024 + BROADCAST_TRAILER_LENGTH);
  const transmitter = new BroadcastTransmitter(memory);
  const receiver = new BroadcastReceiver(memory);
  const copying = new CopyBroadcastReceiver(new BroadcastReceiver(memory));
  transmitter.transmit(1, payload(8));
  structuredClone(memory.buffer, { transfer: [memory.buffer] });
  for (
    const call of [
      () => transmitter.transmit(1, payload(8)),
      () => receiver.receiveNext(),
      () => receiver.validate(),
      () => copying.receive(() => {}),
    ]
  ) assertThrows(call, TypeError, "unmapped or transferred");
});

/** Where a consumer notes how far the head will move, from the capacity on. */
const JOURNAL = 392;

Deno.test("ManyToOneRingBuffer takes nothing for a message that a dead consumer left half zeroed", () => {
  // The payloads look like records, and the consumer zeroed up to `zeroed`.
  for (let zeroed = 0; zeroed <= 96; zeroed += 4) {
    for (const way of ["read", "controlledRead", "unblock"] as const) {
      const test = makeRing(MANY_TO_ONE, 256);
      const { memory, longs, capacity } = test;
      const trap = new Int32Array([16, 99, 16, 99]);
      const source = new Uint8Array(trap.buffer);
      // It had delivered four.
      for (let i = 1; i <= 5; i++) test.ring.write(i, source);
      longs[(capacity + JOURNAL) / 8] = 96n;
      memory.fill(0, 0, zeroed);
      const ring = MANY_TO_ONE.attach(memory);
      if (way === "unblock") assertEquals(ring.unblock(), false);
      const types: number[] = [];
      const handler = (typeId: number) => void types.push(typeId);
      if (way === "read") ring.read(handler);
      else ring.controlledRead(handler);
      assertEquals(types, [5], `zeroed up to ${zeroed}, then ${way}`);
      assertEquals(ring.size, 0);
    }
  }
});

Deno.test("OneToOneRingBuffer.unblock() changes nothing", () => {
  const { ring, memory } = makeRing(ONE_TO_ONE, 64);
  ring.tryClaim(1, 8);
  const before = memory.slice();
  assertEquals(ring.unblock(), false);
  assertEquals(memory, before);
});

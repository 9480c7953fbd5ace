/**
 * Broadcast buffers whose transmitter died, which message a receiver stands on,
 * and receivers on memory that they cannot write.
 */

import { assert, assertEquals, loadFastCheck } from "../../../deps.ts";
import {
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
} from "../../../channel/mod.ts";
import { ordinalOf } from "../../../channel/broadcast/broadcast_receiver.ts";
import { shareOf } from "../../helpers/sync/size.ts";
import {
  makeBroadcast,
  positions,
  receive,
} from "../../helpers/channel/broadcasts.ts";
import { payload } from "../../helpers/channel/rings.ts";
import { SEED } from "../../helpers/seed.ts";
import {
  CAPACITY,
  numbered,
  numberOf,
  PAIRS,
  pairs,
} from "../../helpers/channel/numbered_broadcasts.ts";

const fc = await loadFastCheck();

Deno.test("BroadcastTransmitter keeps position and ordinal of its two last messages", () => {
  const { transmitter, longs } = makeBroadcast(CAPACITY);
  const ends = [0n];
  for (let i = 1; i <= 40; i++) {
    transmitter.transmit(1, payload(i % 33));
    const tail = longs[CAPACITY / 8 + 1] ?? 0n;
    ends.push(tail);
    const [one, first, other, second] = pairs(longs);
    const found = new Map([[one, first], [other, second]]);
    assertEquals(found.get(tail), BigInt(i));
    assertEquals(found.get(ends[i - 1]), BigInt(i - 1));
  }
});

Deno.test("ordinalOf() says which message a receiver stands on", () => {
  const { transmitter, memory } = makeBroadcast(CAPACITY);
  const receiver = new BroadcastReceiver(memory);
  assertEquals(ordinalOf(receiver), 0);
  for (let i = 1; i <= 100; i++) {
    transmitter.transmit(1, numbered(i, i % 33));
    assertEquals(receiver.receiveNext(), true);
    assertEquals(ordinalOf(receiver), i);
    assertEquals(numberOf(receiver), i);
    assertEquals(receiver.receiveNext(), false);
    assertEquals(ordinalOf(receiver), i);
  }
});

Deno.test("ordinalOf() counts from the first message, whenever a receiver comes", () => {
  for (const before of [0, 1, 2, 7, 100]) {
    const { transmitter, memory } = makeBroadcast(CAPACITY);
    for (let i = 1; i <= before; i++) transmitter.transmit(1, numbered(i));
    const receiver = new BroadcastReceiver(memory);
    assertEquals(ordinalOf(receiver), Math.max(0, before - 1));
    transmitter.transmit(1, numbered(before + 1));
    for (let i = Math.max(1, before); i <= before + 1; i++) {
      assertEquals(receiver.receiveNext(), true);
      assertEquals([ordinalOf(receiver), numberOf(receiver)], [i, i]);
    }
  }
});

Deno.test("ordinalOf() tells exactly how many messages a receiver lost, however it is lapped", () => {
  const step = fc.record({
    sent: fc.oneof(fc.nat(4), fc.nat(200)),
    length: fc.nat(32),
    received: fc.nat(20),
    // Messages that come between moving to one and validating it.
    meanwhile: fc.constantFrom(0, 0, 0, 1, 5, 30, 100),
  });
  const start = fc.constantFrom(0, 1, 150);
  const property = fc.property(fc.array(step), start, (steps, start) => {
    const { transmitter, memory } = makeBroadcast(CAPACITY);
    let sent = 0;
    const send = (count: number, length: number) => {
      for (let i = 0; i < count; i++) {
        transmitter.transmit(1, numbered(++sent, (length + i) % 33));
      }
    };
    send(start, 8);
    const receiver = new BroadcastReceiver(memory);
    let last = ordinalOf(receiver) ?? NaN;
    let lost = 0;
    let received = start === 0 ? 0 : start - 1;
    for (const step of steps) {
      send(step.sent, step.length);
      for (let i = 0; i < step.received && receiver.receiveNext(); i++) {
        const number = numberOf(receiver);
        send(step.meanwhile, i);
        const ordinal = ordinalOf(receiver) ?? NaN;
        if (!receiver.validate()) continue;
        assertEquals(ordinal, number);
        assert(ordinal > last);
        lost += ordinal - last - 1;
        last = ordinal;
        received++;
      }
    }
    // The last one always arrives.
    while (receiver.receiveNext()) {
      const ordinal = ordinalOf(receiver) ?? NaN;
      assertEquals(ordinal, numberOf(receiver));
      lost += ordinal - last - 1;
      last = ordinal;
      received++;
    }
    assertEquals(received + lost, sent);
  });
  fc.assert(property, { numRuns: shareOf(1000), seed: SEED });
});

Deno.test("ordinalOf() goes on with a new transmitter, wherever the former one died", () => {
  for (const length of [8, 32]) {
    const make = () => {
      const test = makeBroadcast(CAPACITY);
      for (let i = 1; i <= 13; i++) test.transmitter.transmit(1, numbered(i));
      // 16 of 256 bytes are left before the end.
      assertEquals(positions(test)[1], 208n);
      test.transmitter.transmit(1, numbered(14, 24));
      return test;
    };
    const after = make();
    after.transmitter.transmit(1, numbered(99, length));
    const steps = [
      [CAPACITY, CAPACITY + 8], // intent
      [0, CAPACITY], // padding and record
      [CAPACITY + PAIRS, CAPACITY + PAIRS + 8], // half of a pair
      [CAPACITY + PAIRS, CAPACITY + PAIRS + 32], // all of it
      [CAPACITY + 16, CAPACITY + 24], // latest
      [CAPACITY + 8, CAPACITY + 16], // tail
    ];
    for (let count = 0; count <= steps.length; count++) {
      const test = make();
      const early = new BroadcastReceiver(test.memory);
      for (const [from = 0, to = 0] of steps.slice(0, count)) {
        test.memory.set(after.memory.subarray(from, to), from);
      }
      const whole = count === steps.length;
      const left = positions(test)[0] ?? 0n;
      const next = new BroadcastTransmitter(test.memory);
      const late = new BroadcastReceiver(test.memory);
      // Not before the tail it was sent: a next transmitter writes over it.
      const latest = count === steps.length - 1 ? 14 : 13;
      assertEquals(ordinalOf(late), whole ? 14 : latest, `${count} steps`);
      for (let i = 1; i <= 40; i++) {
        const number = 14 + i + (whole ? 1 : 0);
        next.transmit(1, numbered(number, 0));
        const [intent = 0n, tail = 0n] = positions(test);
        assertEquals(intent, tail > left ? tail : left);
        // What lies behind the intent is whole, and what is whole is counted.
        for (const receiver of [early, late]) {
          let last = 0;
          while (receiver.receiveNext()) {
            if (!receiver.validate()) continue;
            last = ordinalOf(receiver) ?? NaN;
            if (last > 14 + (whole ? 1 : 0)) {
              assertEquals(numberOf(receiver), last);
            }
          }
          if (tail >= left) assertEquals(last, number);
        }
      }
    }
  }
});

Deno.test("BroadcastTransmitter that takes over never says less than one that died in the middle had said", () => {
  const test = makeBroadcast(CAPACITY);
  for (let i = 0; i < 5; i++) test.transmitter.transmit(1, payload(24));
  // It died with a record of 40 bytes under way.
  test.longs[CAPACITY / 8] = 200n;
  const receiver = new CopyBroadcastReceiver(
    new BroadcastReceiver(test.memory),
  );
  const next = new BroadcastTransmitter(test.memory);
  const intents = [0, 0, 0, 0, 0, 0].map(() => {
    next.transmit(1, payload(0));
    return positions(test)[0];
  });
  assertEquals(intents, [200n, 200n, 200n, 200n, 200n, 208n]);
  assert(Array.isArray(receive(receiver)));
});

Deno.test("BroadcastReceiver that is lapped waits for the next transmitter when the former one died before its tail", () => {
  const test = makeBroadcast(CAPACITY);
  const { transmitter, memory, longs } = test;
  for (let i = 1; i <= 2; i++) transmitter.transmit(1, numbered(i));
  const receiver = new BroadcastReceiver(memory);
  const other = new BroadcastReceiver(memory);
  const copying = new CopyBroadcastReceiver(other);
  for (let i = 3; i <= 40; i++) transmitter.transmit(1, numbered(i));
  // The tail of the message before, and the latest position of the newest.
  longs[CAPACITY / 8 + 1] = 39n * 16n;
  assertEquals(receiver.receiveNext(), false);
  assertEquals(receiver.lappedCount, 1);
  assertEquals(receiver.receiveNext(), false);
  assertEquals(receiver.lappedCount, 1);
  assertEquals(String(receive(copying)).includes("keep up"), true);
  assertEquals(receive(copying), undefined);
  const next = new BroadcastTransmitter(memory);
  for (let i = 40; i <= 45; i++) {
    next.transmit(1, numbered(i, 32));
    assertEquals(receiver.receiveNext(), true);
    assertEquals([ordinalOf(receiver), numberOf(receiver)], [i, i]);
    assertEquals(receive(copying), [1, ...numbered(i, 32)]);
  }
});

Deno.test("BroadcastTransmitter does not take an intent for a dead one's that no sound transmitter had", () => {
  for (const intent of [2n ** 62n, -8n, 161n + 256n, 132n]) {
    const test = makeBroadcast(CAPACITY);
    for (let i = 0; i < 5; i++) test.transmitter.transmit(1, payload(24));
    test.longs[CAPACITY / 8] = intent;
    new BroadcastTransmitter(test.memory).transmit(1, payload(0));
    assertEquals(positions(test).slice(0, 2), [168n, 168n]);
  }
});

Deno.test("ordinalOf() is undefined where another kind of transmitter did not count", () => {
  // Memory as it left it: positions, and no pairs.
  const test = makeBroadcast(CAPACITY, 512n);
  const receiver = new BroadcastReceiver(test.memory);
  assertEquals(ordinalOf(receiver), undefined);
  test.transmitter.transmit(1, payload(8));
  assertEquals(receiver.receiveNext(), true);
  assertEquals(ordinalOf(receiver), undefined);
  for (let i = 0; i < 50; i++) test.transmitter.transmit(1, payload(8));
  assertEquals(receiver.receiveNext(), true);
  assertEquals(receiver.lappedCount, 1);
  assertEquals(ordinalOf(receiver), undefined);
  assertEquals(pairs(test.longs), [0n, 0n, 0n, 0n]);
});

Deno.test("BroadcastTransmitter forgets ordinals when another kind of transmitter was there since", () => {
  const test = makeBroadcast(CAPACITY);
  for (let i = 0; i < 5; i++) test.transmitter.transmit(1, payload(8));
  assert(pairs(test.longs).some((word) => word !== 0n));
  const receiver = new BroadcastReceiver(test.memory);
  test.longs.fill(96n, CAPACITY / 8, CAPACITY / 8 + 2);
  test.longs[CAPACITY / 8 + 2] = 80n;
  const next = new BroadcastTransmitter(test.memory);
  assertEquals(pairs(test.longs), [0n, 0n, 0n, 0n]);
  for (let i = 0; i < 50; i++) next.transmit(1, payload(8));
  assertEquals(pairs(test.longs), [0n, 0n, 0n, 0n]);
  assertEquals(receiver.receiveNext(), true);
  assertEquals(ordinalOf(receiver), undefined);
});

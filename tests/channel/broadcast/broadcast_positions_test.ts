/**
 * Positions of broadcast buffers, and receivers that are overtaken in the
 * middle of a step.
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import {
  BroadcastReceiver,
  CopyBroadcastReceiver,
} from "../../../channel/mod.ts";
import {
  copying,
  makeBroadcast,
  positions,
  receive,
  type TestBroadcast,
} from "../../helpers/channel/broadcasts.ts";
import { assertRefused, payload } from "../../helpers/channel/rings.ts";

const LAP = 128n;

for (const power of [31n, 32n, 33n, 40n]) {
  Deno.test(`BroadcastTransmitter carries its positions over 2^${power}`, () => {
    const start = 2n ** power - LAP;
    const test = makeBroadcast(Number(LAP), start);
    const { transmitter, memory } = test;
    const receivers = [new BroadcastReceiver(memory), copying(memory)] as const;
    let tail = start;
    for (let i = 0; i < 60; i++) {
      const message = payload(i % 17, i);
      const record = BigInt((message.length + 8 + 7) & -8);
      const index = tail % LAP;
      const latest = index + record > LAP ? tail + LAP - index : tail;
      tail = latest + record;
      transmitter.transmit(1 + i, message);
      assertEquals(positions(test), [tail, tail, latest]);
      const [inPlace, copies] = receivers;
      assertEquals(inPlace.receiveNext(), true);
      assertEquals(inPlace.typeId, 1 + i);
      assertEquals(BigInt(inPlace.offset), latest % LAP + 8n);
      assertEquals(inPlace.validate(), true);
      assertEquals(receive(copies), [1 + i, ...message]);
      assertEquals(inPlace.receiveNext(), false);
    }
    assertEquals(receivers[0].lappedCount, 0);
    assert(tail - start > 6n * LAP);
  });
}

Deno.test("BroadcastTransmitter stops before its positions are beyond what a number holds, and what it sent arrives", () => {
  const start = 2n ** 53n - 2n ** 31n - LAP;
  const { transmitter, memory } = makeBroadcast(Number(LAP), start);
  const receiver = copying(memory);
  for (let sent = 0; sent < 8; sent++) {
    transmitter.transmit(1 + sent, payload(8));
    assertEquals(receive(receiver), [1 + sent, ...payload(8)]);
  }
  const transmit = () => transmitter.transmit(9, payload(8));
  assertRefused(memory, transmit, RangeError, "position");
  assertEquals(receive(receiver), undefined);
});

Deno.test("CopyBroadcastReceiver fails when the positions go beyond what a number holds", () => {
  const { transmitter, memory, longs } = makeBroadcast(Number(LAP));
  const receiver = copying(memory);
  transmitter.transmit(1, payload(3));
  for (const position of [2n ** 53n, -1n]) {
    longs[16 + 1] = position;
    assertThrows(
      () => receiver.receive(() => {}),
      RangeError,
      `position ${Number(position)}`,
    );
  }
});

/**
 * Lets something happen right after the n-th atomic load, as another process
 * would make it.
 */
function afterLoad(n: number, act: () => void): Disposable {
  const { load } = Atomics;
  let count = 0;
  const counted: typeof Atomics.load = new Proxy(load, {
    apply(target, self, values) {
      const value = Reflect.apply(target, self, values);
      if (++count === n) {
        Atomics.load = load;
        act();
      }
      return value;
    },
  });
  Atomics.load = counted;
  return { [Symbol.dispose]: () => void (Atomics.load = load) };
}

/**
 * Bytes that look like the header of a record wherever a receiver that lost
 * its way comes upon them: it must not take them for one.
 */
function disguised(length: number, header: readonly [number, number]) {
  const words = new Int32Array(length / 4);
  for (let i = 0; i < words.length; i++) words[i] = header[i % 2] ?? 0;
  return new Uint8Array(words.buffer);
}

const GENUINE = 1000;

/** Sends until the receiver's next record is overwritten, and some more. */
function overtake(
  { transmitter }: TestBroadcast,
  header: readonly [number, number],
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const length = i % 3 * 8;
    transmitter.transmit(GENUINE + i, disguised(length, header));
  }
}

for (
  const [what, header] of [
    ["a short message", [16, 5]],
    ["a long message", [72, 5]],
    ["padding", [24, -1]],
    ["a message without end", [2 ** 31 - 1, 5]],
  ] as const
) {
  Deno.test(`CopyBroadcastReceiver.receive() never gives garbage that looks like ${what}, wherever it is overtaken`, () => {
    for (let load = 1; load <= 6; load++) {
      for (let count = 1; count <= 40; count++) {
        // A lap starts with a record: what is misread lies further on.
        const test = makeBroadcast(256);
        const inner = new BroadcastReceiver(test.memory);
        const receiver = new CopyBroadcastReceiver(inner);
        overtake(test, header, 9);
        for (let i = 0; i < 1 + count % 8; i++) receive(receiver);
        {
          using _overtaken = afterLoad(load, () => {
            overtake(test, header, count);
          });
          assertGenuine(receive(receiver), header);
        }
        for (let i = 0; i < 40; i++) {
          if (i % 4 === 0) overtake(test, header, 1);
          assertGenuine(receive(receiver), header);
        }
      }
    }
  });
}

function assertGenuine(
  received: ReturnType<typeof receive>,
  header: readonly [number, number],
): void {
  if (received === undefined) return;
  if (typeof received === "string") {
    assert(received.includes("unable to keep up"), received);
    return;
  }
  const [typeId, ...bytes] = received;
  assert(typeId >= GENUINE, `type ${typeId} was never sent`);
  const length = (typeId - GENUINE) % 3 * 8;
  assertEquals(bytes, [...disguised(length, header)], `type ${typeId}`);
}

Deno.test("CopyBroadcastReceiver.receive() comes to an end where padding is shorter than the rest of the data area", () => {
  const { transmitter, memory, words } = makeBroadcast(256);
  const receiver = copying(memory);
  for (let i = 1; i <= 5; i++) transmitter.transmit(i, payload(8));
  // Turns the fourth into padding that nobody writes there.
  words[48 / 4 + 1] = -1;
  let calls = 0;
  for (; calls < 40; calls++) {
    if (receive(receiver) === undefined) break;
  }
  assert(calls <= 6, `${calls} messages of 5`);
});

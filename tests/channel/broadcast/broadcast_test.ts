/**
 * Broadcast buffers.
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import {
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
} from "../../../channel/mod.ts";
import {
  copying,
  makeBroadcast,
  positions,
  receive,
} from "../../helpers/channel/broadcasts.ts";
import {
  assertRefused,
  firstDifference,
  payload,
} from "../../helpers/channel/rings.ts";

const ENDS = {
  BroadcastTransmitter,
  BroadcastReceiver,
} as const;

for (const [name, End] of Object.entries(ENDS)) {
  Deno.test(`${name} refuses capacities that are no power of two, below 32 or above 2^30`, () => {
    for (const capacity of [-1, 0, 8, 16, 24, 1000, 1032, 2 ** 31]) {
      const memory = new Uint8Array(capacity + 128);
      assertThrows(
        () => new End(memory),
        RangeError,
        `power of two from 32 to 2^30, and 128 bytes more: received ${
          capacity + 128
        }`,
      );
    }
    assertEquals(new End(new Uint8Array(32 + 128)).capacity, 32);
  });

  Deno.test(`${name} refuses memory that does not start at a multiple of 8, and what is no memory`, () => {
    const buffer = new ArrayBuffer(64 + 128 + 8);
    const unaligned = new Uint8Array(buffer, 4, 64 + 128);
    assertThrows(() => new End(unaligned), RangeError, "received offset 4");
    // @ts-expect-error -- the types refuse it, too
    assertThrows(() => new End(buffer), TypeError, "Uint8Array");
  });

  Deno.test(`${name} refuses positions that no number holds`, () => {
    for (const start of [-1n, -(2n ** 63n), 2n ** 53n, 2n ** 60n]) {
      const { memory, longs } = makeBroadcast(64);
      longs.fill(start, 8, 11);
      const use = () => {
        const end = new End(memory);
        if (end instanceof BroadcastTransmitter) end.transmit(1, payload(3));
      };
      assertRefused(memory, use, RangeError, "position", `${Number(start)}`);
    }
  });
}

Deno.test("BroadcastTransmitter refuses types, lengths and sources that are out of range", () => {
  const { transmitter, memory } = makeBroadcast(256);
  assertEquals(transmitter.maxMessageLength, 32);
  const source = payload(13);
  for (const typeId of [0, -1, -2, 2 ** 31, 1.5, NaN]) {
    const transmit = () => transmitter.transmit(typeId, source);
    assertRefused(memory, transmit, RangeError, "typeId", `${typeId}`);
  }
  for (const length of [33, 100, 2 ** 31, 2 ** 40]) {
    const transmit = () =>
      transmitter.transmit(1, new Uint8Array(200), 0, length);
    assertRefused(memory, transmit, RangeError, `${length} bytes`, "have 32");
  }
  for (
    const [offset, length] of [[0, 14], [13, 1], [-1, 3], [0, -1], [0, NaN]]
  ) {
    const transmit = () => transmitter.transmit(1, source, offset, length);
    assertRefused(memory, transmit, RangeError);
  }
  // @ts-expect-error -- the types refuse it, too
  assertRefused(memory, () => transmitter.transmit(1, [1], 0, 1), TypeError);
});

Deno.test("BroadcastTransmitter refuses a source whose memory is gone, and goes on", () => {
  const { transmitter, memory } = makeBroadcast(256);
  const receiver = copying(memory);
  const source = payload(13);
  source.buffer.transfer();
  assertRefused(memory, () => transmitter.transmit(1, source), TypeError);
  transmitter.transmit(2, payload(3));
  assertEquals(receive(receiver), [2, ...payload(3)]);
});

Deno.test("BroadcastTransmitter sends messages of every length, which receivers get in order", () => {
  const { transmitter, memory } = makeBroadcast(512);
  const receivers = [copying(memory), copying(memory), copying(memory)];
  for (let i = 0; i < 500; i++) {
    const message = payload(i % (transmitter.maxMessageLength + 1), i);
    transmitter.transmit(1 + i, message);
    for (const receiver of receivers) {
      assertEquals(receive(receiver), [1 + i, ...message]);
      assertEquals(receive(receiver), undefined);
    }
  }
});

Deno.test("BroadcastReceiver reads messages where they lie, and writes nothing", () => {
  const { transmitter, memory } = makeBroadcast(256);
  const receiver = new BroadcastReceiver(memory);
  assertEquals(receiver.receiveNext(), false);
  transmitter.transmit(7, payload(5));
  transmitter.transmit(8, payload(0));
  const before = memory.slice();
  assertEquals(receiver.bytes, memory);
  assertEquals(receiver.capacity, 256);
  for (const [typeId, offset, length] of [[7, 8, 5], [8, 24, 0]]) {
    assertEquals(receiver.receiveNext(), true);
    assertEquals(
      [receiver.typeId, receiver.offset, receiver.length],
      [typeId, offset, length],
    );
    assertEquals(receiver.validate(), true);
  }
  assertEquals(receiver.receiveNext(), false);
  assertEquals(receiver.lappedCount, 0);
  assertEquals(firstDifference(memory, before), -1);
});

Deno.test("BroadcastReceiver that joins late gets the newest message first", () => {
  const { transmitter, memory } = makeBroadcast(256);
  for (let i = 1; i <= 40; i++) transmitter.transmit(i, payload(9, i));
  const receiver = copying(memory);
  assertEquals(receive(receiver), [40, ...payload(9, 40)]);
  assertEquals(receive(receiver), undefined);
  transmitter.transmit(41, payload(2));
  assertEquals(receive(receiver), [41, ...payload(2)]);
});

Deno.test("BroadcastReceiver skips padding at the end of the data area", () => {
  const test = makeBroadcast(128);
  const { transmitter, memory, words } = test;
  const receiver = new BroadcastReceiver(memory);
  for (let i = 1; i <= 7; i++) {
    transmitter.transmit(i, payload(8));
    receiver.receiveNext();
  }
  transmitter.transmit(8, payload(16));
  assertEquals([words[112 / 4], words[112 / 4 + 1]], [16, -1]);
  assertEquals(positions(test), [152n, 152n, 128n]);
  assertEquals(receiver.receiveNext(), true);
  assertEquals([receiver.typeId, receiver.offset, receiver.length], [8, 8, 16]);
  assertEquals(receiver.receiveNext(), false);
});

Deno.test("BroadcastReceiver counts a record as lost that the intent is one capacity ahead of", () => {
  const { transmitter, memory } = makeBroadcast(128);
  const [kept, lost] = [copying(memory), new BroadcastReceiver(memory)];
  for (let i = 1; i <= 7; i++) transmitter.transmit(i, payload(8));
  lost.receiveNext();
  assertEquals(lost.validate(), true);
  assertEquals(receive(kept), [1, ...payload(8)]);
  transmitter.transmit(8, payload(0));
  assertEquals(lost.validate(), true);
  // Now the intent is exactly 128 bytes ahead of the first record.
  transmitter.transmit(9, payload(0));
  assertEquals(lost.validate(), false);
  assertEquals(receive(kept), [2, ...payload(8)]);
});

Deno.test("BroadcastReceiver that was lapped moves to the newest message and counts it", () => {
  const { transmitter, memory } = makeBroadcast(128);
  const receiver = new BroadcastReceiver(memory);
  for (let lap = 1; lap <= 3; lap++) {
    for (let i = 1; i <= 20; i++) transmitter.transmit(i, payload(3, i));
    assertEquals(receiver.receiveNext(), true);
    assertEquals(receiver.lappedCount, lap);
    assertEquals([receiver.typeId, receiver.length], [20, 3]);
    assertEquals(receiver.validate(), true);
    assertEquals(receiver.receiveNext(), false);
  }
});

Deno.test("CopyBroadcastReceiver.receive() says that messages were lost, and goes on behind the newest", () => {
  const { transmitter, memory } = makeBroadcast(128);
  const receiver = copying(memory);
  for (let i = 1; i <= 20; i++) transmitter.transmit(i, payload(3, i));
  assertThrows(
    () => receiver.receive(() => assert(false, "nothing is received")),
    RangeError,
    "unable to keep up",
  );
  assertEquals(receive(receiver), undefined);
  transmitter.transmit(21, payload(3));
  assertEquals(receive(receiver), [21, ...payload(3)]);
});

Deno.test("CopyBroadcastReceiver.receive() hands out a copy that a later message does not touch", () => {
  const { transmitter, memory } = makeBroadcast(128);
  const receiver = copying(memory);
  transmitter.transmit(1, payload(9));
  receiver.receive((_typeId, bytes, offset, length) => {
    for (let i = 0; i < 50; i++) transmitter.transmit(2, payload(9, 7));
    assert(bytes.buffer !== memory.buffer);
    assertEquals([...bytes.subarray(offset, offset + length)], [...payload(9)]);
  });
});

Deno.test("CopyBroadcastReceiver.receive() refuses what is longer than its scratch memory, and goes on behind it", () => {
  const { transmitter, memory } = makeBroadcast(256);
  const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(memory), 10);
  for (const length of [10, 11, 0]) transmitter.transmit(1, payload(length));
  assertEquals(receive(receiver), [1, ...payload(10)]);
  const error = receive(receiver);
  assert(typeof error === "string");
  for (const part of ["RangeError", "11 bytes", "10"]) {
    assert(error.includes(part), error);
  }
  assertEquals(receive(receiver), [1]);
});

Deno.test("CopyBroadcastReceiver refuses a scratch length that is no length", () => {
  const receiver = new BroadcastReceiver(makeBroadcast(64).memory);
  for (const length of [-1, 1.5, NaN, 2 ** 31]) {
    assertThrows(
      () => new CopyBroadcastReceiver(receiver, length),
      RangeError,
      `${length}`,
    );
  }
});

Deno.test("CopyBroadcastReceiver.receive() lets errors of its handler through, and the message is received", () => {
  const { transmitter, memory } = makeBroadcast(256);
  const receiver = copying(memory);
  for (const typeId of [1, 2]) transmitter.transmit(typeId, payload(3));
  const fail = () => {
    throw new SyntaxError("the handler's own");
  };
  assertThrows(() => receiver.receive(fail), SyntaxError, "handler's own");
  assertEquals(receive(receiver), [2, ...payload(3)]);
});

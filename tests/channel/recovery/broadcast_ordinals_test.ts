/** Ordinals of broadcast messages, beside a transmitter that goes on. */

import { assert, assertEquals } from "../../../deps.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  BroadcastReceiver,
  BroadcastTransmitter,
} from "../../../channel/mod.ts";
import { ordinalOf } from "../../../channel/broadcast/broadcast_receiver.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { repeat } from "../../peers/channel_stream.ts";
import { Program } from "../../helpers/peers/program.ts";
import { ALL_ROUNDS, shareOf } from "../../helpers/sync/size.ts";
import { makeBroadcast } from "../../helpers/channel/broadcasts.ts";
import { payload } from "../../helpers/channel/rings.ts";
import { shared } from "../../helpers/channel/shared.ts";
import {
  CAPACITY,
  numbered,
  numberOf,
  PAIRS,
} from "../../helpers/channel/numbered_broadcasts.ts";

Deno.test("ordinalOf() counts beyond 2^32", () => {
  const test = makeBroadcast(CAPACITY, 2n ** 40n);
  const first = (CAPACITY + PAIRS) / 8;
  test.longs.set([2n ** 40n, 2n ** 32n - 3n], first);
  const transmitter = new BroadcastTransmitter(test.memory);
  const receiver = new BroadcastReceiver(test.memory);
  for (let i = 1; i <= 100; i++) {
    transmitter.transmit(1, payload(8));
    if (i !== 5 && i !== 50 && i !== 100) continue;
    const late = new BroadcastReceiver(test.memory);
    assertEquals(ordinalOf(late), 2 ** 32 - 4 + i);
    assertEquals(late.receiveNext(), true);
    assertEquals(ordinalOf(late), 2 ** 32 - 3 + i);
  }
  assertEquals(receiver.receiveNext(), true);
  assertEquals(receiver.lappedCount, 1);
  assertEquals(ordinalOf(receiver), 2 ** 32 - 3 + 100);
});

/** Lets a transmitter send a message after every load of a receiver. */
function afterEveryLoad(act: () => void): Disposable {
  const { load } = Atomics;
  let isInside = false;
  Atomics.load = new Proxy(load, {
    apply(target, self, values) {
      const value = Reflect.apply(target, self, values);
      if (!isInside) {
        isInside = true;
        act();
        isInside = false;
      }
      return value;
    },
  });
  return { [Symbol.dispose]: () => void (Atomics.load = load) };
}

Deno.test("ordinalOf() is known however fast the transmitter is", () => {
  const capacity = 4096;
  const start = 2n ** 32n - BigInt(capacity);
  for (const length of [4, 12, 29]) {
    const test = makeBroadcast(capacity, start);
    const { transmitter, memory, longs } = test;
    // As many were sent before, so that both low words wrap.
    longs.set([start, 2n ** 32n - 100n], (capacity + PAIRS) / 8);
    const next = new BroadcastTransmitter(memory);
    let number = 2 ** 32 - 100;
    const send = () => next.transmit(1, numbered(number++ % 2 ** 32, length));
    assertEquals(transmitter.capacity, capacity);
    for (let i = 0; i < shareOf(60); i++) {
      send();
      const receiver = new BroadcastReceiver(memory);
      let known = 0;
      for (let k = 0; k < 5; k++) {
        {
          using _ = afterEveryLoad(send);
          // It is behind by more than the buffer holds.
          for (let j = 0; j < 400; j++) send();
          assertEquals(receiver.receiveNext(), false);
        }
        // It stands where the next one was to come, and by now has.
        assert(receiver.receiveNext());
        const said = numberOf(receiver);
        const ordinal = ordinalOf(receiver);
        if (!receiver.validate()) continue;
        assert(ordinal !== undefined, `unknown at ${said}`);
        assertEquals((ordinal - 1) % 2 ** 32, said);
        known++;
      }
      assert(known > 0);
    }
  }
});

Deno.test("a receiver that was lapped gets the newest message, wherever the transmitter stops", () => {
  for (let most = 0; most < 150; most += ALL_ROUNDS ? 1 : 5) {
    const { transmitter, memory } = makeBroadcast(4096);
    const receiver = new BroadcastReceiver(memory);
    let number = 0;
    const send = () => transmitter.transmit(1, numbered(++number));
    for (let i = 0; i < 400; i++) send();
    let left = most;
    let said = 0;
    {
      using _ = afterEveryLoad(() => {
        if (left-- > 0) send();
      });
      for (let looks = 0; looks < 5 || left > 0; looks++) {
        if (!receiver.receiveNext()) continue;
        const read = numberOf(receiver);
        if (receiver.validate()) said = read;
      }
    }
    while (receiver.receiveNext()) said = numberOf(receiver);
    assertEquals(said, number, `the transmitter stopped after ${most}`);
  }
});

Deno.test("ordinalOf() stays exact while another process transmits as fast as it can", async () => {
  const capacity = 1024;
  const length = capacity + BROADCAST_TRAILER_LENGTH;
  const count = shareOf(500_000);
  using memory = shared(length);
  const script = projectPath("tests/peers/deno/channels/numbers_peer.ts");
  const args = ["broadcast", memory.path, length, count, 1, 0].map(String);
  await using program = Program.start(denoRun(script, { args }));
  assertEquals(await program.line(), "ready");
  const receiver = new BroadcastReceiver(memory.bytes);
  const words = new Int32Array(
    memory.bytes.buffer,
    memory.bytes.byteOffset,
    length / 4,
  );
  let last = ordinalOf(receiver) ?? NaN;
  let lost = last;
  let received = 0;
  await program.tell("go");
  repeat(() => {
    if (!receiver.receiveNext()) return "stuck";
    const number = words[receiver.offset / 4] ?? 0;
    const ordinal = ordinalOf(receiver);
    if (!receiver.validate()) return "moved";
    assert(ordinal === number + 1, `${number} has ordinal ${ordinal}`);
    lost += ordinal - last - 1;
    last = ordinal;
    received++;
    return last === count ? "done" : "moved";
  });
  assertEquals(received + lost, count);
});

/**
 * A `SharedBroadcastChannel` whose memory another program overwrites: errors at
 * most, and the event loop goes on.
 *
 * @module
 */

import { assert, assertEquals } from "../../deps.ts";
import { SharedMemory } from "../../mod.ts";
import { SharedBroadcastChannel } from "../../store/mod.ts";
import { random, randomBelow } from "../helpers/seed.ts";
import { testName } from "../helpers/store/place.ts";

const CAPACITY = 1024;
/** Where the event, the messages and their positions start. */
const [EVENT, MESSAGES] = [128, 256] as const;
const POSITIONS = MESSAGES + CAPACITY;

/** A turn of the event loop. */
const turn = () => new Promise((done) => setTimeout(done, 0));

/** What may come of memory that is not as it should be. */
function mayFail(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    assert(error instanceof Error);
  }
}

for (
  const [what, intent, tail] of [
    ["an intent far ahead", 4 * CAPACITY, undefined],
    ["an intent and a tail far ahead", 2 ** 40, 2 ** 40],
    ["a tail far ahead", undefined, 2 ** 50],
    ["a tail that is none", undefined, -1],
  ] as const
) {
  Deno.test(`${what} stops no event loop that listens to a broadcast channel`, async () => {
    using at = testName();
    using here = new SharedBroadcastChannel(at.place, { capacity: CAPACITY });
    using there = new SharedBroadcastChannel(at.place);
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    const view = new DataView(mapping.bytes.buffer);
    here.postMessage("before");
    if (intent !== undefined) {
      view.setBigInt64(POSITIONS, BigInt(intent), true);
    }
    if (tail !== undefined) {
      view.setBigInt64(POSITIONS + 8, BigInt(tail), true);
    }
    there.onmessage = () => {};
    for (let i = 0; i < 20; i++) await turn();
    assertEquals(there.name, here.name);
  });
}

Deno.test("whatever stands in the memory of a broadcast channel causes errors at most", async () => {
  const pick = <T>(values: readonly T[]) => values[randomBelow(values.length)]!;
  for (let round = 0; round < 40; round++) {
    using at = testName();
    using here = new SharedBroadcastChannel(at.place, { capacity: CAPACITY });
    using there = new SharedBroadcastChannel(at.place);
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    there.onmessage = () => {};
    there.onmessageerror = () => {};
    const view = new DataView(mapping.bytes.buffer);
    const start = pick([EVENT, MESSAGES, POSITIONS]);
    for (let i = 0; i < 30; i++) {
      mayFail(() => here.postMessage("x".repeat(random() * 60)));
      const at = start + 4 * randomBelow(16);
      const value = pick([0, -1, 8, CAPACITY, 2 ** 31 - 1, 2 ** 32 * random()]);
      view.setInt32(at, value | 0, true);
      if (i % 5 === 0) await turn();
    }
  }
});

Deno.test("no message comes after close() within onmessageerror", async () => {
  using at = testName();
  using here = new SharedBroadcastChannel(at.place, { capacity: CAPACITY });
  using there = new SharedBroadcastChannel(at.place);
  const seen: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  there.onmessage = ({ data }) => seen.push(`message ${data}`);
  there.onmessageerror = () => {
    seen.push("missed");
    there.close();
    resolve();
  };
  // More than there is room for, before the other one has a turn.
  for (let i = 0; i < 100; i++) here.postMessage(i);
  await promise;
  for (let i = 0; i < 20; i++) await turn();
  assertEquals(seen, ["missed"]);
});

/**
 * Receiving all that comes by a function, for the layers above.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { forEachBatch } from "../../../channel/ends/message_reader.ts";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { ROOT, runDeno } from "../../helpers/deno.ts";
import { useSafetyNets } from "../../../sync/waiting/safety_nets.ts";
import { testName } from "../../helpers/store/place.ts";
import { until } from "../../helpers/sync/size.ts";

const SOME_MS = 20;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SOME_MS));
}

for (const producers of ["one", "many"] as const) {
  Deno.test(`forEachBatch hands over what is there and what wakes it, until the sender of ${producers} ends`, async () => {
    using at = testName();
    using receiver = Receiver.create(at.place, { producers });
    using sender = Sender.open(at.place);
    useSafetyNets(false);
    using _nets = { [Symbol.dispose]: () => useSafetyNets(true) };
    for (const value of [1, 2, 3]) sender.trySend(Uint8Array.of(value));
    const batches: number[][] = [];
    const receiving = forEachBatch(receiver, async (messages) => {
      await undefined;
      batches.push(messages.map(({ bytes }) => bytes[0] ?? 0));
    });
    await until(() => batches.length === 1, "what was there comes");
    await pause();
    sender.trySend(Uint8Array.of(4));
    await until(() => batches.length === 2, "it is woken");
    sender.trySend(Uint8Array.of(5));
    sender.close();
    await receiving;
    assertEquals(batches, [[1, 2, 3], [4], [5]]);
  });
}

Deno.test("forEachBatch ends when the receiver is closed, by its function or while it sleeps", async () => {
  for (const how of ["asleep", "by its function"]) {
    using at = testName();
    using receiver = Receiver.create(at.place, { keepOpen: true });
    using sender = Sender.open(at.place);
    const received: number[] = [];
    const receiving = forEachBatch(receiver, (messages) => {
      for (const { bytes } of messages) received.push(bytes[0] ?? 0);
      if (how === "by its function") receiver.close();
    });
    sender.trySend(Uint8Array.of(1));
    await until(() => received.length === 1, "it comes");
    await pause();
    receiver.close();
    await receiving;
    assertEquals(received, [1]);
    await assertRejects(
      () => forEachBatch(receiver, () => {}),
      Deno.errors.BadResource,
    );
  }
});

Deno.test("forEachBatch ends with an error of its function, and another one goes on", async () => {
  using at = testName();
  using receiver = Receiver.create(at.place);
  using sender = Sender.open(at.place);
  sender.trySend(Uint8Array.of(1));
  const failing = forEachBatch(receiver, () => {
    throw new RangeError("enough");
  });
  await assertRejects(() => forEachBatch(receiver, () => {}), TypeError);
  await assertRejects(() => failing, RangeError, "enough");
  sender.trySend(Uint8Array.of(2));
  sender.close();
  const received: number[] = [];
  await forEachBatch(receiver, (messages) => {
    for (const { bytes } of messages) received.push(bytes[0] ?? 0);
  });
  assertEquals(received, [2]);
});

/** A sender that is killed when it has sent a message. */
const VICTIM = `
import { Sender } from ${JSON.stringify(new URL("channel/mod.ts", ROOT).href)};
const sender = Sender.open(Deno.args[0]);
await sender.send(new Uint8Array([9]));
Deno.kill(Deno.pid, "SIGKILL");
`;

Deno.test("forEachBatch tells the death of a sender behind many others while it sleeps", async () => {
  using at = testName();
  using receiver = Receiver.create(at.place, { producers: "many" });
  // Of the first two the pipes are known; of others the kernel is asked.
  using _first = Sender.open(at.place);
  using _second = Sender.open(at.place);
  using _third = Sender.open(at.place);
  const received: number[] = [];
  const receiving = forEachBatch(receiver, (messages) => {
    for (const { bytes } of messages) received.push(bytes[0] ?? 0);
  });
  const failed = assertRejects(
    () => receiving,
    Deno.errors.ConnectionReset,
    "died",
  );
  const { signal } = await runDeno(VICTIM, {
    permissions: ["-A"],
    args: [at.name],
  });
  assertEquals(signal, "SIGKILL");
  await failed;
  assertEquals(received, [9]);
});

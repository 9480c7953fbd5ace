/**
 * Sending without waking the receiver, for the layers above.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { trySendSilently, wakeReceiver } from "../../../channel/ends/sender.ts";
import { useSafetyNets } from "../../../sync/waiting/safety_nets.ts";
import { testName } from "../../helpers/store/place.ts";
import { until } from "../../helpers/sync/size.ts";

const SOME_MS = 20;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SOME_MS));
}

for (const producers of ["one", "many"] as const) {
  Deno.test(`a receiver of ${producers} sleeps until it is woken, and is awake for what comes then`, async () => {
    using at = testName();
    using receiver = Receiver.create(at.place, { producers });
    using sender = Sender.open(at.place);
    useSafetyNets(false);
    using _nets = { [Symbol.dispose]: () => useSafetyNets(true) };
    const received: number[] = [];
    const receiving = (async () => {
      for await (const { bytes } of receiver) received.push(bytes[0] ?? 0);
    })();
    await pause();
    assertEquals(trySendSilently(sender, 1, Uint8Array.of(1)), true);
    assertEquals(trySendSilently(sender, 1, Uint8Array.of(2)), true);
    await pause();
    assertEquals(received, []);
    wakeReceiver(sender);
    await until(() => received.length === 2, "it is woken");
    sender.close();
    await receiving;
    assertEquals(received, [1, 2]);
  });
}

Deno.test("trySendSilently refuses what trySend refuses, and lets nobody be overtaken", async () => {
  using at = testName();
  using receiver = Receiver.create(at.place, { capacity: 64 });
  using sender = Sender.open(at.place);
  const message = new Uint8Array(sender.maxMessageLength);
  while (sender.trySend(message));
  assertEquals(trySendSilently(sender, 1, message), false);
  const waiting = sender.send(message);
  // There is room, for the one that waits.
  receiver.tryReceive();
  receiver.tryReceive();
  assertEquals(trySendSilently(sender, 1, message), false);
  await waiting;
  assertThrows(
    () => trySendSilently(sender, 1, new Uint8Array(100)),
    RangeError,
    "100 bytes",
  );
  receiver.close();
  assertThrows(
    () => trySendSilently(sender, 1, message),
    Deno.errors.BrokenPipe,
  );
  sender.close();
  assertThrows(
    () => trySendSilently(sender, 1, message),
    Deno.errors.BadResource,
  );
  wakeReceiver(sender);
});

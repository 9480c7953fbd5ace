import { assertEquals } from "../../../deps.ts";
import { IdlePauses } from "../../../aeron/conductor/idle_pauses.ts";

Deno.test("IdlePauses: many looks while messages come, two behind a sleep", async () => {
  const pauses = new IdlePauses();
  const busy = pauses.looks;
  assertEquals(busy, 20);
  // Longer than a program counts as busy.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await pauses.pause(undefined);
  assertEquals(pauses.looks, 2);
  await pauses.pause(undefined);
  assertEquals(pauses.looks, 2);
  pauses.reset();
  assertEquals(pauses.looks, busy);
});

Deno.test("IdlePauses: a pause ends with its signal, and when it is woken", async () => {
  const pauses = new IdlePauses();
  const { now } = performance;
  const later = now.call(performance) + 60_000;
  performance.now = () => later;
  try {
    const woken = pauses.pause(undefined);
    pauses.wake();
    await woken;
    const abort = new AbortController();
    const aborted = pauses.pause(abort.signal);
    abort.abort();
    await aborted;
  } finally {
    performance.now = now;
  }
  assertEquals(pauses.looks, 2);
});

/**
 * Hand-overs in great numbers: one wake-up that is lost stops a test, and its
 * watchdog fails it. With those of the mutex there are more than a million.
 */

import { assert, assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { notify, waitAsync } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { needing } from "../../helpers/needs.ts";
import { deadline } from "../../helpers/deadline.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, times, until } from "../../helpers/sync/size.ts";
import {
  denoPeer,
  FUTEX_PEER,
  passBetween,
  started,
} from "../../helpers/sync/wait_peers.ts";
import { random } from "../../helpers/seed.ts";

/** Words of the tests with tokens. */
const TOKENS = 20;
const TAKEN = 40;

Deno.test("wait() between two processes loses none of 550 000 hand-overs", async () => {
  using memory = testMemory();
  await using one = denoPeer(memory);
  await using other = denoPeer(memory);
  const sides: [Peer, "pass"][] = [[one, "pass"], [other, "pass"]];
  await passBetween(sides, memory, times(550_000));
});

Deno.test("waitAsync() between two processes loses none of 30 000 hand-overs", async () => {
  using memory = testMemory();
  await using one = denoPeer(memory);
  await using other = denoPeer(memory);
  const sides: [Peer, "passAsync"][] = [
    [one, "passAsync"],
    [other, "passAsync"],
  ];
  await passBetween(sides, memory, times(30_000));
});

Deno.test(needing(
  ["cc"],
  "wait() and a C program's futex lose none of 150 000 hand-overs",
  async () => {
    using memory = testMemory();
    const program = await compile(FUTEX_PEER);
    await using c = Peer.start([program.path, memory.path]);
    await using deno = denoPeer(memory);
    await passBetween([[deno, "pass"], [c, "pass"]], memory, times(150_000));
  },
));

Deno.test("every wake-up that notify() counts arrives in exactly one wait(), however timeouts cross it", async () => {
  using memory = testMemory();
  await using peer = denoPeer(memory);
  const rounds = times(20_000);
  const theirs = started(peer.ask("waitOften", 8, rounds));
  let woken = 0;
  // The word never changes: "ok" is a wake-up, and nothing else.
  while (Atomics.load(memory.words, 9) < rounds) {
    for (let i = 0; i < 100; i++) woken += notify(memory.words, 8);
    await pause(0);
  }
  assertEquals(await theirs, String(woken));
});

/** Waits for a token, and goes at a random moment instead of taking it. */
async function waitAndLeave(words: Int32Array): Promise<string> {
  const controller = new AbortController();
  const { signal } = controller;
  const timeoutMs = random() < 0.4 ? random() * 2 : Infinity;
  const waiting = waitAsync(words, TOKENS, 0, { timeoutMs, signal });
  if (random() < 0.5) setTimeout(() => controller.abort(), 0);
  else if (timeoutMs === Infinity) queueMicrotask(() => controller.abort());
  const end = await waiting.catch(() => "aborted");
  // Who was told passes it on; who was not owes nothing.
  if (end === "ok") notify(words, TOKENS, 1);
  return end;
}

Deno.test("a token reaches the one that stays, whichever was aborted or timed out with its wake-up", async () => {
  using memory = testMemory();
  const { words } = memory;
  await using peer = denoPeer(memory);
  const tokens = times(4_000);
  const served = started(peer.ask("serve", TOKENS, TAKEN, tokens));
  const ends: Record<string, number> = {};
  for (let token = 1; token <= tokens; token++) {
    // These may take the wake-up, and never the token.
    const leaving = [1, 2, 3].map(() => waitAndLeave(words));
    if (token % 3 === 0) await pause(0);
    Atomics.add(words, TOKENS, 1);
    notify(words, TOKENS, 1);
    for (;;) {
      const taken = Atomics.load(words, TAKEN);
      if (taken === token) break;
      const options = { timeoutMs: 60_000 };
      const result = await waitAsync(words, TAKEN, taken, options);
      assert(result !== "timed-out", `token ${token} was lost`);
    }
    for (const end of await Promise.all(leaving)) {
      ends[end] = (ends[end] ?? 0) + 1;
    }
  }
  await deadline(served, () => "the other process waits on");
  assertEquals(Atomics.load(words, TOKENS), 0);
  assert((ends["aborted"] ?? 0) > 0, JSON.stringify(ends));
});

Deno.test("a wake-up of the kernel for a wait that is aborted in the same turn goes to who waits next", async () => {
  using memory = testMemory();
  const { words } = memory;
  await using peer = denoPeer(memory);
  using again = SharedMemory.openPath(memory.path);
  using mapping = again.map();
  // The same words at another address: that is how others notify.
  const theirs = new Int32Array(mapping.bytes.buffer, 0, 1000);
  for (let round = 0; round < times(200); round++) {
    const word = 100 + round % 7;
    Atomics.store(words, word, 0);
    const controller = new AbortController();
    const { signal } = controller;
    const first = started(waitAsync(words, word, 0, { signal }));
    await pause(1);
    // The kernel wakes in the order in which they fell asleep.
    const second = started(peer.ask("wait", word, 0, 60_000));
    await pause(3);
    Atomics.store(words, word, 1);
    notify(theirs, word, 1);
    controller.abort();
    await first.catch(() => {});
    const result = await second;
    assert(result !== "timed-out", `round ${round}: the wake-up was lost`);
  }
});

Deno.test("a wake-up for a wait whose memory is unmapped in the same turn goes to who waits next", async () => {
  using memory = testMemory();
  await using peer = denoPeer(memory);
  using again = SharedMemory.openPath(memory.path);
  for (let round = 0; round < times(100); round++) {
    using mapping = again.map();
    const words = new Int32Array(mapping.bytes.buffer, 0, 9);
    Atomics.store(words, 5, 0);
    const first = started(waitAsync(words, 5, 0));
    await pause(1);
    const second = started(peer.ask("wait", 5, 0, 20_000));
    await pause(3);
    Atomics.store(words, 5, 1);
    // At another address: that is how others notify.
    notify(memory.words, 5, 1);
    mapping.unmap();
    await first.catch(() => {});
    const result = await second;
    assert(result !== "timed-out", `round ${round}: the wake-up was lost`);
  }
});

Deno.test("waits that come and go by hundreds are all woken, whatever their neighbours do", async () => {
  using memory = testMemory();
  const { words } = memory;
  let expected = 0;
  let woken = 0;
  for (let round = 0; round < times(60); round++) {
    const controllers: AbortController[] = [];
    for (let i = 0; i < 200; i++) {
      const word = 200 + i;
      const value = Atomics.load(words, word);
      if (i % 2 === 0) {
        expected++;
        started(waitAsync(words, word, value)).then((result) => {
          assertEquals(result, "ok");
          woken++;
        });
      } else {
        const controller = new AbortController();
        const { signal } = controller;
        const timeoutMs = random() * 20;
        started(waitAsync(words, word, value, { signal, timeoutMs }));
        controllers.push(controller);
      }
    }
    await pause(random() * 3);
    for (let i = 0; i < 200; i++) {
      if (random() < 0.3) controllers[i >> 1]?.abort();
      if (i % 2 === 0) {
        Atomics.add(words, 200 + i, 1);
        notify(words, 200 + i, 1);
      }
      if (i % 50 === 49) await pause(0);
    }
    controllers.forEach((controller) => controller.abort());
  }
  await until(() => woken === expected, "every wait was woken");
});

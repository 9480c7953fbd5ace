/** `wait`, `waitAsync` and `notify` between processes, workers and languages. */

import { assertEquals } from "../../../deps.ts";
import { notify, wait, waitAsync } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { ROOT } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { deadline } from "../../helpers/deadline.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { passTurnsAsync } from "../../peers/turns.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, shareOf, until } from "../../helpers/sync/size.ts";
import {
  change,
  denoPeer,
  FUTEX_PEER,
  passBetween,
  started,
  wakeOne,
} from "../../helpers/sync/wait_peers.ts";

Deno.test("notify() wakes another process that blocks in wait()", async () => {
  using memory = testMemory();
  await using peer = denoPeer(memory);
  await notifiedIn(peer, "wait", memory.words);
});

// Where a wait polls, a word that does not change wakes nobody.
Deno.test(needing(
  ["native"],
  "notify() wakes another process that waits in waitAsync()",
  async () => {
    using memory = testMemory();
    await using peer = denoPeer(memory);
    await notifiedIn(peer, "waitAsync", memory.words);
  },
));

async function notifiedIn(
  peer: Peer,
  command: "wait" | "waitAsync",
  words: Int32Array,
): Promise<void> {
  const waiting = started(peer.ask(command, 5, 0));
  await wakeOne(words, 5);
  assertEquals(await waiting, "ok");
  assertEquals(await peer.ask(command, 5, 1), "not-equal");
  assertEquals(await peer.ask(command, 5, 0, 15), "timed-out");
}

Deno.test("waitAsync() that polls sees what another process changes, turn after turn", async () => {
  using memory = testMemory();
  await using peer = denoPeer(memory);
  await peer.ask("polling");
  const turns = 60;
  const theirs = started(peer.ask("passAsync", 5, 1, turns));
  await passTurnsAsync(memory.words, 5, 0, turns);
  await theirs;
  assertEquals(Atomics.load(memory.words, 5), turns);
});

Deno.test("wait() takes a timeout beyond any calendar for no timeout", async () => {
  using memory = testMemory();
  await using peer = denoPeer(memory);
  for (const ms of [2 ** 53, 1e25, Number.MAX_VALUE]) {
    await peer.ask("wakeOne", 6);
    assertEquals(wait(memory.words, 6, 0, ms), "ok");
  }
});

Deno.test("wait() and waitAsync() return when another process notifies", async () => {
  using memory = testMemory();
  await using peer = denoPeer(memory);
  await peer.ask("wakeOne", 6);
  assertEquals(wait(memory.words, 6, 0, 60_000), "ok");
  const waiting = started(waitAsync(memory.words, 6, 0));
  await peer.ask("later", 50, 6, 2);
  assertEquals(await waiting, "ok");
});

Deno.test(needing(
  ["cc"],
  "a C program's futex calls wake Deno's waits, and Deno wakes the C program's",
  async () => {
    using memory = testMemory();
    const program = await compile(FUTEX_PEER);
    await using c = Peer.start([program.path, memory.path]);
    await using deno = denoPeer(memory);
    const sides: [Peer, string, Peer][] = [
      [c, "wait", deno],
      [deno, "wait", c],
    ];
    for (const [sleeper, command, waker] of sides) {
      const waiting = started(sleeper.ask(command, 9, 0, 60_000));
      while (await waker.ask("notify", 9, 1) !== "1");
      assertEquals(await waiting, "ok");
    }
    for (const sleeper of [c, deno]) {
      assertEquals(await sleeper.ask("wait", 9, 1, 1000), "not-equal");
      assertEquals(await sleeper.ask("wait", 9, 0, 20), "timed-out");
    }
    const here = started(waitAsync(memory.words, 9, 0));
    await c.ask("store", 9, 1);
    await c.ask("notify", 9, 1);
    assertEquals(await here, "ok");
  },
));

Deno.test(needing(
  ["cc"],
  "a C program and Deno hand a word to each other without losing a turn",
  async () => {
    using memory = testMemory();
    const program = await compile(FUTEX_PEER);
    await using c = Peer.start([program.path, memory.path]);
    await using deno = denoPeer(memory);
    await passBetween([[c, "pass"], [deno, "pass"]], memory, shareOf(60_000));
    await passBetween(
      [[deno, "passAsync"], [c, "pass"]],
      memory,
      shareOf(4_000),
    );
  },
));

Deno.test("wait() and waitAsync() work in a worker, woken from the main thread and longer than a moment", async () => {
  using memory = testMemory();
  const source = `
import { SharedMemory } from "${new URL("mod.ts", ROOT)}";
import { wait, waitAsync } from "${new URL("sync/mod.ts", ROOT)}";
const { buffer } = SharedMemory.openPath(${JSON.stringify(memory.path)}).map()
  .bytes;
const words = new Int32Array(buffer, 0, 99);
onmessage = async ({ data: [how, word, value, timeoutMs] }) =>
  postMessage(
    how === "wait"
      ? wait(words, word, value, timeoutMs)
      : await waitAsync(words, word, value, { timeoutMs }),
  );
postMessage("ready");
`;
  using worker = startWorker(source);
  assertEquals(await worker.heard(), "ready");
  for (const how of ["wait", "waitAsync"]) {
    worker.tell(how, 5, 1, 100);
    assertEquals(await worker.heard(), "not-equal");
    worker.tell(how, 5, 0, 250);
    assertEquals(await worker.heard(), "timed-out");
    for (let ms = 250;; ms *= 3) {
      worker.tell(how, 5, 0, 60_000);
      await pause(ms);
      change(memory.words, 5);
      const end = await worker.heard();
      Atomics.store(memory.words, 5, 0);
      // It may not have begun by then: once more.
      if (end !== "not-equal" || ms > 2000) {
        assertEquals(end, "ok");
        break;
      }
    }
  }
});

interface TestWorker extends Disposable {
  readonly tell: (...words: unknown[]) => void;
  readonly heard: () => Promise<unknown>;
}

function startWorker(source: string): TestWorker {
  const blob = new Blob([source], { type: "text/javascript" });
  const url = URL.createObjectURL(blob);
  const worker = new Worker(url, { type: "module" });
  const said: unknown[] = [];
  let next = Promise.withResolvers<void>();
  worker.onmessage = ({ data }) => {
    said.push(data);
    next.resolve();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    next.reject(new Error(event.message));
  };
  return {
    tell: (...words) => worker.postMessage(words),
    heard: async () => {
      if (said.length === 0) {
        await deadline(next.promise, () => "the worker says nothing");
      }
      next = Promise.withResolvers();
      return said.shift();
    },
    [Symbol.dispose]: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

Deno.test(needing(
  ["native"],
  "notify() reaches another process in its turn, though waits of this one never run out",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    await using peer = denoPeer(memory);
    const controller = new AbortController();
    const { signal } = controller;
    const mine = [1, 2, 3].map(async () => {
      // They come back at once, and the word never changes.
      while (!signal.aborted) await waitAsync(words, 5, 0, { signal });
    }).map((task) => started(task));
    let result: string | undefined;
    started(peer.ask("wait", 5, 0, 60_000)).then((end) => result = end);
    await until(() => {
      notify(words, 5, 1);
      return result !== undefined;
    }, "the other process is woken");
    assertEquals(result, "ok");
    controller.abort();
    await Promise.allSettled(mine);
  },
));

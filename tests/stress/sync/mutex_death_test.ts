/**
 * What happens to a mutex when its owner is killed.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { Mutex, type MutexGuard } from "../../../sync/mod.ts";
import { useSafetyNets } from "../../../sync/waiting/safety_nets.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, until } from "../../helpers/sync/size.ts";
import { random, randomBelow } from "../../helpers/seed.ts";

const OFFSET = 200;
/** The words behind the mutex, as in `mutex_victims.c`. */
const [INSIDE, TURNS, DEATHS, LONGEST_MS, UNTOLD, DONE] = [
  66,
  67,
  68,
  69,
  70,
  71,
];

function denoPeer(path: string): Peer {
  const script = projectPath("tests/peers/deno/locks/lock_peer.ts");
  return Peer.start(denoRun(script, { args: [path] }));
}

/** Kills a process without asking it, and waits for its end. */
async function kill(peer: Peer): Promise<void> {
  await peer[Symbol.asyncDispose]();
}

for (
  const [name, take] of [
    ["lock", (mutex) => mutex.lock({ timeoutMs: 20_000 })],
    ["lockAsync", (mutex) => mutex.lockAsync({ timeoutMs: 20_000 })],
  ] satisfies [string, (mutex: Mutex) => MutexGuard | Promise<MutexGuard>][]
) {
  Deno.test(needing(
    ["cc", "native"],
    `Mutex.${name}() gets the mutex within a second after each of 500 owners and waiters was killed, and is told of each death inside`,
    async () => {
      const program = await compile("tests/peers/c/locks/mutex_victims.c");
      using memory = testMemory();
      const { words } = memory;
      const mutex = Mutex.create(memory.bytes, OFFSET);
      const seed = randomBelow(2 ** 16);
      await using victims = Program.start(
        [program.path, memory.path, `${OFFSET}`, "500", `${seed}`],
      );
      let [inside, told] = [0, 0];
      // A wake-up that is lost is a test that does not end.
      useSafetyNets(false);
      using nets = new DisposableStack();
      nets.defer(() => useSafetyNets(true));
      while (Atomics.load(words, DONE) === 0) {
        {
          using guard = await take(mutex);
          const dirty = Atomics.exchange(words, INSIDE, 0) !== 0;
          if (dirty) inside++;
          if (guard.ownerDied) told++;
          assert(!dirty || guard.ownerDied, `not told, with seed ${seed}`);
          Atomics.add(words, TURNS, 1);
        }
        await pause(random() * 2);
      }
      assertEquals(await victims.end(), { code: 0, stdout: "", stderr: "" });
      assertEquals([words[DEATHS], words[UNTOLD]], [500, 0]);
      assert(inside > 0 && told >= inside, `${told} told of ${inside}`);
      const longest = words[LONGEST_MS] ?? NaN;
      assert(longest <= 1000, `a waiter hung for ${longest} ms, seed ${seed}`);
    },
  ));
}

Deno.test(needing(
  ["native"],
  "a mutex is sound after Deno programs that count under it are killed at random moments",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    const mutex = Mutex.create(memory.bytes, OFFSET);
    let started = 0;
    for (let round = 0; round < 10; round++) {
      await using victim = denoPeer(memory.path);
      const answer = victim.ask("count", OFFSET, INSIDE, 1e9).catch(() => {});
      await until(() => words[INSIDE] !== started, "the victim counts");
      await pause(random() * 5);
      const waiter = mutex.lockAsync();
      await kill(victim);
      using _guard = await waiter;
      await answer;
      started = words[INSIDE] ?? 0;
    }
    assert(started > 10);
    using guard = mutex.lock();
    assertEquals(guard.ownerDied, false);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "a C program gets the mutex of a killed Deno program, and is told",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    Mutex.create(memory.bytes, OFFSET);
    await using peer = Peer.start([program.path, memory.path]);
    for (let round = 0; round < 3; round++) {
      await using victim = denoPeer(memory.path);
      assertEquals(await victim.ask("lock", OFFSET), "clean");
      const waits = peer.ask("lock", OFFSET);
      await kill(victim);
      assertEquals(await waits, "ownerDied");
      await peer.ask("unlock", OFFSET);
    }
  },
));

Deno.test(needing(
  ["native"],
  "a Deno program that ends by itself while it holds a mutex counts as dead",
  async () => {
    using memory = testMemory();
    const mutex = Mutex.create(memory.bytes, OFFSET);
    await using peer = denoPeer(memory.path);
    await peer.ask("lock", OFFSET);
    assertEquals(mutex.tryLock(), null);
    const waiter = mutex.lockAsync();
    assertEquals(await peer.end(), { code: 0, stdout: "", stderr: "" });
    using guard = await waiter;
    assertEquals(guard.ownerDied, true);
  },
));

Deno.test(needing(
  ["native"],
  "many tasks that wait for a killed owner all get the mutex, and one of them is told",
  async () => {
    using memory = testMemory();
    const mutex = Mutex.create(memory.bytes, OFFSET);
    await using victim = denoPeer(memory.path);
    await victim.ask("lock", OFFSET);
    const tasks = Array.from({ length: 23 }, async () => {
      using guard = await mutex.lockAsync();
      return guard.ownerDied;
    });
    await pause(20);
    await kill(victim);
    const told = await Promise.all(tasks);
    assertEquals(told.filter((ownerDied) => ownerDied).length, 1);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "two C programs and this one go on after each of 120 Deno programs was killed that wanted the mutex, blocking and not",
  async () => {
    const program = await compile("tests/peers/c/locks/robust_counter.c");
    using memory = testMemory();
    const { words } = memory;
    const mutex = Mutex.create(memory.bytes, OFFSET);
    const word = 500;
    const args = [memory.path, `${OFFSET}`, `${word}`];
    await using first = Program.start([program.path, ...args]);
    await using second = Program.start([program.path, ...args]);
    await first.line();
    await second.line();
    useSafetyNets(false);
    using nets = new DisposableStack();
    nets.defer(() => useSafetyNets(true));
    const script = projectPath("tests/peers/deno/locks/contender.ts");
    for (let round = 0; round < 40; round++) {
      // Three at a time, of each way.
      const victims = ["lock", "lockAsync", "mixed"].map((way) => {
        const there = [memory.path, `${OFFSET}`, "502", `${1e9}`, way];
        return Program.start(denoRun(script, { args: there }));
      });
      for (const victim of victims) await victim.line();
      await pause(random() * 20);
      for (const victim of victims) {
        await victim[Symbol.asyncDispose]();
        const before = Atomics.load(words, word);
        (await mutex.lockAsync()).unlock();
        mutex.lock().unlock();
        await until(
          () => Atomics.load(words, word) > before + 10,
          "the C programs go on",
        );
      }
    }
    for (const counter of [first, second]) {
      assertEquals(await counter.end(), { code: 0, stdout: "", stderr: "" });
    }
    assert((words[502] ?? 0) > 0);
  },
));

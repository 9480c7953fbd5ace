/**
 * Semaphores that Deno shares with programs in C and Python, both ways.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "../../../deps.ts";
import { notify, Semaphore, waitAsync } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pythonPeer } from "../../helpers/peers/python.ts";
import { pause, shareOf } from "../../helpers/sync/size.ts";

const OFFSET = 200;
/** A word to wait for. */
const TRIGGER = 100;
const SOURCE = "tests/peers/c/locks/semaphore_peer.c";

/** Removes a name, whichever side made it. */
function unlinking(name: string): Disposable {
  return {
    [Symbol.dispose]: () => {
      try {
        Semaphore.unlink(name);
      } catch {
        // It was removed before.
      }
    },
  };
}

/** What must hold between two who have the same semaphore, at 0. */
async function countsWith(peer: Peer, semaphore: Semaphore): Promise<void> {
  assertEquals([await peer.ask("value"), semaphore.value], ["0", 0]);
  semaphore.post();
  assertEquals(await peer.ask("value"), "1");
  await peer.ask("wait");
  assertEquals(semaphore.tryWait(), false);
  // Each wakes the other out of a wait.
  const theirs = peer.ask("wait");
  await pause(20);
  semaphore.post();
  await theirs;
  const ours = semaphore.waitAsync();
  await pause(20);
  await peer.ask("post", 1);
  assertEquals(await ours, "ok");
  assertEquals([await peer.ask("value"), semaphore.value], ["0", 0]);
}

Deno.test(needing(
  ["cc"],
  "a semaphore with a name that Deno made is C's, too, and the other way round",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    const [ours, theirs] = [randomName(), randomName()];
    using _ours = unlinking(ours);
    using _theirs = unlinking(theirs);
    using made = Semaphore.create(ours);
    await peer.ask("open", ours);
    await countsWith(peer, made);
    await peer.ask("close");
    await peer.ask("create", theirs, 0);
    using opened = Semaphore.open(theirs);
    await countsWith(peer, opened);
    await assertRejects(() => peer.ask("create", ours, 0), Error, "EEXIST");
    await peer.ask("unlink", ours);
    assertThrows(() => Semaphore.open(ours), Deno.errors.NotFound, "ENOENT");
    Semaphore.unlink(theirs);
    await assertRejects(() => peer.ask("open", theirs), Error, "ENOENT");
  },
));

Deno.test(needing(
  ["cc"],
  "a semaphore in memory that Deno made is C's, too, and the other way round",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using memory = testMemory();
    using made = Semaphore.createAt(memory.bytes, OFFSET);
    await peer.ask("at", memory.path, OFFSET);
    await countsWith(peer, made);
    await peer.ask("init", memory.path, OFFSET + 40, 0);
    using opened = Semaphore.openAt(memory.bytes, OFFSET + 40);
    await countsWith(peer, opened);
  },
));

Deno.test(needing(
  ["cc"],
  "Semaphore.openAt() refuses a semaphore that a C program made for its threads alone",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using memory = testMemory();
    await peer.ask("private", memory.path, OFFSET, 3);
    assertThrows(
      () => Semaphore.openAt(memory.bytes, OFFSET),
      TypeError,
      `no process-shared semaphore at offset ${OFFSET}`,
    );
    await peer.ask("init", memory.path, OFFSET, 3);
    assertEquals(Semaphore.openAt(memory.bytes, OFFSET).value, 3);
  },
));

Deno.test(needing(
  ["cc"],
  "Semaphore.wait() blocks until a C program posts, and every post is taken once",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using memory = testMemory();
    using semaphore = Semaphore.createAt(memory.bytes, OFFSET);
    await peer.ask("at", memory.path, OFFSET);
    const count = shareOf(100_000);
    const posted = peer.ask("post", count);
    await pause(1);
    for (let i = 0; i < count; i++) {
      assertEquals(semaphore.wait({ timeoutMs: 60_000 }), "ok");
    }
    await posted;
    assertEquals(semaphore.value, 0);
  },
));

Deno.test(needing(
  ["cc"],
  "tasks that wait beside a C program that waits take every post once",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using memory = testMemory();
    using semaphore = Semaphore.createAt(memory.bytes, OFFSET);
    await peer.ask("at", memory.path, OFFSET);
    const each = shareOf(1000);
    const theirs = peer.ask("take", each);
    const tasks = Array.from({ length: 3 }, async () => {
      for (let i = 0; i < each; i++) await semaphore.waitAsync();
    });
    const posts = (async () => {
      for (let i = 0; i < 4 * each; i++) {
        semaphore.post();
        if (i % 7 === 0) await pause(0);
      }
    })();
    await Promise.all([theirs, posts, ...tasks]);
    assertEquals(semaphore.value, 0);
  },
));

Deno.test(needing(
  ["cc"],
  "a wait in Deno that ends early passes its wake-up on to a C program that waits",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using memory = testMemory();
    using semaphore = Semaphore.createAt(memory.bytes, OFFSET);
    await peer.ask("at", memory.path, OFFSET);
    for (let round = 0; round < 40; round++) {
      const controller = new AbortController();
      const { signal } = controller;
      // Asleep before the C program, so that it is woken first.
      const waiter = semaphore.waitAsync({ signal }).catch(() => "aborted");
      const trigger = waitAsync(memory.words, TRIGGER, round)
        .then(() => controller.abort());
      await pause(3);
      const theirs = peer.ask("wait-ms", 5000);
      await pause(3);
      // Both wake up together, and one aborts the other.
      Atomics.add(memory.words, TRIGGER, 1);
      notify(memory.words, TRIGGER);
      semaphore.post();
      await trigger;
      if (await waiter === "ok") semaphore.post();
      await theirs;
    }
    assertEquals(semaphore.value, 0);
  },
));

Deno.test(needing(
  ["cc"],
  "a semaphore that is closed as it is posted leaves the post to a C program that waits",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    const name = randomName();
    using _name = unlinking(name);
    using made = Semaphore.create(name);
    await peer.ask("open", name);
    for (let round = 0; round < 10; round++) {
      const semaphore = Semaphore.open(name);
      // Asleep before the C program, so that it is woken first.
      const waiter = semaphore.waitAsync().catch(() => "closed");
      await pause(3);
      const theirs = peer.ask("wait-ms", 5000);
      await pause(3);
      made.post();
      semaphore.close();
      assertEquals(await waiter, "closed");
      await theirs;
    }
    assertEquals(made.value, 0);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "what a killed program took from a semaphore is not given back",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    using semaphore = Semaphore.createAt(memory.bytes, OFFSET, { value: 1 });
    {
      await using victim = Peer.start([program.path]);
      await victim.ask("at", memory.path, OFFSET);
      await victim.ask("wait");
    }
    assertEquals(semaphore.tryWait(), false);
    assertEquals(await semaphore.waitAsync({ timeoutMs: 30 }), "timed-out");
    {
      await using victim = Peer.start([program.path]);
      await victim.ask("at", memory.path, OFFSET);
      victim.ask("wait").catch(() => {});
      await pause(20);
    }
    semaphore.post();
    assertEquals(semaphore.wait({ timeoutMs: 60_000 }), "ok");
  },
));

Deno.test(
  needing(
    ["posix_ipc"],
    "a semaphore with a name that Deno made is Python's, too, and the other way round",
    async () => {
      await using peer = pythonPeer();
      const [ours, theirs] = [randomName(), randomName()];
      using _ours = unlinking(ours);
      using _theirs = unlinking(theirs);
      using made = Semaphore.create(ours);
      await peer.ask("posix-open", ours);
      await countsWithPython(peer, made);
      await peer.ask("posix-create", theirs, 0);
      using opened = Semaphore.open(theirs);
      await countsWithPython(peer, opened);
      await assertRejects(
        () => peer.ask("posix-create", ours, 0),
        Error,
        "ExistentialError",
      );
      await peer.ask("unlink");
      assertThrows(() => Semaphore.open(theirs), Deno.errors.NotFound);
    },
  ),
);

async function countsWithPython(
  peer: Peer,
  semaphore: Semaphore,
): Promise<void> {
  semaphore.post();
  assertEquals(await peer.ask("value"), "1");
  await peer.ask("trywait");
  await assertRejects(() => peer.ask("trywait"), Error, "BusyError");
  const theirs = peer.ask("wait");
  await pause(20);
  semaphore.post();
  await theirs;
  const ours = semaphore.waitAsync();
  await pause(20);
  await peer.ask("post");
  assertEquals(await ours, "ok");
  assertEquals(semaphore.value, 0);
}

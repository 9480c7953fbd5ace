/**
 * A mutex that Deno and a C program share.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { isSystemError, SharedMemory } from "../../../mod.ts";
import { Mutex } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { type TestMemory, testMemory } from "../../helpers/sync/memory.ts";
import { pause, shareOf, until } from "../../helpers/sync/size.ts";

const OFFSET = 200;
const COUNTER = 100;
const WAITERS = (OFFSET + 60) / 4;

const SOURCE = "tests/peers/c/locks/mutex_peer.c";

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

Deno.test(needing(
  ["cc"],
  "a C program and Deno lock each other out of the mutex, whichever side made it",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    await using peer = Peer.start([program.path, memory.path]);
    await excludes(memory, peer, Mutex.create(memory.bytes, OFFSET));
    await peer.ask("init", OFFSET, "robust");
    await excludes(memory, peer, Mutex.open(memory.bytes, OFFSET));
  },
));

async function excludes({ words }: TestMemory, peer: Peer, mutex: Mutex) {
  {
    using _guard = mutex.lock();
    await assertRejects(() => peer.ask("trylock", OFFSET), Error, "EBUSY");
    await assertRejects(() => peer.ask("unlock", OFFSET), Error, "EPERM");
  }
  assertEquals(await peer.ask("lock", OFFSET), "clean");
  assertEquals(mutex.tryLock(), null);
  for (const timeoutMs of [0, 33, 150]) {
    const start = performance.now();
    const error = assertThrows(
      () => mutex.lock({ timeoutMs }),
      Deno.errors.TimedOut,
      "another owner still holds it",
    );
    assertEquals(codeOf(error), "ETIMEDOUT");
    // The clock of the calendar, which libc waits by, may run a little faster.
    assert(performance.now() - start >= timeoutMs - 5);
  }
  await assertRejects(
    () => mutex.lockAsync({ timeoutMs: 33 }),
    Deno.errors.TimedOut,
  );
  const waiter = mutex.lockAsync();
  await pause(5);
  assertEquals(words[WAITERS], 1);
  await peer.ask("unlock", OFFSET);
  using guard = await waiter;
  assertEquals(guard.ownerDied, false);
  assertEquals(words[WAITERS], 0);
}

Deno.test(needing(
  ["cc"],
  "Mutex.lock() blocks while a C program is inside, and no increment of either is lost",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    const { words } = memory;
    const mutex = Mutex.create(memory.bytes, OFFSET);
    const each = shareOf(200_000);
    await using peer = Peer.start([program.path, memory.path]);
    const theirs = peer.ask("count", OFFSET, COUNTER, each);
    await pause(1);
    for (let i = 0; i < each; i++) {
      using _guard = mutex.lock();
      words[COUNTER] = (words[COUNTER] ?? 0) + 1;
    }
    await theirs;
    assertEquals(2 * each - (words[COUNTER] ?? 0), 0);
  },
));

Deno.test(needing(
  ["cc"],
  "Mutex.lockAsync() gets its turns beside a C program that counts",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    const { words } = memory;
    const mutex = Mutex.create(memory.bytes, OFFSET);
    const [ours, theirs] = [shareOf(2000), shareOf(1_000_000)];
    await using peer = Peer.start([program.path, memory.path]);
    const answer = peer.ask("count", OFFSET, COUNTER, theirs);
    await until(() => words[COUNTER] !== 0, "the program counts");
    for (let i = 0; i < ours; i++) {
      using _guard = await mutex.lockAsync();
      words[COUNTER] = (words[COUNTER] ?? 0) + 1;
    }
    await answer;
    assertEquals(ours + theirs - (words[COUNTER] ?? 0), 0);
  },
));

Deno.test(needing(
  ["cc"],
  "Mutex.open() takes a robust mutex of any type that a C program made, and no other",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    await using peer = Peer.start([program.path, memory.path]);
    for (const kind of ["shared", "private"]) {
      await peer.ask("init", OFFSET, kind);
      assertThrows(
        () => Mutex.open(memory.bytes, OFFSET),
        TypeError,
        `no robust, process-shared mutex at offset ${OFFSET}`,
      );
    }
    for (const kind of ["normal", "robust", "recursive"]) {
      await peer.ask("init", OFFSET, kind);
      const mutex = Mutex.open(memory.bytes, OFFSET);
      using _guard = mutex.lock();
      await assertRejects(() => peer.ask("trylock", OFFSET), Error, "EBUSY");
    }
  },
));

Deno.test(needing(
  ["cc"],
  "Mutex gives nobody a second guard for a mutex of any type that this program has",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    await using peer = Peer.start([program.path, memory.path]);
    for (const kind of ["normal", "robust", "recursive"]) {
      await peer.ask("init", OFFSET, kind);
      const mutex = Mutex.open(memory.bytes, OFFSET);
      const guard = mutex.lock();
      assertEquals(mutex.tryLock(), null, kind);
      const error = assertThrows(() => mutex.lock({ timeoutMs: 2000 }));
      assertEquals(codeOf(error), "EDEADLK");
      const other = mutex.lockAsync();
      await pause(3);
      guard.unlock();
      (await other).unlock();
      assertEquals(await peer.ask("trylock", OFFSET), "clean");
      await peer.ask("unlock", OFFSET);
    }
  },
));

Deno.test(needing(
  ["cc", "native"],
  "a mutex whose owner in C was killed goes to the next one, who alone is told",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    const mutex = Mutex.create(memory.bytes, OFFSET);
    const ways = [
      () => mutex.tryLock(),
      () => mutex.lock(),
      () => mutex.lockAsync(),
    ];
    for (const take of ways) {
      await using victim = Peer.start([program.path, memory.path]);
      await victim.ask("lock", OFFSET);
      await victim[Symbol.asyncDispose]();
      const guard = await take();
      assertEquals(guard?.ownerDied, true);
      guard?.unlock();
      using next = mutex.lock();
      assertEquals(next.ownerDied, false);
    }
  },
));

Deno.test(needing(
  ["cc", "native"],
  "Mutex throws ENOTRECOVERABLE when a C program gave up on a mutex whose owner died, until it is made anew",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    const mutex = Mutex.create(memory.bytes, OFFSET);
    await using victim = Peer.start([program.path, memory.path]);
    await victim.ask("lock", OFFSET);
    await victim[Symbol.asyncDispose]();
    await using peer = Peer.start([program.path, memory.path]);
    await peer.ask("abandon", OFFSET);
    const message = "without repairing it";
    // The timeouts only keep a failure from hanging.
    const options = { timeoutMs: 2000 };
    for (const take of [() => mutex.tryLock(), () => mutex.lock(options)]) {
      const error = assertThrows(take, Error, message);
      assertEquals(codeOf(error), "ENOTRECOVERABLE");
      const refused = await assertRejects(
        () => mutex.lockAsync(options),
        Error,
        message,
      );
      assertEquals(codeOf(refused), "ENOTRECOVERABLE");
    }
    await assertRejects(
      () => peer.ask("lock", OFFSET),
      Error,
      "ENOTRECOVERABLE",
    );
    Mutex.create(memory.bytes, OFFSET).lock().unlock();
    assertEquals(await peer.ask("lock", OFFSET), "clean");
  },
));

Deno.test(needing(
  ["cc"],
  "Mutex.lockAsync() ends when the memory is unmapped, and is not counted as a waiter any more",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    using same = SharedMemory.openPath(memory.path);
    using mapping = same.map();
    const mutex = Mutex.create(memory.bytes, OFFSET);
    const elsewhere = Mutex.open(mapping.bytes, OFFSET);
    await using peer = Peer.start([program.path, memory.path]);
    await peer.ask("lock", OFFSET);
    const stays = mutex.lockAsync();
    const leaves = [1, 2, 3].map(() =>
      assertRejects(
        () => elsewhere.lockAsync(),
        Deno.errors.BadResource,
        "unmapped",
      )
    );
    await pause(5);
    // Those of one object may stand behind each other, and count as one.
    assert((memory.words[WAITERS] ?? 0) >= 2);
    mapping.unmap();
    await Promise.all(leaves);
    assertEquals(memory.words[WAITERS], 1);
    await peer.ask("unlock", OFFSET);
    (await stays).unlock();
  },
));

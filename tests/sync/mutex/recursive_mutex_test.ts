/**
 * `Mutex` of the recursive kind, here and with a C program.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { Condition, Mutex } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { testMemory } from "../../helpers/sync/memory.ts";

const OFFSET = 200;
/** Where glibc counts how often its holder has it. */
const COUNT = OFFSET / 4 + 1;

Deno.test("a recursive Mutex is free when each of its guards was released", () => {
  using memory = testMemory();
  const options = { recursive: true };
  const mutex = Mutex.create(memory.bytes, OFFSET, options);
  const first = mutex.lock();
  const second = Mutex.open(memory.bytes, OFFSET).lock({ timeoutMs: 0 });
  const third = mutex.tryLock();
  assertEquals(memory.words[COUNT], 3);
  assert(mutex.heldHere);
  // In another order than they were taken.
  first.unlock();
  third?.unlock();
  assert(mutex.heldHere);
  assertThrows(() => memory.unmap(), Deno.errors.Busy);
  second.unlock();
  assertEquals([mutex.heldHere, memory.words[COUNT]], [false, 0]);
  memory.unmap();
});

Deno.test("a recursive Mutex makes tasks of one program wait for each other with lockAsync()", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET, { recursive: true });
  const guard = await mutex.lockAsync();
  await assertRejects(
    () => mutex.lockAsync({ timeoutMs: 5 }),
    Deno.errors.TimedOut,
  );
  guard.unlock();
  (await mutex.lockAsync()).unlock();
});

Deno.test("Condition.wait() refuses a mutex that this thread has more than once", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET, { recursive: true });
  const condition = Condition.create(memory.bytes, 0);
  using outer = mutex.lock();
  {
    using _inner = mutex.lock();
    assertThrows(
      () => condition.wait(outer, { timeoutMs: 1 }),
      TypeError,
      "2 times",
    );
  }
  assertEquals(condition.wait(outer, { timeoutMs: 1 }), "timed-out");
});

Deno.test("Mutex refuses options that do not exist, or are of the wrong kind", () => {
  using memory = testMemory();
  for (const call of [Mutex.create, Mutex.open]) {
    assertThrows(
      // @ts-expect-error -- the types refuse it, too
      () => call(memory.bytes, OFFSET, { recursiv: true }),
      TypeError,
      'no option "recursiv"',
    );
    assertThrows(
      // @ts-expect-error -- the types refuse it, too
      () => call(memory.bytes, OFFSET, { recursive: 1 }),
      TypeError,
      "true or false",
    );
    assertThrows(
      // @ts-expect-error -- the types refuse it, too
      () => call(memory.bytes, OFFSET, null),
      TypeError,
      "it takes options",
    );
  }
  Mutex.create(memory.bytes, OFFSET);
  assertThrows(
    () => Mutex.open(memory.bytes, OFFSET, { recursive: true }),
    TypeError,
    "is not recursive",
  );
});

Deno.test(needing(
  ["cc"],
  "a recursive Mutex nests in C and here, one after the other, whichever side made it",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    await using peer = Peer.start([program.path, memory.path]);
    const makers = [
      () => Mutex.create(memory.bytes, OFFSET, { recursive: true }),
      async () => {
        await peer.ask("init", OFFSET, "recursive");
        return Mutex.open(memory.bytes, OFFSET, { recursive: true });
      },
    ];
    for (const make of makers) {
      const mutex = await make();
      for (let round = 0; round < 3; round++) {
        assertEquals(await peer.ask("lock", OFFSET), "clean");
        assertEquals(await peer.ask("lock", OFFSET), "clean");
        assertEquals(mutex.tryLock(), null);
        await peer.ask("unlock", OFFSET);
        assertEquals(mutex.tryLock(), null);
        await peer.ask("unlock", OFFSET);
        {
          using _outer = mutex.lock();
          using _inner = mutex.lock();
          await assertRejects(
            () => peer.ask("trylock", OFFSET),
            Error,
            "EBUSY",
          );
        }
      }
    }
  },
));

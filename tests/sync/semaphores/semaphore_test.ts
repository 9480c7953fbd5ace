/**
 * `Semaphore` within one program, with a name and in memory.
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
import { Semaphore } from "../../../sync/mod.ts";
import { randomName } from "../../helpers/names.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, until } from "../../helpers/sync/size.ts";

const OFFSET = 200;
/** Where libc keeps the number of those who wait. */
const SLEEPERS = OFFSET / 4 + 1;
const MOST = 0x7fff_ffff;

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

/** Makes a semaphore of either kind, until the end of a block. */
const KINDS: readonly {
  readonly kind: string;
  readonly make: (value?: number) => Disposable & {
    readonly semaphore: Semaphore;
  };
}[] = [
  {
    kind: "a semaphore with a name",
    make: (value = 0) => {
      const name = randomName();
      const semaphore = Semaphore.create(name, { value });
      return {
        semaphore,
        [Symbol.dispose]: () => {
          Semaphore.unlink(name);
          semaphore.close();
        },
      };
    },
  },
  {
    kind: "a semaphore in memory",
    make: (value = 0) => {
      const memory = testMemory();
      return {
        semaphore: Semaphore.createAt(memory.bytes, OFFSET, { value }),
        [Symbol.dispose]: () => memory[Symbol.dispose](),
      };
    },
  },
];

for (const { kind, make } of KINDS) {
  Deno.test(`${kind} counts what is posted and taken`, () => {
    using made = make(3);
    const { semaphore } = made;
    assertEquals(semaphore.value, 3);
    semaphore.post();
    assertEquals(semaphore.value, 4);
    assertEquals(semaphore.tryWait(), true);
    assertEquals(semaphore.wait(), "ok");
    assertEquals(semaphore.wait({ timeoutMs: 0 }), "ok");
    assertEquals(semaphore.value, 1);
    assertEquals(semaphore.tryWait(), true);
    assertEquals(semaphore.tryWait(), false);
    assertEquals(semaphore.value, 0);
  });

  Deno.test(`${kind} gives up when the time is over, with nothing taken`, async () => {
    using made = make();
    const { semaphore } = made;
    for (const timeoutMs of [0, 17, 140]) {
      const start = performance.now();
      assertEquals(semaphore.wait({ timeoutMs }), "timed-out");
      assertEquals(await semaphore.waitAsync({ timeoutMs }), "timed-out");
      assert(performance.now() - start >= 2 * timeoutMs - 5);
    }
    semaphore.post();
    assertEquals(semaphore.value, 1);
    assertEquals(await semaphore.waitAsync({ timeoutMs: 0 }), "ok");
  });

  Deno.test(`${kind} refuses timeouts that are none`, async () => {
    using made = make(1);
    const { semaphore } = made;
    for (const timeoutMs of [-1, NaN]) {
      const message = "the timeout must be milliseconds, 0 or more";
      assertThrows(() => semaphore.wait({ timeoutMs }), RangeError, message);
      await assertRejects(
        () => semaphore.waitAsync({ timeoutMs }),
        RangeError,
        message,
      );
    }
    assertEquals(semaphore.value, 1);
  });

  Deno.test(`${kind} waits with timeouts that are longer than any clock`, async () => {
    using made = make();
    const { semaphore } = made;
    for (const timeoutMs of [2 ** 31, 1e22, Number.MAX_VALUE]) {
      const waiter = semaphore.waitAsync({ timeoutMs });
      await pause(5);
      semaphore.post();
      assertEquals(await waiter, "ok");
      semaphore.post();
      assertEquals(semaphore.wait({ timeoutMs }), "ok");
    }
  });

  Deno.test(`${kind} wakes exactly one of those who wait for each post`, async () => {
    using made = make();
    const { semaphore } = made;
    let woken = 0;
    const waiters = Array.from({ length: 41 }, async () => {
      assertEquals(await semaphore.waitAsync(), "ok");
      woken++;
    });
    await pause(10);
    for (let posted = 1; posted <= 5; posted++) {
      semaphore.post();
      // Without futex_waitv it may take a while to be seen.
      await until(() => woken === posted, `${posted} are woken`);
      await pause(10);
      assertEquals(woken, posted);
    }
    for (let posted = 5; posted < 41; posted++) semaphore.post();
    await Promise.all(waiters);
    assertEquals(semaphore.value, 0);
  });

  Deno.test(`${kind} ends a wait with the signal's reason, with nothing taken`, async () => {
    using made = make();
    const { semaphore } = made;
    const reason = new Error("not needed any more");
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = semaphore.waitAsync({ signal });
    const patient = semaphore.waitAsync();
    await pause(5);
    controller.abort(reason);
    assertEquals(await assertRejects(() => aborted), reason);
    semaphore.post();
    assertEquals(await patient, "ok");
    semaphore.post();
    assertEquals(
      await assertRejects(() => semaphore.waitAsync({ signal })),
      reason,
    );
    assertEquals(semaphore.value, 1);
  });

  Deno.test(`${kind} loses no post to a wait that is aborted at that moment`, async () => {
    using made = make();
    const { semaphore } = made;
    for (let round = 0; round < 100; round++) {
      const controller = new AbortController();
      const { signal } = controller;
      const waiter = semaphore.waitAsync({ signal }).catch(() => "aborted");
      const other = semaphore.waitAsync();
      if (round % 2 === 0) await pause(1);
      semaphore.post();
      if (round % 3 === 0) await Promise.resolve();
      controller.abort(new Error("late"));
      if (await waiter === "ok") semaphore.post();
      assertEquals(await other, "ok");
    }
    assertEquals(semaphore.value, 0);
    await pause(20);
  });

  Deno.test(`${kind} throws EOVERFLOW at the largest value, and keeps it`, () => {
    using made = make(MOST);
    const { semaphore } = made;
    const error = assertThrows(() => semaphore.post(), Error, "post semaphore");
    assertEquals(codeOf(error), "EOVERFLOW");
    assertEquals(semaphore.value, MOST);
    assertEquals(semaphore.tryWait(), true);
    semaphore.post();
    assertEquals(semaphore.value, MOST);
  });

  Deno.test(`${kind} refuses values that it cannot have`, () => {
    for (const value of [-1, MOST + 1, 0.5, NaN, Infinity]) {
      assertThrows(() => make(value), RangeError, "value");
    }
  });

  Deno.test(`${kind} that is closed can be closed again, and nothing else`, async () => {
    using made = make(5);
    const { semaphore } = made;
    semaphore.close();
    semaphore.close();
    semaphore[Symbol.dispose]();
    const gone = Deno.errors.BadResource;
    const message = "it was closed";
    assertThrows(() => semaphore.post(), gone, message);
    assertThrows(() => semaphore.tryWait(), gone, message);
    assertThrows(() => semaphore.wait(), gone, message);
    assertThrows(() => semaphore.value, gone, message);
    await assertRejects(() => semaphore.waitAsync(), gone);
  });
}

Deno.test("a semaphore in memory counts those who wait as libc does, and none once they have left", async () => {
  using memory = testMemory();
  const semaphore = Semaphore.createAt(memory.bytes, OFFSET);
  const { words } = memory;
  const controller = new AbortController();
  const waiters = [
    semaphore.waitAsync(),
    semaphore.waitAsync({ timeoutMs: 30 }),
    semaphore.waitAsync({ signal: controller.signal }).catch(() => "aborted"),
  ];
  await pause(5);
  assertEquals(words[SLEEPERS], 3);
  controller.abort();
  semaphore.post();
  const results = await Promise.all(waiters);
  assertEquals(results, ["ok", "timed-out", "aborted"]);
  assertEquals(words[SLEEPERS], 0);
});

Deno.test("a wait for a semaphore in memory ends when it is closed, with nothing taken", async () => {
  using memory = testMemory();
  const semaphore = Semaphore.createAt(memory.bytes, OFFSET);
  const other = Semaphore.openAt(memory.bytes, OFFSET);
  const waiters = [1, 2, 3].map(() => semaphore.waitAsync());
  const stays = other.waitAsync();
  await pause(5);
  semaphore.close();
  await Promise.all(
    waiters.map((waiter) =>
      assertRejects(() => waiter, Deno.errors.BadResource, "was closed")
    ),
  );
  assertEquals(memory.words[SLEEPERS], 1);
  other.post();
  assertEquals(await stays, "ok");
});

Deno.test("a semaphore in memory lives on when one that opened it closes it", () => {
  using memory = testMemory();
  const semaphore = Semaphore.createAt(memory.bytes, OFFSET, { value: 2 });
  {
    using other = Semaphore.openAt(memory.bytes, OFFSET);
    assertEquals([other.name, other.tryWait()], [null, true]);
  }
  assertEquals(semaphore.value, 1);
});

Deno.test("a wait for a semaphore in memory ends when the memory is unmapped, and is not counted any more", async () => {
  using memory = testMemory();
  using same = SharedMemory.openPath(memory.path);
  using mapping = same.map();
  const semaphore = Semaphore.createAt(memory.bytes, OFFSET);
  const elsewhere = Semaphore.openAt(mapping.bytes, OFFSET);
  const stays = semaphore.waitAsync();
  const leaves = [1, 2, 3].map(() => elsewhere.waitAsync());
  await pause(5);
  assertEquals(memory.words[SLEEPERS], 4);
  mapping.unmap();
  await Promise.all(
    leaves.map((waiter) =>
      assertRejects(() => waiter, Deno.errors.BadResource, "unmapped")
    ),
  );
  assertEquals(memory.words[SLEEPERS], 1);
  const gone = Deno.errors.BadResource;
  assertThrows(() => elsewhere.post(), gone, "its memory unmapped");
  elsewhere.close();
  semaphore.post();
  assertEquals(await stays, "ok");
});

/**
 * Who may do what with a semaphore set: as the kernel asks, not more (LTP's
 * semctl01, semctl02, semctl04, semop02).
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import { SemaphoreSet } from "../../../sync/mod.ts";
import { needing } from "../../helpers/needs.ts";
import { runAsNobody } from "../../helpers/sync/nobody.ts";

/** Runs lines as another user, with the id of a set; prints what each gave. */
async function asNobody(id: number, ...acts: string[]): Promise<string[]> {
  const { stdout, stderr } = await runAsNobody(`
    import { SemaphoreSet } from "sync/mod.ts";
    const open = () => SemaphoreSet.open({ id: ${id} });
    for (const act of [${acts.map((act) => `() => ${act}`).join(", ")}]) {
      try {
        console.log(JSON.stringify(act() ?? "ok"));
      } catch (error) {
        console.log(error.code ?? String(error));
      }
    }
  `);
  assertEquals(stderr, "");
  return stdout.trimEnd().split("\n");
}

Deno.test(needing(
  ["root", "setpriv", "native"],
  "a set that others may alter but not read is opened, altered, and not read",
  async () => {
    const set = SemaphoreSet.create({ values: [1, 2], mode: 0o602 });
    using cleanup = new DisposableStack();
    cleanup.defer(() => set.remove());
    const told = await asNobody(
      set.id,
      "open().count",
      "open().operate([{ index: 0, delta: 1 }])",
      "open().setValue(1, 7)",
      "open().values",
      "open().operate([{ index: 0, delta: 0 }], { timeoutMs: 0 })",
      "open().set({ mode: 0o666 })",
      "open().remove()",
    );
    assertEquals(told, [
      "2",
      '"ok"',
      '"ok"',
      "EACCES",
      "EACCES",
      "EPERM",
      "EPERM",
    ]);
    assertEquals(set.values, [2, 7]);
  },
));

Deno.test(needing(
  ["root", "setpriv", "native"],
  "a set that is closed to others is not opened, and a stranger is told so",
  async () => {
    const set = SemaphoreSet.create({ values: [1], mode: 0o600 });
    using cleanup = new DisposableStack();
    cleanup.defer(() => set.remove());
    const listed = `SemaphoreSet.list().filter(({ id }) => id === ${set.id})`;
    const told = await asNobody(
      set.id,
      "open()",
      `${listed}.map(({ mode, count, uid }) => [mode, count, uid])`,
    );
    assertEquals(told, ["EACCES", "[[384,1,0]]"]);
  },
));

Deno.test(needing(
  ["root", "setpriv", "native"],
  "an owner changes and removes a set that he may not read, from another process too",
  async () => {
    const set = SemaphoreSet.create({ values: [1], mode: 0 });
    using cleanup = new DisposableStack();
    cleanup.defer(() => {
      // Unless the test was as it should.
      try {
        set.remove();
      } catch {
        // It is gone.
      }
    });
    set.set({ uid: 65534, gid: 65534 });
    const told = await asNobody(
      set.id,
      "open().values",
      "open().set({ mode: 0o400 })",
      "open().values",
      "open().set({ mode: 0 })",
      "open().remove()",
    );
    assertEquals(told, ["EACCES", '"ok"', "[1]", '"ok"', '"ok"']);
    const error = assertThrows(() => set.values);
    assert(isSystemError(error) && error.code === "EINVAL", `${error}`);
  },
));

Deno.test("SemaphoreSet.list() has every set, and usage() counts them", () => {
  using cleanup = new DisposableStack();
  const sets = [3, 5].map((values) => {
    const set = SemaphoreSet.create({ values, mode: 0o640 });
    cleanup.defer(() => set.remove());
    return set;
  });
  const list = SemaphoreSet.list();
  for (const { id, count } of sets) {
    const found = list.find((status) => status.id === id);
    assertEquals([found?.count, found?.mode], [count, 0o640]);
  }
  const { sets: number, semaphores } = SemaphoreSet.usage();
  assert(number >= 2 && semaphores >= 8, `${number} with ${semaphores}`);
});

Deno.test("SemaphoreSet is disposable, and the set stays", () => {
  using cleanup = new DisposableStack();
  const set = SemaphoreSet.create({ values: [4] });
  const { id } = set;
  cleanup.defer(() => SemaphoreSet.open({ id }).remove());
  {
    using same = SemaphoreSet.open({ id });
    assertEquals(same.values, [4]);
  }
  set.close();
  set.close();
  assertThrows(() => set.values, Deno.errors.BadResource, "closed");
  assertThrows(() => set.remove(), Deno.errors.BadResource, "closed");
});

Deno.test("SemaphoreSet keeps what it is to itself, and copies what it is given", () => {
  using cleanup = new DisposableStack();
  const set = SemaphoreSet.create({ values: [1, 2, 3], key: -0 });
  cleanup.defer(() => set.remove());
  for (const name of ["count", "id", "key", "created"]) {
    assertThrows(() => Object.assign(set, { [name]: 1 }), TypeError);
  }
  assertEquals([set.count, set.values], [3, [1, 2, 3]]);
  // Longer than it says, and shorter.
  const lying = (length: number, items: number[]) =>
    Object.assign([...items], {
      [Symbol.iterator]: () => items.slice(0, length)[Symbol.iterator](),
    });
  for (const length of [0, 1, 2]) {
    assertThrows(() => set.setValues(lying(length, [7, 8, 9])), RangeError);
  }
  set.setValues(lying(3, [7, 8, 9]));
  assertEquals(set.values, [7, 8, 9]);
  let looks = 0;
  const operation = {
    index: 0,
    get delta() {
      return ++looks === 1 ? -1 : -20;
    },
  };
  assertEquals(set.operate([operation]), "ok");
  assertEquals(set.values, [6, 8, 9]);
  set.setValue(-0, -0);
  assertEquals(set.values, [0, 8, 9]);
});

Deno.test("SemaphoreSet refuses options that do not exist", () => {
  using cleanup = new DisposableStack();
  const set = SemaphoreSet.create({ values: 1 });
  cleanup.defer(() => set.remove());
  const calls: readonly (() => unknown)[] = [
    // @ts-expect-error -- the types refuse it, too
    () => SemaphoreSet.create({ values: 1, modes: 0 }),
    // @ts-expect-error -- the types refuse it, too
    () => SemaphoreSet.open({ ids: 1 }),
    // @ts-expect-error -- the types refuse it, too
    () => set.operate([{ index: 0, delta: 1, nowait: true }]),
    // @ts-expect-error -- the types refuse it, too
    () => set.operate([{ index: 0, delta: 1 }], { timeout: 1 }),
    // @ts-expect-error -- the types refuse it, too
    () => set.set({ modes: 0 }),
  ];
  for (const call of calls) {
    assertThrows(call, TypeError, "there is no option");
  }
  assertEquals(set.values, [0]);
});

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import {
  FileLock,
  isSystemError,
  MappedFile,
  SharedMemory,
} from "../../../mod.ts";
import {
  isByteLocked,
  tryLockByte,
  unlockByte,
} from "../../../memory/locks/byte_lock.ts";
import { randomName } from "../../helpers/names.ts";
import { twoFiles } from "../../helpers/memory/two_files.ts";

/** An object, and two handles of it. */
function twoObjects() {
  const name = randomName();
  const stack = new DisposableStack();
  const one = stack.use(SharedMemory.create(name, { size: 100 }));
  stack.defer(() => one.unlink());
  const other = stack.use(SharedMemory.open(name));
  return { one, other, [Symbol.dispose]: () => stack.dispose() };
}

for (
  const [what, make] of [["files", twoFiles], ["objects", twoObjects]] as const
) {
  Deno.test(`FileLock excludes another handle of ${what}, in one process too`, () => {
    using handles = make();
    using lock = FileLock.tryLock(handles.one);
    assert(lock?.held);
    assertEquals([lock.kind, lock.byteOffset, lock.byteLength], [
      "exclusive",
      0,
      Infinity,
    ]);
    assertEquals(FileLock.tryLock(handles.other), null);
    assertEquals(FileLock.tryLock(handles.other, { kind: "shared" }), null);
    lock.unlock();
    lock.unlock();
    assert(!lock.held);
    using next = FileLock.tryLock(handles.other);
    assert(next?.held);
  });

  Deno.test(`FileLock locks ranges of ${what} apart, shared ones together`, () => {
    using handles = make();
    using first = FileLock.tryLock(handles.one, {
      byteOffset: 3,
      byteLength: 10,
    });
    assert(first !== null);
    assertEquals(
      FileLock.tryLock(handles.other, { byteOffset: 12, byteLength: 1 }),
      null,
    );
    using behind = FileLock.tryLock(handles.other, { byteOffset: 13 });
    using before = FileLock.tryLock(handles.other, { byteLength: 3 });
    assert(behind !== null && before !== null);
    first.unlock();
    using shared = FileLock.tryLock(handles.one, {
      kind: "shared",
      byteOffset: 4,
      byteLength: 2,
    });
    using same = FileLock.tryLock(handles.other, {
      kind: "shared",
      byteOffset: 3,
      byteLength: 10,
    });
    assert(shared !== null && same !== null);
  });

  Deno.test(`FileLock refuses what overlaps with a lock of the same handle of ${what}`, () => {
    using handles = make();
    const { one } = handles;
    using lock = FileLock.lock(one, { byteOffset: 10, byteLength: 10 });
    for (
      const range of [{}, { byteOffset: 19 }, { byteLength: 11 }, {
        byteOffset: 12,
        byteLength: 2,
      }]
    ) {
      const { message } = assertThrows(
        () => FileLock.tryLock(one, range),
        Deno.errors.Busy,
      );
      assert(
        message.includes("this handle has locked bytes 10 to 20 already"),
        message,
      );
    }
    using beside = FileLock.tryLock(one, { byteOffset: 20 });
    assert(beside !== null);
    lock.unlock();
    using again = FileLock.tryLock(one, { byteLength: 20 });
    assert(again !== null);
  });

  Deno.test(`FileLock goes with its handle of ${what}, though memory is still mapped`, () => {
    using handles = make();
    using mapping = handles.one.map();
    const lock = FileLock.lock(handles.one);
    handles.one.close();
    assert(!lock.held);
    lock.unlock();
    using next = FileLock.tryLock(handles.other);
    assert(next !== null);
    assertEquals(mapping.byteLength, 100);
    assertThrows(
      () => FileLock.tryLock(handles.one),
      Deno.errors.BadResource,
      "it is closed",
    );
  });

  Deno.test(`FileLock.test of ${what} tells what is in the way`, () => {
    using handles = make();
    using lock = FileLock.lock(handles.one, { byteOffset: 5, byteLength: 6 });
    assertEquals(FileLock.test(handles.one), null);
    assertEquals(FileLock.test(handles.other, { byteOffset: 11 }), null);
    assertEquals(FileLock.test(handles.other), {
      kind: "exclusive",
      pid: null,
      byteOffset: 5,
      byteLength: 6,
    });
    lock.unlock();
    using shared = FileLock.lock(handles.one, {
      kind: "shared",
      byteOffset: 7,
    });
    assertEquals(FileLock.test(handles.other, { kind: "shared" }), null);
    assertEquals(FileLock.test(handles.other)?.byteLength, Infinity);
    shared.unlock();
  });

  Deno.test(`FileLock.lock and lockAsync of ${what} end with TimedOut, and by a signal`, async () => {
    using handles = make();
    using lock = FileLock.lock(handles.one);
    const error = assertThrows(
      () => FileLock.lock(handles.other, { timeoutMs: 5 }),
      Deno.errors.TimedOut,
    );
    assert(isSystemError(error));
    assertEquals([error.code, error.syscall], ["ETIMEDOUT", "fcntl"]);
    await assertRejects(
      () => FileLock.lockAsync(handles.other, { timeoutMs: 5 }),
      Deno.errors.TimedOut,
      "FileLock.test()",
    );
    const reason = new Error("enough");
    const controller = new AbortController();
    const pending = FileLock.lockAsync(handles.other, {
      signal: controller.signal,
    });
    controller.abort(reason);
    assertEquals(await pending.catch((error) => error), reason);
    const { signal } = controller;
    // It is looked at before anything is locked, also where nothing is in the way.
    const caught = assertThrows(() => FileLock.lock(handles.one, { signal }));
    assertEquals(caught, reason);
    const waiting = FileLock.lockAsync(handles.other);
    await new Promise((resolve) => setTimeout(resolve, 3));
    lock.unlock();
    using next = await waiting;
    assert(next.held);
  });
}

Deno.test("FileLock of a handle for reading takes shared locks only", () => {
  using files = twoFiles();
  using reader = MappedFile.open(files.path);
  using shared = FileLock.tryLock(reader, { kind: "shared" });
  assert(shared !== null);
  shared.unlock();
  const { message } = assertThrows(
    () => FileLock.tryLock(reader),
    Deno.errors.BadResource,
  );
  assert(message.includes('kind "shared"'), message);
});

Deno.test("FileLock refuses wrong arguments, and reads each option once", () => {
  using files = twoFiles();
  const { one } = files;
  const wrong: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [null, TypeError, "must be an object"],
    [{ kin: "shared" }, TypeError, 'there is no option "kin"'],
    [{ kind: "both" }, TypeError, '"shared", "exclusive"'],
    [{ byteOffset: -1 }, RangeError, "byteOffset"],
    [{ byteOffset: "1" }, TypeError, "byteOffset"],
    [{ byteLength: 0 }, RangeError, "byteLength"],
    [{ byteLength: 1n }, TypeError, "byteLength"],
    [
      { byteOffset: Number.MAX_SAFE_INTEGER, byteLength: 1 },
      RangeError,
      "together",
    ],
  ];
  for (const [options, error, text] of wrong) {
    assertThrows(
      () => Reflect.apply(FileLock.tryLock, FileLock, [one, options]),
      error,
      text,
    );
  }
  for (const timeoutMs of [-1, NaN]) {
    assertThrows(
      () => FileLock.lock(one, { timeoutMs }),
      RangeError,
      "timeoutMs",
    );
  }
  for (const handle of [undefined, {}, Object.create(MappedFile.prototype)]) {
    assertThrows(
      () => Reflect.apply(FileLock.tryLock, FileLock, [handle]),
      TypeError,
    );
  }
  let reads = 0;
  using lock = FileLock.lock(one, {
    get byteLength() {
      return ++reads === 1 ? 7 : -1;
    },
  });
  assertEquals([reads, lock.byteLength], [1, 7]);
});

Deno.test("a lock on one byte excludes another handle, far behind the end too", () => {
  using objects = twoObjects();
  const { one, other } = objects;
  const far = 2 ** 40 + 3;
  assert(tryLockByte(one, far, "lock the test"));
  assert(isByteLocked(other, far, "look"));
  assert(!isByteLocked(one, far, "look"), "one's own is not in the way");
  assert(!isByteLocked(other, far + 1, "look"));
  assert(!tryLockByte(other, far, "lock the test"));
  unlockByte(one, far, "unlock the test");
  assert(tryLockByte(other, far, "lock the test"));
});

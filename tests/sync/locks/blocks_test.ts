/**
 * Where locks and semaphores may lie in memory, and where not.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { Segment, SharedMemory } from "../../../mod.ts";
import { Mutex, ReadWriteLock, Semaphore } from "../../../sync/mod.ts";
import { testMemory } from "../../helpers/sync/memory.ts";

/** What lies in shared memory. */
const KINDS: readonly {
  readonly name: string;
  readonly byteLength: number;
  readonly create: (memory: Uint8Array, byteOffset?: number) => unknown;
  readonly open: (memory: Uint8Array, byteOffset?: number) => unknown;
}[] = [
  {
    name: "Mutex",
    byteLength: 64,
    create: (memory, byteOffset) => Mutex.create(memory, byteOffset),
    open: (memory, byteOffset) => Mutex.open(memory, byteOffset),
  },
  {
    name: "ReadWriteLock",
    byteLength: ReadWriteLock.byteLength(3),
    create: (memory, byteOffset) =>
      ReadWriteLock.create(memory, byteOffset, { slots: 3 }),
    open: (memory, byteOffset) => ReadWriteLock.open(memory, byteOffset),
  },
  {
    name: "Semaphore",
    byteLength: 32,
    create: (memory, byteOffset) => Semaphore.createAt(memory, byteOffset),
    open: (memory, byteOffset) => Semaphore.openAt(memory, byteOffset),
  },
];

for (const { name, byteLength, create, open } of KINDS) {
  Deno.test(`${name} lies anywhere at a multiple of 8, up to the last byte`, () => {
    const last = 5000 - byteLength - (5000 - byteLength) % 8;
    for (const offset of [0, 8, 4040, last]) {
      using memory = testMemory();
      create(memory.bytes, offset);
      open(memory.bytes, offset);
    }
    using memory = testMemory();
    create(memory.bytes);
    open(memory.bytes);
  });

  Deno.test(`${name} lies in a part of the memory, counted from there`, () => {
    using memory = testMemory();
    create(memory.bytes.subarray(40), 16);
    open(memory.bytes, 56);
    assertThrows(
      () => create(memory.bytes.subarray(40, 40 + byteLength), 8),
      RangeError,
      `it takes ${byteLength} bytes from offset 8 on`,
    );
    assertThrows(
      () => create(memory.bytes.subarray(4), 0),
      RangeError,
      "multiple of 8",
    );
    using other = testMemory();
    create(other.bytes.subarray(4), 4);
    open(other.bytes, 8);
  });

  Deno.test(`${name} refuses offsets outside of the memory, and changes nothing`, () => {
    using memory = testMemory();
    memory.bytes.fill(0x55);
    for (const offset of [-8, 4976, 5000, 2 ** 40, 1.5, NaN, Infinity]) {
      assertThrows(() => create(memory.bytes, offset), RangeError);
      assertThrows(() => open(memory.bytes, offset), RangeError);
    }
    const tooLate = 5008 - byteLength;
    assertThrows(() => create(memory.bytes, tooLate), RangeError, "5000");
    for (const offset of [1, 2, 4, 4001]) {
      const message = "multiple of 8 bytes";
      assertThrows(() => create(memory.bytes, offset), RangeError, message);
      assertThrows(() => open(memory.bytes, offset), RangeError, message);
    }
    assert(memory.bytes.every((byte) => byte === 0x55));
  });

  Deno.test(`${name} is not found where none was made`, () => {
    using memory = testMemory();
    for (const filling of [0, 0x55, 0xff]) {
      memory.bytes.fill(filling);
      assertThrows(() => open(memory.bytes, 64), TypeError, "there is no");
    }
  });

  Deno.test(`${name} refuses memory that cannot be written, or that is private`, () => {
    using memory = SharedMemory.anonymous({ size: 3000 });
    using readonly = memory.map({ access: "read" });
    using cow = memory.map({ access: "copy-on-write" });
    for (const call of [create, open]) {
      assertThrows(
        // @ts-expect-error -- the types refuse it, too
        () => call(readonly.bytes, 0),
        TypeError,
        'this is mapped with access "read"',
      );
      assertThrows(
        () => call(cow.bytes, 0),
        TypeError,
        'this is mapped with access "copy-on-write"',
      );
    }
  });

  Deno.test(`${name} refuses what is not mapped, or no longer`, () => {
    using memory = testMemory();
    create(memory.bytes, 0);
    memory.unmap();
    for (const call of [create, open]) {
      assertThrows(() => call(memory.bytes, 0), TypeError, "unmapped before");
      assertThrows(
        () => call(new Uint8Array(5000), 0),
        TypeError,
        "not mapped memory",
      );
      assertThrows(
        // @ts-expect-error -- the types refuse it, too
        () => call(null, 0),
        TypeError,
      );
    }
  });

  Deno.test(`${name} works in a segment`, () => {
    using cleanup = new DisposableStack();
    const segment = Segment.create({ size: 3333 });
    cleanup.defer(() => segment.remove());
    using mapping = segment.attach();
    create(mapping.bytes, 2000);
    open(mapping.bytes, 2000);
  });
}

Deno.test("a block of one kind is not opened as another", () => {
  for (const { name, create } of KINDS) {
    for (const other of KINDS) {
      if (other.name === name) continue;
      using memory = testMemory();
      create(memory.bytes, 0);
      assertThrows(
        () => other.open(memory.bytes, 0),
        TypeError,
        "there is no",
      );
    }
  }
});

Deno.test("ReadWriteLock.open() refuses a number of slots that does not fit", () => {
  using memory = testMemory();
  ReadWriteLock.create(memory.bytes, 4000, { slots: 2 });
  for (const slots of [0, -1, 1025, 0x7fff_ffff, 900]) {
    memory.words[1001] = slots;
    assertThrows(() => ReadWriteLock.open(memory.bytes, 4000), RangeError);
  }
  // One that was not made there.
  memory.words[1001] = 5;
  assertThrows(() => ReadWriteLock.open(memory.bytes, 4000), TypeError);
  memory.words[1001] = 2;
  assertEquals(ReadWriteLock.open(memory.bytes, 4000).slots, 2);
});

Deno.test("blocks that would overlap in a mapping are refused, with both named", () => {
  using memory = testMemory();
  const { bytes } = memory;
  const mutex = Mutex.create(bytes, 0);
  for (const { name, create } of KINDS) {
    for (const offset of name === "Mutex" ? [8, 24, 56] : [0, 24, 56]) {
      assertThrows(
        () => create(bytes, offset),
        RangeError,
        "would overlap the mutex at offset 0",
      );
    }
  }
  using semaphore = Semaphore.createAt(bytes, 512);
  assertThrows(
    () => ReadWriteLock.create(bytes, 256, { slots: 3 }),
    RangeError,
    "Cannot create read-write lock at offset 256: its 320 bytes would overlap the semaphore at offset 512",
  );
  // Beside each other, and the same once more.
  Mutex.create(bytes, 64).lock().unlock();
  Mutex.create(bytes, 0).lock().unlock();
  Mutex.open(bytes, 0).lock().unlock();
  mutex.lock().unlock();
  Semaphore.openAt(bytes, 512).close();
  assertEquals(semaphore.value, 0);
});

Deno.test("the place of a semaphore that was closed is free for others", () => {
  using memory = testMemory();
  const semaphore = Semaphore.createAt(memory.bytes, 24);
  const same = Semaphore.openAt(memory.bytes, 24);
  semaphore.close();
  assertThrows(() => Mutex.create(memory.bytes, 0), RangeError);
  same.close();
  Mutex.create(memory.bytes, 0).lock().unlock();
});

// The ERRORS sections of shm_open(3), shm_unlink(3), ftruncate(2),
// posix_fallocate(3), memfd_create(2) and of seals in fcntl(2).

import { assertEquals, assertThrows } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { randomName } from "../../helpers/names.ts";
import {
  assertRefused,
  assertSystemError,
  outcomeOf,
} from "../../helpers/memory/outcomes.ts";
import { makeObject } from "../../helpers/memory/objects.ts";

Deno.test("SharedMemory.create() fails with EEXIST when the name is taken", () => {
  using made = makeObject();
  const { name } = made;
  assertSystemError(
    outcomeOf(() => SharedMemory.create(name, { size: 3333 })),
    {
      name: "AlreadyExists",
      code: "EEXIST",
      syscall: "shm_open",
      says: [
        `Cannot create shared memory "${name}": an object with this name exists`,
        'ifExists: "open"',
      ],
    },
  );
});

Deno.test("SharedMemory.open() fails with ENOENT when nothing has the name", () => {
  const name = randomName();
  assertSystemError(outcomeOf(() => SharedMemory.open(name)), {
    name: "NotFound",
    code: "ENOENT",
    syscall: "shm_open",
    says: [`Cannot open shared memory "${name}"`, "SharedMemory.list()"],
  });
});

Deno.test("SharedMemory.unlink() fails with ENOENT when nothing has the name", () => {
  const name = randomName();
  using memory = SharedMemory.create(name, { size: 3333 });
  memory.unlink();
  const calls = [() => memory.unlink(), () => SharedMemory.unlink(name)];
  for (const call of calls) {
    assertSystemError(outcomeOf(call), {
      name: "NotFound",
      code: "ENOENT",
      syscall: "shm_unlink",
      says: [`Cannot unlink shared memory "${name}": there is no object`],
    });
  }
});

Deno.test("SharedMemory.create() refuses a name that shm_open(3) calls ENAMETOOLONG", () => {
  const name = `/${"x".repeat(256)}`;
  const calls = [
    () => SharedMemory.create(name, { size: 3333 }),
    () => SharedMemory.open(name),
    () => SharedMemory.unlink(name),
  ];
  for (const call of calls) {
    assertRefused(outcomeOf(call), "RangeError", "it has 256 bytes");
  }
});

Deno.test("SharedMemory.openPath() fails with ENOENT when the owner has closed", () => {
  const memory = SharedMemory.anonymous({ size: 3333 });
  const path = `${memory.path}`;
  memory.close();
  assertSystemError(outcomeOf(() => SharedMemory.openPath(path)), {
    name: "NotFound",
    code: "ENOENT",
    syscall: "open",
    says: [`Cannot open shared memory at "${path}"`],
  });
});

Deno.test("resize() fails with EINVAL through a handle for reading", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  using reader = SharedMemory.openPath(`${memory.path}`, { access: "read" });
  assertSystemError(outcomeOf(() => reader.resize(5555)), {
    name: "SystemError",
    code: "EINVAL",
    syscall: "ftruncate",
    says: [
      `Cannot resize shared memory at "${memory.path}" to 5555 bytes`,
      'access: "read-write"',
    ],
  });
});

Deno.test("resize() fails with EPERM when a seal forbids it", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  memory.seal("grow");
  for (const size of [1111, 5555]) {
    assertSystemError(outcomeOf(() => memory.resize(size)), {
      name: "PermissionDenied",
      code: "EPERM",
      syscall: "ftruncate",
      says: [
        `Cannot resize shared memory without a name to ${size} bytes`,
        "a seal forbids it",
      ],
    });
  }
  assertEquals(memory.size, 3333);
});

Deno.test("seal() fails with EPERM when it was sealed against seals", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  memory.seal("seal");
  assertSystemError(outcomeOf(() => memory.seal("grow")), {
    name: "PermissionDenied",
    code: "EPERM",
    syscall: "fcntl",
    says: ["Cannot seal shared memory without a name", "further seals"],
  });
});

Deno.test("seal() fails with EBUSY against writes while mapped for writing", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  using mapping = memory.map();
  assertSystemError(outcomeOf(() => memory.seal("write")), {
    name: "Busy",
    code: "EBUSY",
    syscall: "fcntl",
    says: ["Cannot seal shared memory without a name", "unmap it everywhere"],
  });
  mapping.unmap();
  memory.seal("write");
  assertEquals(memory.seals, ["shrink", "write"]);
});

Deno.test("seal() refuses an object that has a name", () => {
  using made = makeObject();
  assertRefused(
    outcomeOf(() => made.memory.seal("grow")),
    "TypeError",
    `Cannot seal shared memory "${made.name}"`,
    "SharedMemory.anonymous()",
  );
});

Deno.test("SharedMemory.anonymous() fails when there are not enough huge pages", () => {
  const size = 2 ** 50;
  assertSystemError(
    outcomeOf(() => SharedMemory.anonymous({ size, hugePages: "2MB" })),
    {
      name: "SystemError",
      code: "ENOSPC",
      syscall: "posix_fallocate",
      says: [`Cannot reserve ${size} bytes`, "vm.nr_hugepages"],
    },
  );
});

Deno.test("SharedMemory.unlink() of a handle leaves another object that has its name since", () => {
  const name = randomName();
  using old = SharedMemory.create(name, { size: 10 });
  old.unlink();
  using now = SharedMemory.create(name, { size: 10 });
  assertThrows(() => old.unlink(), Deno.errors.NotFound, "removed before");
  now.unlink();
});

// The ERRORS sections of shm_open(3), shm_unlink(3), ftruncate(2),
// posix_fallocate(3), memfd_create(2) and of seals in fcntl(2).

import { assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { asNobody, inSmallShm, withLimits } from "../../helpers/limits.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertRefused,
  assertSystemError,
  assertValue,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";

/** An object whose name is gone at the end of the block. */
function makeObject(mode = 0o600) {
  const memory = SharedMemory.create(randomName(), { size: 3333, mode });
  return {
    memory,
    name: `${memory.name}`,
    [Symbol.dispose]: () => {
      memory.unlink();
      memory.close();
    },
  };
}

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

Deno.test(needing(
  ["root", "setpriv"],
  "SharedMemory calls fail with EACCES for a user without rights",
  async () => {
    using secret = makeObject();
    using open = makeObject(0o644);
    using nameless = SharedMemory.anonymous({ size: 3333 });
    const path = `${nameless.path}`;
    const outcomes = await outcomesOf(
      `
        import { SharedMemory } from "mod.ts";
        const [secret, open, path] = Deno.args;
        const access = "read";
        const replace = { size: 3333, ifStale: "replace" };
        const orOpen = { size: 3333, ifExists: "open" };
        attempt("open", () => SharedMemory.open(secret));
        attempt("open to read", () => SharedMemory.open(secret, { access }));
        attempt("open to write", () => SharedMemory.open(open));
        attempt("read", () => SharedMemory.open(open, { access }).size);
        attempt("unlink", () => SharedMemory.unlink(open));
        attempt("replace", () => SharedMemory.create(secret, replace));
        attempt("create or open", () => SharedMemory.create(secret, orOpen));
        attempt("openPath", () => SharedMemory.openPath(path));
        attempt("in use", () =>
          SharedMemory.list().filter(({ name }) => [secret, open].includes(name))
            .map(({ inUse }) => inUse).sort());
      `,
      asNobody,
      { args: [secret.name, open.name, path] },
    );
    const denied = (label: string, syscall: string, ...says: string[]) =>
      assertSystemError(outcomes[label], {
        name: "PermissionDenied",
        code: "EACCES",
        syscall,
        says,
      });
    denied("open", "shm_open", `Cannot open shared memory "${secret.name}"`);
    denied("open to read", "shm_open", "ask its owner");
    denied("open to write", "shm_open", "or open it for reading only");
    assertValue(outcomes.read, 3333);
    denied(
      "unlink",
      "shm_unlink",
      `Cannot unlink shared memory "${open.name}"`,
    );
    denied(
      "replace",
      "shm_open",
      `Cannot replace shared memory "${secret.name}"`,
    );
    denied("create or open", "shm_open", secret.name);
    denied("openPath", "open", `Cannot open shared memory at "${path}"`);
    assertValue(outcomes["in use"], [true, null].sort());
  },
));

Deno.test(needing(
  ["prlimit"],
  "SharedMemory calls fail with EMFILE without a descriptor, and leave nothing",
  async () => {
    const [name, other] = [randomName(), randomName()];
    const outcomes = await outcomesOf(
      `
        import { SharedMemory } from "mod.ts";
        const [name, other] = Deno.args;
        using memory = SharedMemory.create(name, { size: 3333 });
        const files = [];
        try {
          for (;;) files.push(Deno.openSync(Deno.execPath()));
        } catch {
          // That was the last descriptor.
        }
        attempt("create", () => SharedMemory.create(other, { size: 3333 }));
        attempt("open", () => SharedMemory.open(name));
        attempt("anonymous", () => SharedMemory.anonymous({ size: 3333 }));
        attempt("openPath", () => SharedMemory.openPath(Deno.args[2]));
        attempt("list", () => SharedMemory.list());
        // What is open goes on working.
        attempt("map", () => memory.map().byteLength);
        for (const file of files) file.close();
        attempt("left", () =>
          SharedMemory.list().filter((entry) => entry.name === other).length);
        memory.unlink();
      `,
      (command) => withLimits({ nofile: 100 }, command),
      { args: [name, other, Deno.execPath()] },
    );
    const calls = {
      create: ["shm_open", `Cannot create shared memory "${other}"`],
      open: ["shm_open", `Cannot open shared memory "${name}"`],
      anonymous: ["memfd_create", "Cannot create shared memory without a name"],
      openPath: ["open", `Cannot open shared memory at "${Deno.execPath()}"`],
      list: ["opendir", "Cannot list shared memory"],
    } as const;
    for (const [label, [syscall, act]] of Object.entries(calls)) {
      assertSystemError(outcomes[label], {
        name: "SystemError",
        code: "EMFILE",
        syscall,
        says: [act, "no file descriptor left", "ulimit -n"],
      });
    }
    assertValue(outcomes.map, 3333);
    assertValue(outcomes.left, 0);
  },
));

Deno.test(needing(
  ["root", "unshare"],
  "a full /dev/shm is an ENOSPC that names what is left and the way out",
  async () => {
    const outcomes = await outcomesOf(
      `
        import { SharedMemory } from "mod.ts";
        const room = 2 ** 20;
        const names = () => SharedMemory.list().map(({ name }) => name);
        const descriptors = (name) => {
          const args = ["-l", "/proc/" + Deno.pid + "/fd"];
          const { stdout } = new Deno.Command("ls", { args }).outputSync();
          return new TextDecoder().decode(stdout).split(name).length - 1;
        };

        attempt("create", () => SharedMemory.create("/big", { size: room + 1 }));
        attempt("names after create", names);
        attempt("descriptors after create", () => descriptors("/dev/shm/big"));

        using memory = SharedMemory.create("/small", { size: 333_333 });
        attempt("resize", () => memory.resize(1_333_333));
        attempt("size after resize", () => memory.size);
        attempt("map after resize", () => {
          using mapping = memory.map();
          return mapping.bytes.fill(7).at(-1);
        });

        // What another program makes with ftruncate alone has no pages.
        new Deno.Command("truncate", { args: ["-s", "3333333", "/dev/shm/sparse"] })
          .outputSync();
        using writer = SharedMemory.open("/sparse");
        attempt("map for writing", () => writer.map());
        attempt("map a window that fits", () => {
          using mapping = writer.map({ offset: 4444, length: 55_555 });
          return mapping.bytes.fill(7).at(-1);
        });
        attempt("map copy-on-write", () => writer.map({ access: "copy-on-write" }));
        attempt("create sparse", () =>
          SharedMemory.create("/asked", { size: 3333333, sparse: true }).size);
        attempt("names at the end", () => names().sort());
      `,
      (command) => inSmallShm(2 ** 20, command),
      {
        permissions: [
          "--allow-ffi",
          "--allow-read",
          "--allow-write",
          "--allow-run=ls,truncate",
        ],
      },
    );
    const remedy = ["--shm-size", "SharedMemory.anonymous()", "MappedFile"];
    assertSystemError(outcomes.create, {
      name: "SystemError",
      code: "ENOSPC",
      syscall: "posix_fallocate",
      says: [
        'Cannot reserve 1048577 bytes for shared memory "/big"',
        "1048577 bytes were asked for, and /dev/shm",
        "has 1048576 of 1048576 bytes left",
        ...remedy,
      ],
    });
    assertValue(outcomes["names after create"], []);
    assertValue(outcomes["descriptors after create"], 0);
    assertSystemError(outcomes.resize, {
      name: "SystemError",
      code: "ENOSPC",
      syscall: "fallocate",
      says: [
        'Cannot resize shared memory "/small" to 1333333 bytes',
        "of 1048576 bytes left",
        ...remedy,
      ],
    });
    assertValue(outcomes["size after resize"], 333_333);
    assertValue(outcomes["map after resize"], 7);
    assertSystemError(outcomes["map for writing"], {
      name: "SystemError",
      code: "ENOSPC",
      syscall: "fallocate",
      says: ['Cannot map shared memory "/sparse"', ...remedy],
    });
    assertValue(outcomes["map a window that fits"], 7);
    // A private copy reads the same holes, and needs pages for them too.
    assertSystemError(outcomes["map copy-on-write"], {
      name: "SystemError",
      code: "ENOSPC",
      syscall: "fallocate",
      says: ['Cannot map shared memory "/sparse"'],
    });
    assertValue(outcomes["create sparse"], 3_333_333);
    assertValue(outcomes["names at the end"], ["/asked", "/small", "/sparse"]);
  },
));

Deno.test(needing(
  ["root", "unshare", "native"],
  "mapping for reading what has no room for its pages is an error, not SIGBUS",
  async () => {
    const outcomes = await outcomesOf(
      `
        import { SharedMemory } from "mod.ts";
        const size = 3_333_333;
        using memory = SharedMemory.create("/sparse", { size, sparse: true });
        using reader = SharedMemory.open("/sparse", { access: "read" });
        attempt("map", () => reader.map());
        attempt("window", () => {
          using mapping = reader.map({ offset: 4444, length: 55_555 });
          return mapping.bytes.at(-1);
        });
      `,
      (command) => inSmallShm(2 ** 20, command),
    );
    assertSystemError(outcomes.map, {
      name: "SystemError",
      code: "EFAULT",
      syscall: "madvise",
      says: ['Cannot map shared memory "/sparse"', "its file system be full"],
    });
    assertValue(outcomes.window, 0);
  },
));

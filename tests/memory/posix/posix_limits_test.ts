/** POSIX objects without rights, descriptors, or room. */

import { SharedMemory } from "../../../mod.ts";
import { asNobody, inSmallShm, withLimits } from "../../helpers/limits.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertSystemError,
  assertValue,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";
import { makeObject } from "../../helpers/memory/objects.ts";

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

// The ERRORS sections of mmap(2), munmap(2), msync(2), madvise(2), mlock(2).

import { assertEquals } from "../../../deps.ts";
import { MappedFile, mmap, Segment, SharedMemory } from "../../../mod.ts";
import { withLimits } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertSystemError,
  assertValue,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";
import { makeFile } from "../../helpers/memory/files.ts";

Deno.test("map() fails with EACCES when the handle is not for writing", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  using reader = SharedMemory.openPath(`${memory.path}`, { access: "read" });
  assertSystemError(outcomeOf(() => reader.map({ access: "read-write" })), {
    name: "PermissionDenied",
    code: "EACCES",
    syscall: "mmap",
    says: [`Cannot map shared memory at "${memory.path}"`, 'access: "read"'],
  });
});

Deno.test("MappedFile.map() fails with EACCES when the file is not open for writing", () => {
  using made = makeFile(3333);
  using file = MappedFile.open(made.path);
  assertSystemError(outcomeOf(() => file.map({ access: "read-write" })), {
    name: "PermissionDenied",
    code: "EACCES",
    syscall: "mmap",
    says: [`Cannot map "${made.path}"`, "copy-on-write"],
  });
});

Deno.test("map() fails with EPERM when a seal forbids writing", () => {
  for (const seal of ["write", "future-write"] as const) {
    using memory = SharedMemory.anonymous({ size: 3333 });
    memory.seal(seal);
    assertSystemError(outcomeOf(() => memory.map()), {
      name: "PermissionDenied",
      code: "EPERM",
      syscall: "mmap",
      says: [
        "Cannot map shared memory without a name: a seal",
        'access: "read"',
      ],
    });
    using mapping = memory.map({ access: "read" });
    assertEquals(mapping.byteLength, 3333);
  }
});

Deno.test("mmap() fails with EEXIST when the fixed address is taken, and leaves what is there", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  using mapping = memory.map();
  mapping.bytes.fill(7);
  const { address } = mapping;
  assertSystemError(
    outcomeOf(() => mmap(null, { length: 55_555, address, fixed: true })),
    {
      name: "AlreadyExists",
      code: "EEXIST",
      syscall: "mmap",
      says: [
        "Cannot map 55555 bytes without a file",
        "at this address already",
      ],
    },
  );
  assertEquals(mapping.bytes.at(-1), 7);
});

Deno.test(needing(
  ["native"],
  "mmap() fails with EINVAL when the fixed address is not a whole page",
  () => {
    using segment = Segment.create({ size: 3333, removeOnLastDetach: true });
    using mapping = segment.attach();
    const address = mapping.address + 1n;
    assertSystemError(
      outcomeOf(() => mmap(null, { length: 3333, address, fixed: true })),
      {
        name: "SystemError",
        code: "EINVAL",
        syscall: "mmap",
        says: [
          "Cannot map 3333 bytes without a file",
          "multiple of the page size",
        ],
      },
    );
  },
));

Deno.test("mmap() fails with ENODEV when the file system cannot map", async () => {
  const path = "/sys/kernel/uevent_seqnum";
  const outcomes = await outcomesOf(
    `
import { MappedFile, mmap } from "mod.ts";
attempt("call", () => mmap("${path}"));
attempt("handle", () => MappedFile.open("${path}").map());
`,
    undefined,
    // What Deno itself demands for /sys.
    { permissions: ["--allow-all"] },
  );
  for (const label of ["call", "handle"]) {
    assertSystemError(outcomes[label], {
      name: "SystemError",
      code: "ENODEV",
      syscall: "mmap",
      says: [`Cannot map "${path}": the file system cannot map it`],
    });
  }
});

Deno.test("mmap() fails with ENOMEM when no address space is that large", () => {
  const length = 2 ** 52;
  assertSystemError(outcomeOf(() => mmap(null, { length })), {
    name: "SystemError",
    code: "ENOMEM",
    syscall: "mmap",
    says: [`Cannot map ${length} bytes without a file`, "address space"],
  });
});

Deno.test(needing(
  ["native"],
  "mmap() fails with ENOMEM when there are not enough huge pages",
  () => {
    const length = 2 ** 46;
    assertSystemError(
      outcomeOf(() => mmap(null, { length, hugePages: "2MB" })),
      {
        name: "SystemError",
        code: "ENOMEM",
        syscall: "mmap",
        says: [`Cannot map ${length} bytes without a file`, "vm.nr_hugepages"],
      },
    );
  },
));

Deno.test(needing(
  ["prlimit", "native"],
  "mapping fails with ENOMEM when the address space is used up, and leaves nothing mapped",
  async () => {
    const outcomes = await outcomesOf(
      `
        import { MappedFile, mmap, SharedMemory } from "mod.ts";
        const size = 2 ** 38;
        const path = Deno.makeTempFileSync();
        try {
          Deno.truncateSync(path, size);
          using file = MappedFile.open(path);
          attempt("file", () => file.map());
          attempt("window", () => {
            using mapping = file.map({ offset: size - 3333 });
            return mapping.bytes.at(-1);
          });
          attempt("mmap", () => mmap(path));
        } finally {
          Deno.removeSync(path);
        }
        using memory = SharedMemory.anonymous({ size, sparse: true });
        attempt("object", () => memory.map());
        attempt("nothing", () => mmap(null, { length: size, noReserve: true }));
      `,
      (command) => withLimits({ as: 2 ** 37 }, command),
    );
    for (const label of ["file", "mmap", "object", "nothing"]) {
      assertSystemError(outcomes[label], {
        name: "SystemError",
        code: "ENOMEM",
        syscall: "mmap",
        says: ["Cannot map ", "map a smaller window", "ulimit -v"],
      });
    }
    assertValue(outcomes.window, 0);
  },
));

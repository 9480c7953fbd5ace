/** The ERRORS sections of munmap(2), msync(2), madvise(2) and mlock(2). */

import { assertEquals } from "../../../deps.ts";
import {
  madvise,
  MappedFile,
  mmap,
  msync,
  munmap,
  Segment,
  SharedMemory,
  shmdt,
} from "../../../mod.ts";
import { asNobody, withLimits } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertRefused,
  assertSystemError,
  assertValue,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";
import { makeFile } from "../../helpers/memory/files.ts";

/** Larger than any page: 3 pages of 64 KiB, less something. */
const SEVERAL_PAGES = 3 * 65_536 - 77;

Deno.test("munmap() refuses with a TypeError what it was not given by mmap()", () => {
  const memory = mmap(null, { length: SEVERAL_PAGES });
  const act = "Cannot unmap the memory";
  assertRefused(
    outcomeOf(() => munmap(memory.subarray(65_536))),
    "TypeError",
    `${act}: it is a part of what is mapped`,
  );
  assertRefused(
    outcomeOf(() => shmdt(memory)),
    "TypeError",
    "Cannot detach the memory: it is mapped, not attached",
  );
  munmap(memory);
  for (const wrong of [memory, new Uint8Array(3333)]) {
    assertRefused(
      outcomeOf(() => munmap(wrong)),
      "TypeError",
      `${act}: it is not mapped memory, or was unmapped before`,
    );
  }
  using segment = Segment.create({ size: 3333, removeOnLastDetach: true });
  using mapping = segment.attach();
  assertRefused(
    outcomeOf(() => munmap(mapping.bytes)),
    "TypeError",
    `${act}: it is attached, not mapped; use shmdt()`,
  );
});

Deno.test("munmap() refuses memory whose buffer has another owner", () => {
  const memory = mmap(null, { length: 3333 });
  const moved = structuredClone(memory.buffer, { transfer: [memory.buffer] });
  for (const call of [munmap, msync]) {
    assertRefused(outcomeOf(() => call(memory)), "TypeError");
  }
  assertEquals(new Uint8Array(moved).at(-1), 0);
});

Deno.test("msync() fails with EBUSY when locked pages are to be invalidated", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  using mapping = memory.map({ lock: true });
  const calls = [
    () => msync(mapping.bytes, { invalidate: true }),
    () => mapping.sync({ invalidate: true }),
  ];
  for (const call of calls) {
    assertSystemError(outcomeOf(call), {
      name: "Busy",
      code: "EBUSY",
      syscall: "msync",
      says: [
        "Cannot write the memory back to its file",
        "without `invalidate`",
      ],
    });
  }
  msync(mapping.bytes);
});

Deno.test("msync() and madvise() refuse memory that is not mapped", () => {
  const memory = mmap(null, { length: 3333 });
  munmap(memory);
  for (const wrong of [memory, new Uint8Array(3333)]) {
    assertRefused(
      outcomeOf(() => msync(wrong)),
      "TypeError",
      "Cannot sync the memory: it is not mapped memory",
    );
    assertRefused(
      outcomeOf(() => madvise(wrong, "random")),
      "TypeError",
      'Cannot advise "random": it is not mapped memory',
    );
  }
});

Deno.test(needing(
  ["native"],
  "madvise() fails with EINVAL when the memory does not take the advice",
  () => {
    using memory = SharedMemory.anonymous({ size: 3333 });
    using shared = memory.map();
    using readable = memory.map({ access: "read" });
    using locked = memory.map({ lock: true });
    const cases = [
      ["free", shared],
      ["populate-write", readable],
      ["dont-need", locked],
    ] as const;
    for (const [advice, mapping] of cases) {
      for (
        const call of [
          () => madvise(mapping.bytes, advice),
          () => mapping.advise(advice),
        ]
      ) {
        assertSystemError(outcomeOf(call), {
          name: "SystemError",
          code: "EINVAL",
          syscall: "madvise",
          says: [`Cannot advise "${advice}"`, "does not take the advice"],
        });
      }
    }
  },
));

Deno.test(needing(
  ["native"],
  "madvise() fails with EFAULT when the file was cut short",
  () => {
    using made = makeFile(SEVERAL_PAGES);
    using file = MappedFile.open(made.path);
    using mapping = file.map();
    Deno.truncateSync(made.path, 1);
    assertSystemError(outcomeOf(() => mapping.advise("populate-read")), {
      name: "SystemError",
      code: "EFAULT",
      syscall: "madvise",
      says: ['Cannot advise "populate-read"', "the file may have been cut"],
    });
  },
));

Deno.test("madvise() drops whole pages only", () => {
  const memory = mmap(null, { length: SEVERAL_PAGES });
  memory.fill(7);
  for (const advice of ["dont-need", "free"] as const) {
    for (const part of [memory.subarray(1), memory.subarray(0, 3333)]) {
      assertRefused(
        outcomeOf(() => madvise(part, advice)),
        "RangeError",
        `Cannot advise "${advice}": it takes whole pages`,
      );
    }
  }
  assertEquals(memory.every((byte) => byte === 7), true);
  munmap(memory);
});

Deno.test(needing(
  ["root", "setpriv", "prlimit", "native"],
  "locking memory fails with EPERM without a limit, and with ENOMEM above it",
  async () => {
    const source = `
      import { mmap, SharedMemory } from "mod.ts";
      const length = 333_333;
      using memory = SharedMemory.anonymous({ size: length });
      attempt("mmap", () => mmap(null, { length, lock: true }));
      attempt("map", () => memory.map({ lock: true }));
      // Nothing stays mapped for writing that would keep the seal away.
      attempt("seals", () => {
        memory.seal("write");
        return memory.seals;
      });
    `;
    const none = await outcomesOf(
      source,
      (command) => withLimits({ memlock: 0 }, asNobody(command)),
    );
    const little = await outcomesOf(
      source,
      (command) => withLimits({ memlock: 16_384 }, asNobody(command)),
    );
    const acts = {
      mmap: "Cannot map 333333 bytes without a file",
      map: "Cannot map shared memory without a name",
    };
    for (const [label, act] of Object.entries(acts)) {
      assertSystemError(none[label], {
        name: "PermissionDenied",
        code: "EPERM",
        syscall: "mlock",
        says: [act, "this process may not lock memory", "ulimit -l"],
      });
      assertSystemError(little[label], {
        name: "SystemError",
        code: "ENOMEM",
        syscall: "mlock",
        says: [act, "more memory would be locked", "ulimit -l"],
      });
    }
    for (const outcomes of [none, little]) {
      assertValue(outcomes.seals, ["shrink", "write"]);
    }
  },
));

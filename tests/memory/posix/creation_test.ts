/**
 * Sizes that do not fit or never come, and what a creation that fails leaves behind: nothing.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { MappedFile, Segment, SharedMemory } from "../../../mod.ts";
import { run } from "../../helpers/deno.ts";
import { withLimits } from "../../helpers/limits.ts";
import { randomKey, randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertRefused,
  assertSystemError,
  assertValue,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";

Deno.test(needing(
  ["python3"],
  "SharedMemory.open() waits for a size when the creator has not set it yet",
  async () => {
    const name = randomName();
    using cleanup = new DisposableStack();
    cleanup.defer(() => SharedMemory.unlink(name));
    await using creator = new Deno.Command("python3", {
      args: [
        "-c",
        `
import _posixshmem, os, sys, time
fd = _posixshmem.shm_open(sys.argv[1], os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
print("created", flush=True)
time.sleep(0.2)
os.ftruncate(fd, 3333)
`,
        name,
      ],
      stdout: "piped",
    }).spawn();
    const reader = creator.stdout.getReader();
    await reader.read();
    using memory = SharedMemory.open(name, { timeoutMs: 30_000 });
    assertEquals(memory.size, 3333);
    using mapping = memory.map();
    assertEquals(mapping.byteLength, 3333);
    await reader.cancel();
  },
));

Deno.test("SharedMemory.open() fails with TimedOut when nobody sets the size", async () => {
  const name = randomName();
  await run(["touch", `/dev/shm${name}`]);
  using cleanup = new DisposableStack();
  cleanup.defer(() => SharedMemory.unlink(name));
  for (const timeoutMs of [0, 33]) {
    const { failure } = outcomeOf(() => SharedMemory.open(name, { timeoutMs }));
    assertEquals(failure?.name, "TimedOut");
    const says =
      `Cannot open shared memory "${name}": it is still empty after ${timeoutMs} ms`;
    assert(failure?.message.startsWith(says), failure?.message);
  }
  assertEquals(await openDescriptors(name), 0);
});

Deno.test("opening with a size that does not fit says both sizes", async () => {
  const name = randomName();
  const key = randomKey();
  const path = Deno.makeTempFileSync();
  using cleanup = new DisposableStack();
  cleanup.defer(() => Deno.removeSync(path));
  Deno.truncateSync(path, 3333);
  using memory = cleanup.use(SharedMemory.create(name, { size: 3333 }));
  cleanup.defer(() => memory.unlink());
  const segment = Segment.create({ key, size: 3333 });
  cleanup.defer(() => segment.remove());
  using nameless = SharedMemory.anonymous({ size: 3333 });
  const nowhere = `${nameless.path}`;

  const wrong = [4444, 2222];
  for (const size of wrong) {
    const calls = [
      () => SharedMemory.open(name, { size }),
      () => SharedMemory.create(name, { size, ifExists: "open" }),
      () => SharedMemory.openPath(nowhere, { size }),
      () => Segment.open({ key, size }),
      () => Segment.open({ id: segment.id, size }),
      () => Segment.create({ key, size, ifExists: "open" }),
      () => MappedFile.open(path, { size }),
      () => MappedFile.open(path, { create: "if-missing", size }),
    ];
    for (const call of calls) {
      assertRefused(
        outcomeOf(call),
        "RangeError",
        `it has 3333 bytes, and ${size} were expected; ask for the same`,
      );
    }
  }
  const minSize = 4444;
  const calls = [
    () => SharedMemory.open(name, { minSize }),
    () => SharedMemory.openPath(nowhere, { minSize }),
    () => Segment.open({ key, minSize }),
  ];
  for (const call of calls) {
    assertRefused(
      outcomeOf(call),
      "RangeError",
      "it has 3333 bytes, and at least 4444 were expected; ask for less",
    );
  }
  // This test's own handle, and none of those that failed.
  assertEquals(await openDescriptors(name), 1);
  assertEquals(await openDescriptors(path), 0);
  assertEquals(SharedMemory.open(name, { minSize: 3333 }).close(), undefined);
  assertEquals(Deno.statSync(path).size, 3333);
});

Deno.test("MappedFile.open() leaves no file and no descriptor when it cannot be sized", async () => {
  const folder = Deno.makeTempDirSync();
  using cleanup = new DisposableStack();
  cleanup.defer(() => Deno.removeSync(folder, { recursive: true }));
  const path = `${folder}/file`;
  const size = 2 ** 52;
  for (const create of ["exclusive", "if-missing"] as const) {
    const { failure } = outcomeOf(() =>
      MappedFile.open(path, { create, size })
    );
    // File systems that could be so large have no room for it.
    assert(
      ["EFBIG", "ENOSPC"].includes(`${failure?.code}`),
      Deno.inspect(failure),
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  }
  assertEquals(await openDescriptors(path), 0);
});

Deno.test("SharedMemory.anonymous() leaves no descriptor when its pages cannot be had", async () => {
  const label = `shmem-test-${crypto.randomUUID().slice(0, 8)}`;
  const options = { size: 2 ** 50, label, hugePages: "2MB" } as const;
  const { failure } = outcomeOf(() => SharedMemory.anonymous(options));
  assertEquals(failure?.code, "ENOSPC");
  assertEquals(await openDescriptors(label), 0);
});

Deno.test(needing(
  ["prlimit", "native"],
  "Segment.create() leaves no segment when it cannot be attached to be marked",
  async () => {
    const outcomes = await outcomesOf(
      `
        import { Segment } from "mod.ts";
        const size = 2 ** 38 + 12_345;
        const removeOnLastDetach = true;
        attempt("create", () =>
          Segment.create({ size, noReserve: true, removeOnLastDetach }));
        attempt("left", () =>
          Segment.list().filter((segment) =>
            segment.size === size && segment.creatorPid === Deno.pid).length);
      `,
      (command) => withLimits({ as: 2 ** 37 }, command),
    );
    assertSystemError(outcomes.create, {
      name: "SystemError",
      code: "ENOMEM",
      syscall: "shmat",
      says: ["Cannot attach segment"],
    });
    assertValue(outcomes.left, 0);
  },
));

/** Counts the open descriptors of this process whose target has a text. */
async function openDescriptors(text: string): Promise<number> {
  const { stdout } = await run(["ls", "-l", `/proc/${Deno.pid}/fd`]);
  return stdout.split("\n").filter((line) => line.includes(text)).length;
}

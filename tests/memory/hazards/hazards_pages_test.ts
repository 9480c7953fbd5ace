/**
 * Pages that the kernel has not got: no room left for them, or cut off by
 * another process. Touching one kills a process with SIGBUS.
 */

import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import {
  IPC_CREAT,
  IPC_PRIVATE,
  MappedFile,
  mmap,
  Segment,
  SharedMemory,
  SHM_HUGE_2MB,
  SHM_HUGETLB,
  SHM_NORESERVE,
  shmget,
} from "../../../mod.ts";
import { run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { runProgram, survive } from "../../helpers/memory/child_report.ts";

/** Puts a small `/dev/shm` of its own in front of a command. */
const SMALL = [
  "unshare",
  "-m",
  "sh",
  "-c",
  'mount -t tmpfs -o size=1m none /dev/shm && exec "$@"',
  "sh",
];

Deno.test(needing(
  ["root", "unshare"],
  "A full /dev/shm is an error when memory is created, mapped or grown, and leaves nothing behind",
  async () => {
    const seen = await survive(
      `
const MIB = 2 ** 20;
see("create", () => shmem.SharedMemory.create("/much", { size: 3 * MIB }));
see("left behind", () => shmem.SharedMemory.list().length);
see("create sparse", () => {
  using memory = shmem.SharedMemory.create("/holes", { size: 3 * MIB, sparse: true });
  return memory.size;
});
see("map", () => {
  using memory = shmem.SharedMemory.open("/holes");
  memory.map();
});
shmem.SharedMemory.unlink("/holes");
using memory = shmem.SharedMemory.create("/some", { size: 600_007 });
see("grow", () => memory.resize(2 * MIB));
see("size after growing failed", () => memory.size);
using mapping = memory.map();
mapping.bytes.fill(7);
see("bytes", () => mapping.bytes.every((byte) => byte === 7));
memory.unlink();
`,
      { through: SMALL },
    );
    assertEquals(seen, {
      "create": "SystemError ENOSPC",
      "left behind": "0",
      "create sparse": `${3 * 2 ** 20}`,
      "map": "SystemError ENOSPC",
      "grow": "SystemError ENOSPC",
      "size after growing failed": "600007",
      "bytes": "true",
    });
  },
));

Deno.test(needing(
  // The emulator ignores the advice that finds out.
  ["root", "unshare", "native"],
  "A full /dev/shm is an error when memory with holes is mapped for reading or privately",
  async () => {
    const seen = await survive(
      `
const size = 3 * 2 ** 20;
shmem.SharedMemory.create("/holes", { size, sparse: true }).close();
see("for reading", () => {
  using memory = shmem.SharedMemory.open("/holes", { access: "read" });
  memory.map();
});
shmem.SharedMemory.unlink("/holes");
shmem.SharedMemory.create("/holes", { size, sparse: true }).close();
see("privately", () => {
  using memory = shmem.SharedMemory.open("/holes");
  memory.map({ access: "copy-on-write" });
});
`,
      { through: SMALL },
    );
    assertEquals(Object.keys(seen), ["for reading", "privately"]);
    for (const outcome of Object.values(seen)) {
      assertStringIncludes(outcome, "SystemError");
    }
  },
));

Deno.test("Memory without a name cannot be cut short by another process", async () => {
  using memory = SharedMemory.anonymous({ size: 9001 });
  using mapping = memory.map();
  mapping.bytes[9000] = 42;

  const { code, stderr } = await run([
    "truncate",
    "-s",
    "100",
    memory.path ?? "",
  ]);

  assertEquals(code, 1);
  assertStringIncludes(stderr, "Operation not permitted");
  assertEquals(memory.status().size, 9001);
  assertEquals(mapping.bytes[9000], 42);
});

Deno.test("MappedFile.status() tells that another process cut the file short, and map() keeps within it", async () => {
  using cleanup = new DisposableStack();
  const path = await Deno.makeTempFile();
  cleanup.defer(() => Deno.removeSync(path));
  await Deno.writeFile(path, new Uint8Array(9001).fill(7));
  using file = MappedFile.open(path);
  using mapping = file.map();

  await run(["truncate", "-s", "4200", path]);

  assertEquals(file.status().size, 4200);
  assertEquals(file.size, 4200);
  using rest = file.map();
  assertEquals(rest.byteLength, 4200);
  // What the file still has can be read; so can the rest of its last page.
  assertEquals(mapping.bytes.slice(4198, 4202), new Uint8Array([7, 7, 0, 0]));
});

Deno.test("Reading behind the end of a file that another process cut short kills by SIGBUS, as documented", async () => {
  // Nothing can hold this one: the kernel has no page to give.
  const { signal, stdout } = await runProgram(
    `
const path = Deno.makeTempFileSync();
Deno.writeFileSync(path, new Uint8Array(300_007).fill(7));
const mapping = shmem.MappedFile.open(path).map();
new Deno.Command("truncate", { args: ["-s", "70000", path] }).outputSync();
Deno.removeSync(path);
console.log("within: " + mapping.bytes.at(69_999));
console.log("behind: " + mapping.bytes.at(300_000));
`,
    { flags: ["--allow-ffi", "--allow-read", "--allow-write", "--allow-run"] },
  );
  assertEquals(stdout, "within: 7\n");
  assertEquals(signal, "SIGBUS");
});

Deno.test(needing(
  ["native"],
  "An address that the stack may grow to is refused",
  async () => {
    const { stdout } = await run(["cat", `/proc/${Deno.pid}/maps`]);
    const [, start] = /^([0-9a-f]+)-.*\[stack\]$/m.exec(stdout) ?? [];
    assert(start !== undefined, "the kernel shows where the stack is");
    for (const distance of [2n ** 13n, 2n ** 20n, 2n ** 22n]) {
      const address = BigInt(`0x${start}`) - distance;
      const options = { length: 4096, address, fixed: true };
      assertThrows(() => mmap(null, options), RangeError, "the stack may grow");
    }
  },
));

const HUGE_PAGE = 2 ** 21;
const HUGE = { hugePages: "2MB" } as const;

const UNRESERVED: Record<string, () => unknown> = {
  mmap: () => mmap(null, { length: HUGE_PAGE, ...HUGE, noReserve: true }),
  "Segment.create": () =>
    Segment.create({ size: HUGE_PAGE, ...HUGE, noReserve: true }),
  "SharedMemory.anonymous": () =>
    SharedMemory.anonymous({ size: HUGE_PAGE, ...HUGE, sparse: true }),
  "shmget of the usual size": () => {
    const flags = IPC_CREAT | SHM_HUGETLB | SHM_NORESERVE | 0o600;
    return shmget(IPC_PRIVATE, HUGE_PAGE, flags);
  },
  "shmget of 2 MiB": () => {
    const flags = IPC_CREAT | SHM_HUGETLB | SHM_HUGE_2MB | SHM_NORESERVE;
    return shmget(IPC_PRIVATE, HUGE_PAGE, flags | 0o600);
  },
};

for (const [label, call] of Object.entries(UNRESERVED)) {
  Deno.test(`${label}() refuses huge pages that are not reserved, and makes nothing`, () => {
    assertThrows(
      call,
      TypeError,
      "Cannot use huge pages without reserving them",
    );
    // Those of tests that run beside this one have other sizes.
    const left = Segment.list().filter(({ size }) => size === HUGE_PAGE);
    assertEquals(left, []);
  });
}

/**
 * Thousands of mappings that are made and closed leave nothing.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { survive } from "../../helpers/memory/child_report.ts";

Deno.test("Thousands of map and close cycles, and of failures, leave no mapping, descriptor or memory behind", async () => {
  const cycles = 2000;
  const seen = await survive(
    `
const path = Deno.makeTempFileSync();
Deno.writeFileSync(path, new Uint8Array(9001));
using sealed = shmem.SharedMemory.anonymous({ size: 9001 });
sealed.seal("future-write");
using segment = shmem.Segment.create({ size: 9001, removeOnLastDetach: true });
function cycle() {
  using memory = shmem.SharedMemory.anonymous({ size: 9001 });
  using all = memory.map();
  using window = memory.map({ access: "read", offset: 4099 });
  all.bytes.fill(1);
  using attached = segment.attach();
  attached.bytes.fill(1);
  using file = shmem.MappedFile.open(path, { access: "read-write" });
  using shared = file.map();
  using copy = file.map({ access: "copy-on-write" });
  copy.bytes.fill(1);
  shmem.munmap(shmem.mmap(null, { length: 9001 }).fill(1));
}
const failures = {
  "no such object": () => shmem.SharedMemory.open("/shmem-test-none"),
  "wrong size": () => shmem.MappedFile.open(path, { size: 5 }),
  "not a file": () => shmem.MappedFile.open("/dev/zero"),
  "window outside": () => sealed.map({ offset: 9999 }),
  "sealed": () => sealed.map(),
  "label too long": () => shmem.SharedMemory.anonymous({ size: 5, label: "x".repeat(300) }),
  "address in use": () => segment.attach({ address: 4097n }),
  "beyond the address space": () => {
    using memory = shmem.SharedMemory.anonymous({ size: 2 ** 47, sparse: true });
    memory.map();
  },
};
function fail() {
  for (const [what, act] of Object.entries(failures)) see(what, act);
}
const { pid } = Deno;
const lines = (command, ...args) => {
  const { stdout } = new Deno.Command(command, { args }).outputSync();
  return new TextDecoder().decode(stdout).trimEnd().split("\\n");
};
async function measure() {
  for (let i = 0; i < 5; i++) {
    gc();
    await turn();
  }
  const maps = lines("cat", "/proc/" + pid + "/maps");
  return {
    maps: maps.length,
    ours: maps.filter((line) => /shmem|SYSV/.test(line) || line.includes(path)).length,
    descriptors: lines("ls", "/proc/" + pid + "/fd").length,
    rss: Deno.memoryUsage().rss,
    heap: Deno.memoryUsage().heapUsed,
  };
}
const repeat = async (times) => {
  for (let i = 0; i < times; i++) {
    cycle();
    if (i % 10 === 0) fail();
    if (i % 100 === 0) await turn();
  }
};
await repeat(300);
const before = await measure();
await repeat(${cycles});
const after = await measure();
for (const what of Object.keys(before)) see(what, () => after[what] - before[what]);
see("ours at last", () => after.ours);
Deno.removeSync(path);
`,
    {
      flags: [
        "--allow-ffi",
        "--allow-read",
        "--allow-write",
        "--allow-run=cat,ls",
        "--v8-flags=--expose-gc",
      ],
    },
  );
  const { maps, ours, descriptors, rss, heap, ...failures } = seen;
  // The segment that the whole program holds.
  assertEquals(failures["ours at last"], "1");
  assertEquals(ours, "0");
  // One mapping or descriptor a cycle would be thousands; V8 takes some pages.
  assert(Number(maps) < cycles / 10, `${maps} more lines in maps`);
  assert(Number(descriptors) < 20, `${descriptors} more descriptors`);
  // Everything touched once and kept would be 100 MB.
  assert(Number(rss) < 50e6, `${rss} more bytes resident`);
  assert(Number(heap) < 10e6, `${heap} more bytes of heap`);
  assertEquals(failures, {
    "no such object": "NotFound ENOENT",
    "wrong size": "RangeError",
    "not a file": "TypeError",
    "window outside": "RangeError",
    "sealed": "PermissionDenied EPERM",
    "label too long": "RangeError",
    "address in use": "SystemError EINVAL",
    "beyond the address space": "SystemError ENOMEM",
    "ours at last": "1",
  });
});

Deno.test("Thousands of map and close cycles in one go, without a turn of the event loop, hold no heap", async () => {
  const seen = await survive(
    `
using memory = shmem.SharedMemory.anonymous({ size: 9001 });
const cycles = (times) => {
  for (let i = 0; i < times; i++) memory.map().unmap();
  gc();
  return Deno.memoryUsage().heapUsed;
};
const before = cycles(300);
see("growth per cycle", () => Math.round((cycles(4000) - before) / 4000));
`,
    { flags: ["--allow-ffi", "--v8-flags=--expose-gc"] },
  );
  assert(Number(seen["growth per cycle"]) < 250, seen["growth per cycle"]);
});

/**
 * Memory that is unmapped, forgotten or handed on while something else still
 * uses it: operations of the runtime, the garbage collector, many cycles.
 */

import { assert, assertEquals } from "../../../deps.ts";
import { survive } from "../../helpers/memory/child_report.ts";

Deno.test("Operations of the runtime that copy or take over memory go on when it is unmapped", async () => {
  const seen = await survive(`
const make = () => {
  const mapping = shmem.SharedMemory.anonymous({ size: 300_007 }).map();
  mapping.bytes.fill(65);
  return mapping;
};
async function during(what, start) {
  const mapping = make();
  const pending = start(mapping.bytes, mapping);
  see(what + ": unmap", () => mapping.unmap());
  await seeLater(what, () => pending);
}
await during("digest", async (b) => (await crypto.subtle.digest("SHA-256", b)).byteLength);
await during("Blob", async (b) => (await new Blob([b]).text()).length);
await during("Response", async (b) => (await new Response(b).bytes()).length);
await during("structuredClone", (b) => structuredClone(b).length);
await during("postMessage", (b) => {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port2.onmessage = ({ data }) => (port1.close(), resolve(data.length));
    port1.postMessage(b);
  });
});
await during("WebAssembly", async (b) => {
  b.set([0, 97, 115, 109, 1, 0, 0, 0]);
  return await WebAssembly.compile(b.subarray(0, 8));
});
await during("tee", async (b) => {
  const [one, other] = new Response(b).body.tee();
  return (await new Response(one).bytes()).length + (await new Response(other).bytes()).length;
});
// What reads into memory of its own accord takes the buffer over.
const path = Deno.makeTempFileSync();
Deno.writeFileSync(path, new Uint8Array(700).fill(66));
const reader = (await Deno.open(path)).readable.getReader({ mode: "byob" });
await during("BYOB read", async (b) => {
  const { value } = await reader.read(b.subarray(0, 500));
  return value.length + " of " + value[499];
});
await reader.cancel();
// Reads and writes of files meet no memory: the kernel says so, and no more.
for (let i = 0; i < 20; i++) {
  await during("write", async (b) => {
    try { await Deno.writeFile(path, b); } catch { /* EFAULT */ }
    return "settled";
  });
  await during("read", async (b) => {
    using file = await Deno.open(path);
    try { await file.read(b); } catch { /* EFAULT */ }
    return "settled";
  });
}
Deno.removeSync(path);
`);
  assertEquals(seen, {
    "digest: unmap": "undefined",
    "digest": "32",
    "Blob: unmap": "undefined",
    "Blob": "300007",
    "Response: unmap": "undefined",
    "Response": "300007",
    "structuredClone: unmap": "undefined",
    "structuredClone": "300007",
    "postMessage: unmap": "undefined",
    "postMessage": "300007",
    "WebAssembly: unmap": "undefined",
    "WebAssembly": "[object WebAssembly.Module]",
    "tee: unmap": "undefined",
    "tee": "600014",
    "BYOB read: unmap": "TypeError",
    "BYOB read": "500 of 66",
    "write: unmap": "undefined",
    "write": "settled",
    "read: unmap": "undefined",
    "read": "settled",
  });
});

Deno.test("Memory whose buffer was transferred stays mapped for its new owner", async () => {
  const seen = await survive(`
const ways = {
  "transfer": (buffer) => buffer.transfer(),
  "transferToFixedLength": (buffer) => buffer.transferToFixedLength(),
  "structuredClone": (buffer) => structuredClone(buffer, { transfer: [buffer] }),
};
for (const [way, transfer] of Object.entries(ways)) {
  using memory = shmem.SharedMemory.anonymous({ size: 9001 });
  const mapping = memory.map();
  const old = mapping.bytes;
  const owned = new Uint8Array(transfer(old.buffer));
  see(way + ": length here", () => old.length);
  see(way + ": unmap", () => mapping.unmap());
  see(way + ": munmap", () => shmem.munmap(old));
  see(way + ": dispose", () => mapping[Symbol.dispose]());
  owned[9000] = 42;
  // Still the shared memory, and no copy of it.
  using again = memory.map();
  see(way + ": shared", () => again.bytes[9000]);
}
const mapping = shmem.SharedMemory.anonymous({ size: 9001 }).map();
mapping.bytes.buffer.transfer();
try {
  mapping.unmap();
} catch (error) {
  seen.message = error.message;
}
`);
  for (const way of ["transfer", "transferToFixedLength", "structuredClone"]) {
    assertEquals(seen[`${way}: length here`], "0", way);
    assertEquals(seen[`${way}: unmap`], "TypeError", way);
    assertEquals(seen[`${way}: munmap`], "TypeError", way);
    assertEquals(seen[`${way}: dispose`], "TypeError", way);
    assertEquals(seen[`${way}: shared`], "42", way);
  }
  assert(seen["message"]?.includes("9001 bytes"), seen["message"]);
  assert(seen["message"]?.includes("transferred"), seen["message"]);
});

Deno.test("A view keeps its memory when mapping and handle are collected", async () => {
  const seen = await survive(
    `
const path = Deno.makeTempFileSync();
Deno.writeFileSync(path, new Uint8Array(9001));
const views = [];
const readers = [];
for (let i = 0; i < 40; i++) {
  const memory = shmem.SharedMemory.anonymous({ size: 9001 });
  views.push(new Int32Array(memory.map().bytes.buffer, 0, 2250));
  readers.push(memory.map({ access: "read", offset: 4099 }).bytes);
  views.push(new DataView(shmem.Segment.create({ size: 9001, removeOnLastDetach: true }).attach().bytes.buffer));
  readers.push(shmem.MappedFile.open(path).map().bytes.subarray(5, 9000));
  views.push(shmem.mmap(null, { length: 9001 }).subarray(4096));
}
for (let i = 0; i < 5; i++) {
  gc();
  await turn();
}
let sum = 0;
for (const view of views) {
  if (view instanceof DataView) view.setUint8(9000, 1), sum += view.getUint8(9000);
  else view[2000] = 1, sum += view[2000];
}
see("written", () => sum);
see("read", () => readers.reduce((sum, bytes) => sum + bytes.at(-1) + bytes.slice()[7], 0));
Deno.removeSync(path);
`,
    {
      flags: [
        "--allow-ffi",
        "--allow-read",
        "--allow-write",
        "--v8-flags=--expose-gc",
      ],
    },
  );
  assertEquals(seen, { written: "120", read: "0" });
});

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

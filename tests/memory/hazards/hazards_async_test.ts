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

// Options and properties that answer differently at each look, or that someone
// shadowed, and functions that someone replaced: none of it may kill the process.

import { assert, assertEquals } from "../../../deps.ts";
import { survive } from "../../helpers/memory/child_report.ts";

Deno.test("An option is read once: a getter that answers differently changes nothing", async () => {
  const seen = await survive(
    `
let reads = 0;
const growing = { get length() { return ++reads > 1 ? 2 ** 30 : 4096; } };
using memory = shmem.SharedMemory.anonymous({ size: 8192 });
see("mapped", () => {
  using mapping = memory.map(growing);
  return [mapping.byteLength, reads];
});
for (const length of ["4096", [4096], true, 1.5, { valueOf: () => 4096 }, null, 4096n, Symbol("x")]) {
  let reads = 0;
  see("length " + typeof length + " " + (Array.isArray(length) ? "array" : ""), () => memory.map({ get length() { return reads++ ? 4096 : length; } }));
}
const maps = () => Deno.readTextFileSync("/proc/self/maps").split("memfd:").length;
const before = maps();
for (let i = 0; i < 50; i++) {
  try { memory.map({ get length() { return "4096"; } }); } catch {}
  try { memory.map({ length: 4096, address: 4096n * 16n, get lock() { throw new Error("no"); } }); } catch {}
}
see("left mapped", () => maps() - before);
`,
    { flags: ["--allow-all"] },
  );
  assertEquals(seen, {
    "mapped": "4096,1",
    "length string ": "TypeError",
    "length object array": "TypeError",
    "length boolean ": "TypeError",
    "length number ": "RangeError",
    "length object ": "TypeError",
    "length bigint ": "TypeError",
    "length symbol ": "TypeError",
    "left mapped": "0",
  });
});

Deno.test("A getter that closes the handle leaves no foreign file mapped, and closes none", async () => {
  const seen = await survive(`
const path = Deno.makeTempFileSync();
Deno.writeTextFileSync(path, "foreign");
const memory = shmem.SharedMemory.anonymous({ size: 8192 });
let file;
see("map", () => memory.map({
  get populate() {
    memory.close();
    file = Deno.openSync(path, { read: true, write: true });
    return false;
  },
}));
see("foreign file", () => file.statSync().size);
Deno.removeSync(path);
`);
  assertEquals(seen, { "map": "BadResource", "foreign file": "7" });
});

Deno.test("What a mapping says of itself cannot be changed or shadowed", async () => {
  const seen = await survive(`
using memory = shmem.SharedMemory.anonymous({ size: 8192 });
using reader = memory.map({ access: "read" });
using writer = memory.map();
see("access", () => { reader.access = "read-write"; });
see("shadow", () => Object.defineProperty(reader, "access", { value: "read-write" }));
see("prototype", () => Object.defineProperty(shmem.Mapping.prototype, "access", { get: () => "read-write" }));
see("bytes", () => { writer.bytes = new Uint8Array(9); });
see("still", () => [reader.access, writer.byteLength]);
const { Mutex } = await import(MOD.replace("mod.ts", "sync/mod.ts"));
see("lock", () => Mutex.create(reader.bytes));
for (const field of ["name", "path", "access", "created"]) {
  see("handle: " + field, () => { memory[field] = "x"; });
}
`);
  assertEquals(seen, {
    "access": "TypeError",
    "shadow": "TypeError",
    "prototype": "TypeError",
    "bytes": "TypeError",
    "still": "read,8192",
    "lock": "TypeError",
    "handle: name": "TypeError",
    "handle: path": "TypeError",
    "handle: access": "TypeError",
    "handle: created": "TypeError",
  });
});

Deno.test("Shadowed offsets and lengths of a view are not believed", async () => {
  const seen = await survive(`
const pages = shmem.mmap(null, { length: 8192, access: "copy-on-write" });
const secret = shmem.mmap(null, { length: 8192, access: "copy-on-write" });
secret.fill(7);
class Liar extends Uint8Array {
  get byteOffset() { return 4096; }
  get byteLength() { return 2 ** 20; }
}
const far = 2 ** 30;
Object.defineProperty(pages, "byteOffset", { value: far });
Object.defineProperty(pages, "byteLength", { value: 4096 });
Object.defineProperty(pages, "buffer", { value: secret.buffer });
pages[0] = 1;
see("madvise", () => shmem.madvise(pages, "dont-need"));
see("dropped its own", () => pages[0]);
see("nothing else", () => secret.every((byte) => byte === 7));
see("subclass", () => shmem.madvise(new Liar(secret.buffer), "dont-need"));
see("dropped as far as it reaches", () => secret[8191]);
see("not a view", () => shmem.madvise({ buffer: secret.buffer, byteOffset: 0, byteLength: 4096 }, "normal"));
see("msync", () => shmem.msync(pages));
see("munmap", () => shmem.munmap(pages));
see("DataView", () => shmem.munmap(new DataView(secret.buffer)));
`);
  assertEquals(seen, {
    "madvise": "undefined",
    "dropped its own": "0",
    "nothing else": "true",
    "subclass": "undefined",
    "dropped as far as it reaches": "0",
    "not a view": "TypeError",
    "msync": "undefined",
    "munmap": "undefined",
    "DataView": "TypeError",
  });
});

Deno.test("Advice that is an object with toString is refused, and unmaps nothing", async () => {
  const seen = await survive(`
using memory = shmem.SharedMemory.anonymous({ size: 8192 });
const mapping = memory.map();
let asked = 0;
const advice = { toString() { asked++; mapping.unmap(); return "dont-need"; } };
see("advise", () => mapping.advise(advice));
see("madvise", () => shmem.madvise(mapping.bytes.subarray(8, 16), advice));
see("asked", () => asked);
const file = Deno.makeTempFileSync();
Deno.writeTextFileSync(file, "some bytes");
using mapped = shmem.MappedFile.open(file);
see("of a file", () => mapped.advise(advice));
Deno.removeSync(file);
`);
  // An error's message shows what was received, and may ask it for a text.
  const { asked, ...rest } = seen;
  assertEquals(rest, {
    "advise": "TypeError",
    "madvise": "TypeError",
    "of a file": "TypeError",
  });
  assert(asked !== undefined);
});

Deno.test("Functions that someone replaces after the import change nothing", async () => {
  const seen = await survive(`
const memory = shmem.SharedMemory.anonymous({ size: 8192 });
const one = memory.map(), other = memory.map({ access: "read" });
const words = new Int32Array(one.bytes.buffer);
const { call } = Function.prototype;
Function.prototype.call = () => undefined;
ArrayBuffer.prototype.transfer = function () { return this; };
Object.defineProperty(ArrayBuffer.prototype, "detached", { get: () => false });
Object.defineProperty(ArrayBuffer.prototype, "byteLength", { get: () => 0 });
Object.keys = () => [];
Object.hasOwn = () => true;
Reflect.get = () => 2 ** 40;
one.unmap();
other.unmap();
see("still seen", () => [words.length, one.bytes.length, other.bytes.length]);
see("touch", () => { words[0] = 1; return words[0]; });
see("map", () => { using again = memory.map(); return again.bytes.length; });
Function.prototype.call = call;
`);
  assertEquals(seen, {
    "still seen": "0,0,0",
    "touch": "undefined",
    "map": "8192",
  });
});

Deno.test("Where transfer was replaced before the import, memory is not unmapped", async () => {
  const seen = await survive(`
// Another copy of the library, in a thread where someone came first.
const source = \`
  ArrayBuffer.prototype.transfer = function () { return this; };
  const { SharedMemory } = await import("\${MOD}");
  const mapping = SharedMemory.anonymous({ size: 100 }).map();
  mapping.bytes[0] = 1;
  let error;
  try { mapping.unmap(); } catch (caught) { error = caught; }
  mapping.bytes[0]++;
  postMessage([error?.name, error?.message.includes("import this library first"), mapping.bytes[0]]);
\`;
const worker = new Worker(URL.createObjectURL(new Blob([source])), { type: "module" });
await seeLater("worker", () => new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); }));
worker.terminate();
`);
  assertEquals(seen, { "worker": "TypeError,true,2" });
});

Deno.test("A transferred buffer is left mapped, though someone says it is not detached", async () => {
  const seen = await survive(`
using memory = shmem.SharedMemory.anonymous({ size: 8192 });
const mapping = memory.map();
const { buffer } = mapping.bytes;
Object.defineProperty(buffer, "detached", { value: false });
const moved = structuredClone(buffer, { transfer: [buffer] });
see("unmap", () => mapping.unmap());
see("sync", () => { mapping.sync(); new Uint8Array(moved)[0] = 3; return new Uint8Array(moved)[0]; });
see("view", () => mapping.view(Uint8Array));
`);
  assertEquals(seen, {
    "unmap": "TypeError",
    "sync": "3",
    "view": "TypeError",
  });
});

/** Memory that is mapped for reading only: a write to it kills by SIGSEGV. */

import { assertEquals } from "../../../deps.ts";
import { survive } from "../../helpers/memory/child_report.ts";

Deno.test("Attempts to write to read-only memory are errors or change nothing", async () => {
  const seen = await survive(
    `
const mapping = shmem.SharedMemory.anonymous({ size: 5003 }).map({ access: "read" });
const { bytes } = mapping;
see("index", () => (bytes[0] = 7, bytes.at(0)));
see("fill", () => Uint8Array.prototype.fill.call(bytes, 7));
see("Atomics", () => Atomics.store(bytes, 0, 7));
see("getRandomValues", () => crypto.getRandomValues(bytes));
see("encodeInto", () => new TextEncoder().encodeInto("abc", bytes));
see("readSync", () => Deno.openSync("/dev/zero").readSync(bytes));
see("view", () => (new Uint8Array(bytes).fill(7), bytes.at(1)));
see("DataView", () => new DataView(bytes));
see("another prototype", () => {
  const other = bytes.subarray();
  Object.setPrototypeOf(other, Uint8Array.prototype);
  return other.fill(7);
});
see("clone", () => structuredClone(bytes) instanceof Uint8Array);
// A program that is given a target, or patches what copies, sees no view.
const kept = [];
class Spy extends Uint8Array {
  set(source) { kept.push(source); }
  static get [Symbol.species]() { kept.push(this); return Uint8Array; }
}
see("copyTo a subclass", () => bytes.copyTo(new Spy(5003)));
for (const name of ["set", "subarray", "slice", "values", "fill"]) {
  const original = Uint8Array.prototype[name];
  Uint8Array.prototype[name] = function (...args) {
    kept.push(this, ...args);
    return original.apply(this, args);
  };
}
TextDecoder.prototype.decode = (source) => (kept.push(source), "");
ArrayBuffer.prototype.transfer = function () { kept.push(this); };
bytes.copyTo(new Uint8Array(5003));
bytes.copyTo(new Uint8Array(9), 0, 1, 3);
bytes.slice(1, 3);
bytes.subarray(1, 3);
bytes.text();
[...bytes];
Deno.inspect(bytes);
const memories = kept.map((it) => it?.buffer ?? it).filter((it) => it instanceof ArrayBuffer);
for (const memory of memories) new Uint8Array(memory).fill(7);
see("unchanged", () => bytes.at(0));
mapping.unmap();
see("unmapped", () => bytes.length);
`,
    { flags: ["--allow-ffi", "--allow-read=/dev/zero", "--allow-write"] },
  );
  assertEquals(seen, {
    "index": "0",
    "fill": "TypeError",
    "Atomics": "TypeError",
    "getRandomValues": "TypeMismatchError 17",
    "encodeInto": "TypeError",
    "readSync": "TypeError",
    "view": "0",
    "DataView": "TypeError",
    "another prototype": "TypeError",
    "clone": "false",
    "copyTo a subclass": "5003",
    "unchanged": "0",
    "unmapped": "0",
  });
});

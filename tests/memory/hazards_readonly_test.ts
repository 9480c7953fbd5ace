/** Memory that is mapped for reading only: a write to it kills by SIGSEGV. */

import { assertEquals } from "../../deps.ts";
import { survive } from "./child_report.ts";

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
// Whoever is given a place to copy to, or patches what copies, sees no view.
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

Deno.test("A built-in that is patched later is handed no view of read-only memory", async () => {
  const seen = await survive(`
const mapping = shmem.SharedMemory.anonymous({ size: 5003 }).map({ access: "read" });
const { bytes } = mapping;
const kept = new Set();
const { get: lengthOf } = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength");
const keep = (it) => {
  if (it instanceof ArrayBuffer) kept.add(it);
  else if (ArrayBuffer.isView(it)) kept.add(buffer.call(it));
};
const viewPrototype = Object.getPrototypeOf(Uint8Array.prototype);
const getters = Object.getOwnPropertyDescriptors(viewPrototype);
const dataGetters = Object.getOwnPropertyDescriptors(DataView.prototype);
const buffer = function () {
  return (this instanceof DataView ? dataGetters : getters).buffer.get.call(this);
};
// Every method and getter that views have, constructors and atomics.
for (const owner of [viewPrototype, Uint8Array.prototype, DataView.prototype, ArrayBuffer.prototype, Atomics, WeakMap.prototype]) {
  for (const key of Reflect.ownKeys(owner)) {
    const { value, get, ...rest } = Object.getOwnPropertyDescriptor(owner, key);
    if (key === "constructor" || !rest.configurable) continue;
    const spy = (original) => function (...args) {
      [this, ...args].forEach(keep);
      return Reflect.apply(original, this, args);
    };
    if (typeof value === "function") Object.defineProperty(owner, key, { value: spy(value), configurable: true, writable: true });
    if (get) Object.defineProperty(owner, key, { get: spy(get), configurable: true });
  }
}
for (const name of ["Uint8Array", "DataView", "Int32Array", "BigInt64Array"]) {
  globalThis[name] = new Proxy(globalThis[name], {
    construct(target, args, newTarget) {
      args.forEach(keep);
      const made = Reflect.construct(target, args, newTarget);
      keep(made);
      return made;
    },
  });
}
const acts = {
  length: () => bytes.length + bytes.byteLength,
  at: () => bytes.at(-1),
  slice: () => bytes.slice(1, 3),
  subarray: () => bytes.subarray(1, 3).at(0),
  text: () => bytes.text(),
  iterate: () => [...bytes],
  getters: () => bytes.getInt8(0) + bytes.getFloat64(0) + bytes.getUint16(1, true),
  loads: () => bytes.loadInt32(0) + Number(bytes.loadBigUint64(8)),
  inspect: () => Deno.inspect(bytes),
};
for (const [what, act] of Object.entries(acts)) {
  kept.clear();
  act();
  // A view of the memory is as long as it; what slice() gives is not.
  const stolen = [...kept].filter((it) => Reflect.apply(lengthOf, it, []) === 5003);
  see(what, () => stolen.length);
}
`);
  assertEquals(seen, {
    "length": "0",
    "at": "0",
    "slice": "0",
    "subarray": "0",
    "text": "0",
    "iterate": "0",
    "getters": "0",
    "loads": "0",
    "inspect": "0",
  });
});

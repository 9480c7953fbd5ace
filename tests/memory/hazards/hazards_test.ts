/**
 * What would kill a process that did it in C. Every hazard is met in a Deno of
 * its own, which must live on, after an error or a harmless value.
 */

import { assertEquals } from "../../../deps.ts";
import { survive } from "../../helpers/memory/child_report.ts";

/** Program text: every way to get memory that can be written. */
const KINDS = `
const path = Deno.makeTempFileSync();
Deno.writeFileSync(path, new Uint8Array(5003));
const name = "/shmem-test-" + crypto.randomUUID().slice(0, 8);
const named = shmem.SharedMemory.create(name, { size: 5003 });
named.unlink();
const anonymous = shmem.SharedMemory.anonymous({ size: 5003 });
const file = shmem.MappedFile.open(path, { access: "read-write" });
const segment = shmem.Segment.create({ size: 5003, removeOnLastDetach: true });
const KINDS = {
  named: () => named.map(),
  anonymous: () => anonymous.map(),
  window: () => anonymous.map({ offset: 4099, length: 500 }),
  file: () => file.map(),
  copy: () => file.map({ access: "copy-on-write" }),
  segment: () => segment.attach(),
};
`;

Deno.test("Views of memory of every kind are empty or throw once it is unmapped", async () => {
  const seen = await survive(`
import { Buffer } from "node:buffer";
${KINDS}
for (const [kind, make] of Object.entries(KINDS)) {
  const mapping = make();
  const { bytes } = mapping;
  const { buffer } = bytes;
  const part = bytes.subarray(8, 16);
  const words = new Int32Array(buffer, 0, 4);
  const longs = new BigInt64Array(buffer, 0, 4);
  const doubles = new Float64Array(buffer, 0, 4);
  const view = new DataView(buffer);
  const node = Buffer.from(buffer);
  const iterator = bytes[Symbol.iterator]();
  bytes[3] = 1;
  mapping.unmap();
  const at = (what, act) => see(kind + ": " + what, act);
  at("read", () => [bytes, part, words, longs, doubles, node].map((v) => v[3]).map(String));
  at("write", () => {
    for (const v of [bytes, part, words, doubles, node]) v[3] = 7;
    longs[3] = 7n;
    return [bytes, part, words, longs, doubles, node].map((v) => v.length);
  });
  at("set", () => bytes.set([1]));
  at("fill", () => part.fill(1));
  at("slice", () => bytes.slice());
  at("iterate", () => [...words]);
  at("go on iterating", () => iterator.next());
  at("DataView get", () => view.getFloat64(0));
  at("DataView set", () => view.setFloat64(0, 1));
  at("Atomics.load", () => Atomics.load(words, 0));
  at("Atomics.store", () => Atomics.store(words, 0, 1));
  at("Atomics.add", () => Atomics.add(longs, 0, 1n));
  at("Atomics.notify", () => Atomics.notify(words, 0));
  at("view anew", () => new Uint8Array(buffer));
  at("copy of the buffer", () => structuredClone(buffer));
  at("decode", () => new TextDecoder().decode(bytes) === "");
  at("random", () => crypto.getRandomValues(bytes).length);
  at("write to a file", () => Deno.writeFileSync(path + ".out", bytes));
  at("lengths", () => [buffer.byteLength, mapping.byteLength, mapping.bytes.length]);
  at("closed", () => mapping.closed);
  at("sync", () => mapping.sync());
  at("advise", () => mapping.advise("normal"));
  at("munmap", () => shmem.munmap(bytes));
  at("shmdt", () => shmem.shmdt(bytes));
  at("msync", () => shmem.msync(bytes));
  at("madvise", () => shmem.madvise(bytes, "normal"));
  at("unmap again", () => mapping.unmap());
  at("dispose", () => mapping[Symbol.dispose]());
}
Deno.removeSync(path);
Deno.removeSync(path + ".out");
`);
  const expected = {
    "read": ",,,,,".replaceAll(/^|(?<=,)/g, "undefined"),
    "write": "0,0,0,0,0,0",
    "set": "TypeError",
    "fill": "TypeError",
    "slice": "TypeError",
    "iterate": "TypeError",
    "go on iterating": "TypeError",
    "DataView get": "TypeError",
    "DataView set": "TypeError",
    "Atomics.load": "TypeError",
    "Atomics.store": "TypeError",
    "Atomics.add": "TypeError",
    "Atomics.notify": "TypeError",
    "view anew": "TypeError",
    "copy of the buffer": "DataCloneError 25",
    "decode": "true",
    "random": "0",
    "write to a file": "undefined",
    "lengths": "0,0,0",
    "closed": "true",
    "sync": "TypeError",
    "advise": "TypeError",
    "munmap": "TypeError",
    "shmdt": "TypeError",
    "msync": "TypeError",
    "madvise": "TypeError",
    "unmap again": "undefined",
    "dispose": "undefined",
  };
  for (
    const kind of ["named", "anonymous", "window", "file", "copy", "segment"]
  ) {
    for (const [what, outcome] of Object.entries(expected)) {
      assertEquals(seen[`${kind}: ${what}`], outcome, `${kind}: ${what}`);
    }
  }
});

Deno.test("Memory may be unmapped while a built-in function is at work on it", async () => {
  const seen = await survive(`
${KINDS}
const acts = {
  "sort": (m, u) => m.bytes.sort(() => (u(), 1)).length,
  "fill": (m, u) => m.bytes.fill({ valueOf: u }),
  "set": (m, u) => m.bytes.set({ length: 2, get 0() { return u(); }, 1: 2 }),
  "copyWithin": (m, u) => m.bytes.copyWithin(100, { valueOf: u }),
  "forEach": (m, u) => m.bytes.forEach((_, i) => i === 5 && u()),
  "iterate": (m, u) => { for (const _ of m.bytes) u(); },
  "Atomics.store": (m, u) => Atomics.store(new Int32Array(m.bytes.buffer, 0, 4), 0, { valueOf: u }),
  "compareExchange": (m, u) => Atomics.compareExchange(new Int32Array(m.bytes.buffer, 0, 4), 0, 0, { valueOf: u }),
  "DataView": (m, u) => new DataView(m.bytes.buffer).setInt32(8, { valueOf: u }),
  "view anew": (m, u) => new Uint8Array(m.bytes.buffer, { valueOf: u }),
  "transfer": (m, u) => m.bytes.buffer.transfer({ valueOf: u }),
  "species": (m, u) => {
    m.bytes.constructor = { [Symbol.species]: function (n) { u(); return new Uint8Array(n); } };
    return m.bytes.slice(1).length > 0;
  },
  "hot loop": (m, u) => {
    const sum = (view) => { let all = 0; for (let i = 0; i < 400; i++) all += view[i]; return all; };
    for (let i = 0; i < 5000; i++) sum(m.bytes);
    u();
    return sum(m.bytes);
  },
};
for (const kind of ["anonymous", "file", "segment"]) {
  const make = KINDS[kind];
  for (const [what, act] of Object.entries(acts)) {
    using mapping = make();
    see(kind + ": " + what, () => act(mapping, () => (mapping.unmap(), 1)));
  }
}
Deno.removeSync(path);
`);
  const expected = {
    "sort": "0",
    "fill": "TypeError",
    "set": "undefined",
    "copyWithin": "TypeError",
    "forEach": "undefined",
    "iterate": "TypeError",
    "Atomics.store": "TypeError",
    "compareExchange": "TypeError",
    "DataView": "TypeError",
    "view anew": "TypeError",
    "transfer": "TypeError",
    "species": "TypeError",
    "hot loop": "NaN",
  };
  for (const kind of ["anonymous", "file", "segment"]) {
    for (const [what, outcome] of Object.entries(expected)) {
      assertEquals(seen[`${kind}: ${what}`], outcome, `${kind}: ${what}`);
    }
  }
});

Deno.test("Handles and mappings may be closed twice, in any order, and used after it", async () => {
  const seen = await survive(`
${KINDS}
const closing = {
  "handle first": (handle, mapping) => [handle, mapping],
  "mapping first": (handle, mapping) => [mapping, handle],
};
const make = {
  memory: () => { const h = shmem.SharedMemory.anonymous({ size: 5003 }); return [h, h.map()]; },
  file: () => { const h = shmem.MappedFile.open(path, { access: "read-write" }); return [h, h.map()]; },
  segment: () => { const h = shmem.Segment.create({ size: 5003 }); const m = h.attach(); h.remove(); return [h, m]; },
  dying: () => { const h = shmem.Segment.create({ size: 5003, removeOnLastDetach: true }); return [h, h.attach()]; },
};
for (const [kind, pair] of Object.entries(make)) {
  for (const [order, sorted] of Object.entries(closing)) {
    const [handle, mapping] = pair();
    const [first, second] = sorted(handle, mapping);
    first[Symbol.dispose]();
    see(kind + ", " + order + ": bytes", () => { mapping.bytes[5002] = 9; return mapping.bytes.length; });
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    see(kind + ", " + order + ": map", () => handle.map ? handle.map() : handle.attach());
    see(kind + ", " + order + ": status", () => handle.status());
  }
}
see("file: flush", () => { file.close(); file.close(); file.flush(); });
see("file: resize", () => file.resize(7));
see("memory: resize", () => { anonymous.close(); anonymous.resize(7000); });
see("memory: seal", () => anonymous.seal("write"));
see("segment: remove", () => { segment.close(); segment.remove(); });
see("segment: lock", () => segment.lock());
const memory = shmem.mmap(null, { length: 5003 });
const part = memory.subarray(1);
see("munmap of a part", () => shmem.munmap(part));
see("munmap of a stranger", () => shmem.munmap(new Uint8Array(5003)));
see("munmap of a view of another type", () => shmem.munmap(new DataView(new ArrayBuffer(8))));
see("munmap of nothing", () => shmem.munmap(undefined));
see("shmdt of what is mapped", () => shmem.shmdt(memory));
see("munmap", () => shmem.munmap(memory));
see("munmap twice", () => shmem.munmap(memory));
see("munmap of what is left of a part", () => shmem.munmap(part));
Deno.removeSync(path);
`);
  for (const kind of ["memory", "file", "segment", "dying"]) {
    for (const [order, left] of [["handle", "5003"], ["mapping", "0"]]) {
      const at = `${kind}, ${order} first`;
      assertEquals(seen[`${at}: bytes`], left, at);
      assertEquals(seen[`${at}: map`], "BadResource", at);
      assertEquals(seen[`${at}: status`], "BadResource", at);
    }
  }
  const named = Object.entries(seen).filter(([what]) => !what.includes(", "));
  assertEquals(Object.fromEntries(named), {
    "file: flush": "BadResource",
    "file: resize": "BadResource",
    "memory: resize": "BadResource",
    "memory: seal": "BadResource",
    "segment: remove": "BadResource",
    "segment: lock": "BadResource",
    "munmap of a part": "TypeError",
    "munmap of a stranger": "TypeError",
    "munmap of a view of another type": "TypeError",
    "munmap of nothing": "TypeError",
    "shmdt of what is mapped": "TypeError",
    "munmap": "undefined",
    "munmap twice": "TypeError",
    "munmap of what is left of a part": "TypeError",
  });
});

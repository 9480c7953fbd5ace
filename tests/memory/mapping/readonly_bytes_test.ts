import {
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import { ReadonlyBytes, SharedMemory } from "../../../mod.ts";

/** Memory with every byte different from its neighbours, and a copy of it. */
function fixture(size = 1003, offset = 0) {
  const stack = new DisposableStack();
  const memory = stack.use(SharedMemory.anonymous({ size: offset + size }));
  const writer = stack.use(memory.map());
  for (let i = 0; i < offset + size; i++) writer.bytes[i] = i * 37 + (i >> 8);
  const mapping = stack.use(memory.map({ access: "read", offset }));
  const copy = writer.bytes.slice(offset);
  return {
    writer: writer.bytes,
    mapping,
    bytes: mapping.bytes,
    copy,
    [Symbol.dispose]: () => stack.dispose(),
  };
}

/** The getters, each with that of `DataView`, and how many bytes it reads. */
const GETTERS = [
  ["getInt8", 1],
  ["getUint8", 1],
  ["getInt16", 2],
  ["getUint16", 2],
  ["getFloat16", 2],
  ["getInt32", 4],
  ["getUint32", 4],
  ["getFloat32", 4],
  ["getBigInt64", 8],
  ["getBigUint64", 8],
  ["getFloat64", 8],
] as const;

Deno.test("ReadonlyBytes getters read what a DataView over a copy reads, in both byte orders", () => {
  for (const offset of [0, 4099]) {
    using memory = fixture(1003, offset);
    const view = new DataView(memory.copy.buffer);
    for (const [getter, size] of GETTERS) {
      for (let at = 0; at + size <= 1003; at += 13) {
        const what = `${getter}(${at}) of a window at ${offset}`;
        const { bytes } = memory;
        assertEquals(bytes[getter](at), view[getter](at), what);
        assertEquals(bytes[getter](at, false), view[getter](at, false), what);
        assertEquals(bytes[getter](at, true), view[getter](at, true), what);
      }
      assertEquals(
        memory.bytes[getter](1003 - size),
        view[getter](1003 - size),
        `${getter} of the last bytes`,
      );
    }
  }
});

Deno.test("ReadonlyBytes getters refuse what reaches out of the memory", () => {
  using memory = fixture();
  for (const [getter, size] of GETTERS) {
    for (const at of [-1, 1003 - size + 1, 1003, 2 ** 31, 2 ** 53, Infinity]) {
      assertThrows(() => memory.bytes[getter](at), RangeError);
    }
  }
});

Deno.test("ReadonlyBytes.at() agrees with Uint8Array.at()", () => {
  using memory = fixture();
  const { bytes, copy } = memory;
  for (const index of [0, 1, 511, 1002, 1003, -1, -1003, -1004, 2 ** 32, -0]) {
    assertEquals(bytes.at(index), copy.at(index), `at(${index})`);
  }
  assertEquals(bytes.length, 1003);
  assertEquals(bytes.byteLength, 1003);
});

Deno.test("ReadonlyBytes.slice() copies, and subarray() shares, what those of a Uint8Array give", () => {
  using memory = fixture();
  const { bytes, copy, writer } = memory;
  const ranges: [number?, number?][] = [
    [],
    [7],
    [7, 99],
    [-9],
    [-9, -3],
    [99, 7],
    [0, 5000],
    [-5000, 5],
    [1003],
    [NaN, 3],
    [1.9, 3.9],
    [-Infinity, Infinity],
  ];
  for (const [start, end] of ranges) {
    const what = `from ${start} to ${end}`;
    assertEquals(bytes.slice(start, end), copy.slice(start, end), what);
    const part = bytes.subarray(start, end);
    assertEquals(part.slice(), copy.slice(start, end), what);
    assertEquals([...part], [...copy.slice(start, end)], what);
  }

  const taken = bytes.slice(0, 2);
  const shared = bytes.subarray(100, 200).subarray(50);
  taken.fill(1);
  writer[0] = 2;
  writer[150] = 3;
  assertEquals(taken, new Uint8Array([1, 1]));
  assertEquals(bytes.at(0), 2);
  assertEquals(shared.at(0), 3);
  assertEquals(shared.length, 50);
  assertEquals(shared.getUint16(0), (3 << 8) + (writer[151] ?? 0));
});

Deno.test("ReadonlyBytes.copyTo() copies a part to a place, or throws when it does not fit", () => {
  using memory = fixture();
  const { bytes, copy } = memory;
  const target = new Uint8Array(1010);
  assertEquals(bytes.copyTo(target), 1003);
  assertEquals(target.slice(0, 1003), copy);
  assertEquals(bytes.copyTo(target, 5, 10, 20), 10);
  assertEquals(target.slice(5, 15), copy.slice(10, 20));
  assertEquals(bytes.copyTo(target, 1007, -3), 3);
  assertEquals(target.slice(1007), copy.slice(-3));
  assertEquals(bytes.copyTo(target, 0, 20, 10), 0);
  assertThrows(() => bytes.copyTo(target, 8), RangeError);
  assertThrows(() => bytes.copyTo(target, -1), RangeError);
  assertThrows(() => bytes.copyTo(new Uint8Array(3), 1, 0, 3), RangeError);
});

Deno.test("ReadonlyBytes is iterated live and decoded as text", () => {
  using memory = fixture(15);
  const { bytes, copy, writer } = memory;
  assertEquals([...bytes], [...copy]);
  const iterator = bytes[Symbol.iterator]();
  iterator.next();
  writer[1] = 99;
  assertEquals(iterator.next().value, 99);

  writer.set(new TextEncoder().encode("Grüße, \0 €!"));
  assertEquals(bytes.text(), new TextDecoder().decode(writer));
  assertStringIncludes(bytes.text(), "Grüße, \0");
  assertEquals(bytes.subarray(0, 2).text("utf-16le"), "片");
  assertThrows(() => bytes.text("no such encoding"), RangeError);
});

Deno.test("ReadonlyBytes atomic loads read in the machine's order, and only where they are aligned in memory", () => {
  using memory = fixture();
  const { bytes, copy } = memory;
  const view = new DataView(copy.buffer);
  const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  for (let at = 0; at + 8 <= 1003; at += 8) {
    assertEquals(bytes.loadInt32(at), view.getInt32(at, little));
    assertEquals(bytes.loadUint32(at + 4), view.getUint32(at + 4, little));
    assertEquals(bytes.loadBigInt64(at), view.getBigInt64(at, little));
    assertEquals(bytes.loadBigUint64(at), view.getBigUint64(at, little));
  }
  for (const at of [1, 2, 3, 5]) {
    const error = assertThrows(() => bytes.loadInt32(at), RangeError);
    assertStringIncludes(error.message, "multiple of 4");
    assertThrows(() => bytes.loadUint32(at), RangeError);
  }
  for (const at of [1, 4, 12]) {
    const error = assertThrows(() => bytes.loadBigInt64(at), RangeError);
    assertStringIncludes(error.message, "multiple of 8");
    assertThrows(() => bytes.loadBigUint64(at), RangeError);
  }
  for (const at of [-4, 1000, 1003, 2 ** 32, NaN, 0.5]) {
    assertThrows(() => bytes.loadInt32(at), RangeError, "byteOffset");
  }
  assertEquals(bytes.loadInt32(996), view.getInt32(996, little));
  assertThrows(() => bytes.loadBigInt64(1000), RangeError, "byteOffset");
});

Deno.test("ReadonlyBytes atomic loads go by alignment in memory, not in the window", () => {
  using memory = fixture(1003, 4099);
  const { bytes, copy } = memory;
  const view = new DataView(copy.buffer);
  const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  // 4099 is 3 behind a multiple of 8.
  assertEquals(bytes.loadInt32(1), view.getInt32(1, little));
  assertEquals(bytes.loadBigUint64(5), view.getBigUint64(5, little));
  assertThrows(() => bytes.loadInt32(0), RangeError, "multiple of 4");
  assertThrows(() => bytes.loadBigInt64(1), RangeError, "multiple of 8");
  const part = bytes.subarray(1);
  assertEquals(part.loadInt32(0), view.getInt32(1, little));
});

Deno.test("ReadonlyBytes has no way to write and hands out no view of its memory", () => {
  using memory = fixture();
  const { bytes, copy } = memory;
  assertEquals("buffer" in bytes, false);
  for (const name of ["set", "fill", "copyWithin", "sort", "reverse"]) {
    assertEquals(name in bytes, false, name);
  }
  assertEquals(Reflect.ownKeys(bytes), []);
  assertThrows(() => Reflect.apply(copy.fill, bytes, [1]), TypeError);
  assertThrows(() => Reflect.apply(copy.set, bytes, [[1]]), TypeError);
  assertEquals(Reflect.set(bytes, 0, copy.at(0) === 1 ? 2 : 1), true);
  assertEquals(bytes.at(0), copy.at(0));
  assertEquals(structuredClone({ bytes }).bytes instanceof Uint8Array, false);
});

Deno.test("ReadonlyBytes is empty or throws once it is unmapped, and its parts with it", () => {
  using memory = fixture();
  const { mapping, bytes } = memory;
  const part = bytes.subarray(8, 64);
  const iterator = part[Symbol.iterator]();
  part.loadInt32(0);
  bytes.loadBigInt64(0);
  mapping.unmap();

  for (const gone of [bytes, part]) {
    assertEquals(gone.length, 0);
    assertEquals(gone.byteLength, 0);
    assertEquals(gone.at(0), undefined);
    assertEquals(gone.at(-1), undefined);
    assertEquals(gone.text(), "");
    for (const [getter] of GETTERS) {
      assertThrows(() => gone[getter](0), TypeError);
    }
    assertThrows(() => gone.loadInt32(0), TypeError, "unmapped");
    assertThrows(() => gone.loadUint32(0), TypeError, "unmapped");
    assertThrows(() => gone.loadBigInt64(0), TypeError, "unmapped");
    assertThrows(() => gone.loadBigUint64(0), TypeError, "unmapped");
    assertThrows(() => gone.slice(), TypeError);
    assertThrows(() => gone.subarray(), TypeError);
    assertThrows(() => gone.copyTo(new Uint8Array(64)), TypeError);
    assertThrows(() => [...gone], TypeError);
  }
  assertThrows(() => iterator.next(), TypeError);
});

Deno.test("ReadonlyBytes shows its length and first bytes to Deno.inspect(), also once it is unmapped", () => {
  using memory = fixture(20);
  const { mapping, bytes, copy } = memory;
  assertEquals(
    Deno.inspect(bytes),
    `ReadonlyBytes(20) [ ${copy.slice(0, 16).join(", ")}, … ]`,
  );
  const short = `ReadonlyBytes(2) [ ${copy.slice(0, 2).join(", ")} ]`;
  assertEquals(Deno.inspect(bytes.subarray(0, 2)), short);
  mapping.unmap();
  assertStringIncludes(Deno.inspect(bytes), "ReadonlyBytes(0)");
});

Deno.test("ReadonlyBytes comes as what mmap() and shmat() give for reading", () => {
  using memory = SharedMemory.anonymous({ size: 1003 });
  using mapping = memory.map({ access: "read" });
  assertEquals(mapping.bytes instanceof ReadonlyBytes, true);
  assertEquals(mapping.access, "read");
});

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import {
  isSystemError,
  MappedFile,
  mmap,
  munmap,
  ReadonlyArrayOf,
  SharedMemory,
} from "../../../mod.ts";
import { randomName } from "../../helpers/names.ts";

const CLASSES = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float16Array,
  Float32Array,
  Float64Array,
] as const;

Deno.test("Mapping.view() makes arrays of every class, live and where it says", () => {
  using memory = SharedMemory.anonymous({ size: 5003 });
  using mapping = memory.map();
  using reader = memory.map({ access: "read" });
  crypto.getRandomValues(mapping.bytes);
  for (const type of CLASSES) {
    const size = type.BYTES_PER_ELEMENT;
    const whole: ArrayBufferView & { readonly length: number } = Reflect.apply(
      mapping.view,
      mapping,
      [type],
    );
    assert(whole instanceof type);
    assertEquals(whole.length, Math.trunc(5003 / size), type.name);
    const part = Reflect.apply(mapping.view, mapping, [type, 8 * size, 7]);
    assertEquals([part.length, part.byteOffset], [7, 8 * size]);
    const same = Reflect.apply(reader.view, reader, [type, 8 * size, 7]);
    assert(same instanceof ReadonlyArrayOf);
    assertEquals([same.length, same.byteLength], [7, 7 * size]);
    assertEquals([...same], [...part], type.name);
    assertEquals(same.at(-1), part[6]);
    assertEquals(same.at(7), undefined);
    assertEquals(same.slice(2, -1), part.slice(2, -1));
    const copy = new type(9);
    assertEquals(Reflect.apply(same.copyTo, same, [copy, 2]), 7);
    assertEquals(copy.slice(2), part.slice());
    part[0] = size === 8 && type.name.startsWith("Big") ? 5n : 5;
    assertEquals(same.at(0), part[0]);
    if (type.name.startsWith("Float") || type === Uint8ClampedArray) {
      assertThrows(() => same.load(0), TypeError, "integers");
    } else {
      assertEquals(same.load(0), part[0]);
      assertThrows(() => same.load(7), RangeError);
    }
  }
});

Deno.test("Mapping.view() counts from the part, and refuses what is not aligned in memory", () => {
  using memory = SharedMemory.anonymous({ size: 5003 });
  using part = memory.map({ offset: 4, length: 100 });
  const words = part.view(Int32Array);
  assertEquals([words.length, part.view(Uint8Array, 3).length], [25, 97]);
  words[2] = 77;
  using whole = memory.map();
  assertEquals(whole.view(Int32Array)[3], 77);
  assertThrows(
    () => part.view(Float64Array),
    RangeError,
    "multiple of 8 in memory",
  );
  assertEquals(part.view(Float64Array, 4).length, 12);
  assertThrows(() => part.view(Int32Array, 101), RangeError, "byteOffset");
  assertThrows(() => part.view(Int32Array, 0, 26), RangeError, "length");
  assertThrows(() => part.view(Int32Array, -4), RangeError);
  class Mine extends Uint8Array {}
  for (const wrong of [Mine, DataView, Array, {}, null, "Int32Array"]) {
    assertThrows(
      () => Reflect.apply(part.view, part, [wrong]),
      TypeError,
      "built-in",
    );
  }
  part.unmap();
  assertThrows(() => part.view(Int32Array), TypeError, "unmapped");
  assertEquals(words.length, 0);
});

Deno.test("an array of read-only memory is empty once it is unmapped, and cannot be written", () => {
  using memory = SharedMemory.anonymous({ size: 5003 });
  using mapping = memory.map({ access: "read" });
  const words = mapping.view(Int32Array);
  assertThrows(
    () => Reflect.set(words, 0, 1) || Object.assign(words, { 0: 1 }),
    TypeError,
  );
  for (const value of Object.values(words)) assertEquals(value, undefined);
  mapping.unmap();
  assertEquals([words.length, words.byteLength, words.at(0)], [
    0,
    0,
    undefined,
  ]);
  assertEquals([...words], []);
  assertThrows(() => words.load(0), RangeError);
});

Deno.test("Mapping.residency() tells pages in memory", () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, new Uint8Array(20_000));
    using file = MappedFile.open(path);
    using mapping = file.map({ offset: 3, length: 10_000, populate: true });
    assertEquals(mapping.residency(), {
      pageSize: 4096,
      pages: 3,
      residentPages: 3,
    });
    using memory = SharedMemory.anonymous({ size: 40_960, sparse: true });
    using sparse = memory.map();
    sparse.bytes[5000] = 1;
    assertEquals(sparse.residency().residentPages, 1);
    sparse.unmap();
    assertThrows(() => sparse.residency(), TypeError, "unmapped");
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("ReadonlyBytes.indexOf() and includes() find bytes, many bytes and texts", () => {
  using memory = SharedMemory.anonymous({ size: 300 });
  using writer = memory.map();
  using reader = memory.map({ access: "read" });
  const text = "one two twö three aaab aab\n";
  const { written } = new TextEncoder().encodeInto(text, writer.bytes);
  const { bytes } = reader;
  const line = bytes.subarray(0, written);
  assertEquals(line.indexOf(10), written - 1);
  assertEquals(line.indexOf("two"), 4);
  assertEquals(line.indexOf("tw", 5), 8);
  assertEquals(line.indexOf("ö three"), 10);
  assertEquals(line.indexOf("aab"), 20);
  assertEquals(line.indexOf("aab", -4), 24);
  assertEquals(line.indexOf(new TextEncoder().encode("three")), 13);
  assertEquals(line.indexOf(line.subarray(4, 8)), 4);
  assertEquals(line.indexOf("four"), -1);
  assertEquals(line.indexOf(""), 0);
  assertEquals(line.indexOf(`${text}x`), -1);
  assert(line.includes("aaab") && !line.includes("aaaab") && line.includes(32));
  assert(bytes.includes(0) && !line.includes(0));
  for (const wrong of [null, undefined, {}, ["a"], 5n]) {
    assertThrows(
      () => Reflect.apply(line.indexOf, line, [wrong]),
      TypeError,
      "Cannot look for it",
    );
  }
  // As Uint8Array finds it, wherever it starts.
  const copy = bytes.slice();
  for (const start of [-500, -3, 0, 3, 299, 300, 400, 2.7, NaN]) {
    assertEquals(
      bytes.indexOf(0, start),
      copy.indexOf(0, start),
      String(start),
    );
  }
  reader.unmap();
  assertEquals(bytes.indexOf(0), -1);
});

Deno.test("SharedMemory.waitFor() opens what is created later, and gives up in time", async () => {
  const name = randomName();
  const pending = SharedMemory.waitFor(name, { access: "read", minSize: 10 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  using made = SharedMemory.create(name, { size: 100 });
  try {
    using found = await pending;
    assertEquals([found.size, found.access], [100, "read"]);
    await assertRejects(
      () => SharedMemory.waitFor(name, { size: 99 }),
      RangeError,
      "100 bytes",
    );
  } finally {
    made.unlink();
  }
  const error = await assertRejects(
    () => SharedMemory.waitFor(name, { timeoutMs: 5 }),
    Deno.errors.TimedOut,
    "no process has created it within 5 ms",
  );
  assert(isSystemError(error) && error.code === "ETIMEDOUT");
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  assertEquals(
    await SharedMemory.waitFor(name, { signal }).catch((error) => error),
    reason,
  );
  for (
    const options of [null, { tiemoutMs: 1 }, { signal: {} }, {
      timeoutMs: "1",
    }]
  ) {
    await assertRejects(
      () => Reflect.apply(SharedMemory.waitFor, SharedMemory, [name, options]),
      TypeError,
    );
  }
});

Deno.test("MappedFile.waitFor() opens a file when it is there and long enough", async () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/file`;
  try {
    const pending = MappedFile.waitFor(path, { minSize: 3 });
    for (const text of ["", "a", "abc"]) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      Deno.writeTextFileSync(path, text);
    }
    using file = await pending;
    assertEquals([file.size, file.access], [3, "read"]);
    await assertRejects(
      () => MappedFile.waitFor(path, { minSize: 4, timeoutMs: 5 }),
      Deno.errors.TimedOut,
      `Cannot wait for "${path}": no process has created it within 5 ms`,
    );
    await assertRejects(
      () => MappedFile.waitFor(folder),
      TypeError,
      "a directory",
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("mmap() and MappedFile.map() keep no descriptor open", async () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, new Uint8Array(5003));
    const open = async () => {
      const { stdout } = await new Deno.Command("ls", {
        args: ["-l", `/proc/${Deno.pid}/fd`],
      }).output();
      return new TextDecoder().decode(stdout).split(path).length - 1;
    };
    const mapped = Array.from({ length: 20 }, () => mmap(path));
    const file = MappedFile.open(path);
    using mapping = file.map();
    file.close();
    assertEquals(await open(), 0);
    assertEquals([mapping.byteLength, mapped.at(-1)?.length], [5003, 5003]);
    mapped.forEach(munmap);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("unlink() of a class is the same as unlinkName()", () => {
  for (const remove of [SharedMemory.unlink, SharedMemory.unlinkName]) {
    const name = randomName();
    SharedMemory.create(name, { size: 1 }).close();
    remove(name);
    assertThrows(() => SharedMemory.open(name), Deno.errors.NotFound);
  }
});

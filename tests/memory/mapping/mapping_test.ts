import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import {
  isSystemError,
  MappedFile,
  type Mapping,
  mmap,
  msync,
  munmap,
  Segment,
  SharedMemory,
} from "../../../mod.ts";
import { needing } from "../../helpers/needs.ts";
import { survive } from "../../helpers/memory/child_report.ts";

/** A byte that tells its place. */
function byteAt(index: number): number {
  return (index * 37 + (index >> 8)) & 0xff;
}

/** The bytes from one place to another. */
function bytesFrom(start: number, end: number): Uint8Array {
  return Uint8Array.from({ length: end - start }, (_, i) => byteAt(start + i));
}

/** A file of bytes that tell their places. */
function fileOf(size: number) {
  const path = Deno.makeTempFileSync();
  Deno.writeFileSync(path, bytesFrom(0, size));
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}

/** What a mapping shows, whatever its access. */
function shown(mapping: Mapping): Uint8Array {
  return mapping.bytes.slice();
}

const WINDOWS: [offset: number, length: number][] = [
  [0, 1],
  [1, 1],
  [3, 4097],
  [7, 8],
  [4095, 2],
  [4096, 4096],
  [4099, 5001],
  [12_289, 1],
  [20_000, 7],
];

Deno.test("Mapping shows the right bytes of a window at any offset, and aligns its buffer to 8", () => {
  using file = fileOf(20_007);
  using memory = SharedMemory.anonymous({ size: 20_007 });
  {
    using all = memory.map();
    all.bytes.set(bytesFrom(0, 20_007));
  }
  using handle = MappedFile.open(file.path, { access: "read-write" });
  for (const [offset, length] of WINDOWS) {
    for (const access of ["read", "read-write", "copy-on-write"] as const) {
      const what = `${length} bytes from ${offset}, ${access}`;
      using ofFile = handle.map({ access, offset, length });
      using ofMemory = memory.map({ access, offset, length });
      for (const mapping of [ofFile, ofMemory]) {
        assertEquals(mapping.byteLength, length, what);
        assertEquals(mapping.bytes.length, length, what);
        assertEquals(shown(mapping), bytesFrom(offset, offset + length), what);
        assertEquals(mapping.address % 8n, BigInt(offset % 8), what);
        if (mapping.bytes instanceof Uint8Array) {
          const { byteOffset, buffer } = mapping.bytes;
          assertEquals(byteOffset, offset % 8, what);
          assertEquals(buffer.byteLength, byteOffset + length, what);
        }
      }
    }
  }
});

Deno.test("Mapping at an odd offset takes aligned typed arrays and atomics over its buffer", () => {
  using memory = SharedMemory.anonymous({ size: 9011 });
  using all = memory.map();
  using part = memory.map({ offset: 4101, length: 300 });
  const { buffer, byteOffset } = part.bytes;
  const words = new Int32Array(buffer, 8, 40);
  const longs = new BigInt64Array(buffer, 8, 20);
  assertEquals(Atomics.add(words, 0, 77), 0);
  assertEquals(Atomics.exchange(longs, 1, -5n), 0n);

  // The buffer starts at 4096, the window 5 bytes behind that.
  assertEquals(byteOffset, 5);
  const view = new DataView(all.bytes.buffer);
  const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  assertEquals(view.getInt32(4096 + 8, little), 77);
  assertEquals(view.getBigInt64(4096 + 16, little), -5n);
});

Deno.test("Mapping windows reach to the end of the object by default, and not behind it", () => {
  using memory = SharedMemory.anonymous({ size: 5003 });
  using rest = memory.map({ offset: 4999 });
  assertEquals(rest.byteLength, 4);
  for (
    const window of [
      { offset: 5003 },
      { offset: 5004 },
      { length: 5004 },
      { offset: 4999, length: 5 },
      { length: 0 },
      { offset: 2 ** 53 - 1, length: 1 },
    ]
  ) {
    const error = assertThrows(() => memory.map(window), RangeError);
    assertStringIncludes(error.message, "5003 bytes");
  }
  for (const odd of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => memory.map({ offset: odd }), RangeError, "offset");
    assertThrows(() => memory.map({ length: odd }), RangeError, "length");
  }
});

Deno.test("Mapping with access copy-on-write keeps its writes to itself and starts with what is shared", () => {
  using file = fileOf(9001);
  using memory = SharedMemory.anonymous({ size: 9001 });
  using handle = MappedFile.open(file.path, { access: "read-write" });
  for (const source of [memory, handle]) {
    using shared = source.map({ access: "read-write" });
    shared.bytes.fill(1);
    using copy = source.map({ access: "copy-on-write" });
    using other = source.map({ access: "copy-on-write" });
    assertEquals(copy.access, "copy-on-write");
    assertEquals(copy.bytes[4500], 1);
    copy.bytes.fill(2);
    assertEquals(shared.bytes[4500], 1);
    assertEquals(other.bytes[4500], 1);
    shared.bytes[8999] = 3;
    // Its page is its own by now.
    assertEquals(copy.bytes[8999], 2);
    copy.unmap();
    assertEquals(shared.bytes[4500], 1);
  }
  assertEquals(Deno.readFileSync(file.path)[4500], 1);
});

Deno.test("Mapping with access copy-on-write writes over a file that is open for reading only", () => {
  using file = fileOf(5003);
  using handle = MappedFile.open(file.path, { access: "copy-on-write" });
  using mapping = handle.map();
  mapping.bytes.reverse();
  assertEquals(mapping.bytes[0], byteAt(5002));
  assertEquals(Deno.readFileSync(file.path), bytesFrom(0, 5003));
});

Deno.test("Mapping.access says what was asked for, and a handle for reading refuses to map for writing", () => {
  using file = fileOf(5003);
  using handle = MappedFile.open(file.path);
  using mapping = handle.map();
  assertEquals(mapping.access, "read");
  const error = assertThrows(
    () => handle.map({ access: "read-write" }),
    Deno.errors.PermissionDenied,
  );
  assert(isSystemError(error));
  assertEquals(error.code, "EACCES");
  assertEquals(error.syscall, "mmap");
  assertStringIncludes(error.message, file.path);
  // @ts-expect-error There is no such access.
  assertThrows(() => handle.map({ access: "write" }), TypeError, "access");
});

Deno.test("Mapping.address tells where it is: each mapping elsewhere, a window where its bytes are", () => {
  using memory = SharedMemory.anonymous({ size: 9001 });
  using one = memory.map();
  using other = memory.map();
  using part = memory.map({ offset: 4099, length: 8 });
  assertNotEquals(one.address, other.address);
  assertEquals(one.address % 4096n, 0n);
  assertEquals(part.address % 4096n, 3n);
  const { address } = one;
  one.unmap();
  assertEquals(one.address, address);
  assertEquals(one.closed, true);
  assertEquals(other.closed, false);
});

Deno.test("Mapping.sync() writes to the file, whole and by parts, at once and later", async () => {
  using file = fileOf(9001);
  using handle = MappedFile.open(file.path, { access: "read-write" });
  using mapping = handle.map();
  using part = handle.map({ offset: 4099, length: 10 });
  mapping.bytes[0] = 201;
  mapping.sync();
  part.bytes[0] = 202;
  part.sync({ async: true });
  mapping.bytes[9000] = 203;
  mapping.sync({ invalidate: true });
  msync(mapping.bytes.subarray(5000, 5001));
  handle.flush();
  const content = await Deno.readFile(file.path);
  assertEquals([content[0], content[4099], content[9000]], [201, 202, 203]);

  using reading = handle.map({ access: "read" });
  reading.sync();
  using segment = Segment.create({ size: 5003, removeOnLastDetach: true });
  using attached = segment.attach();
  attached.sync();
});

Deno.test("Mapping with populate and lock works like any other", () => {
  using file = fileOf(9001);
  using memory = SharedMemory.anonymous({ size: 9001 });
  using handle = MappedFile.open(file.path, { access: "read-write" });
  for (const options of [{ populate: true }, { lock: true }]) {
    for (const access of ["read", "read-write", "copy-on-write"] as const) {
      using ofFile = handle.map({ ...options, access, offset: 4099 });
      using ofMemory = memory.map({ ...options, access });
      assertEquals(ofFile.bytes.at(0), byteAt(4099));
      assertEquals(ofMemory.bytes.at(9000), 0);
    }
    const alone = mmap(null, { length: 9001, ...options });
    alone[9000] = 1;
    munmap(alone);
  }
  using segment = Segment.create({ size: 9001, removeOnLastDetach: true });
  using attached = segment.attach({ lock: true });
  attached.bytes[9000] = 1;
});

Deno.test(needing(
  ["native"],
  "Mapping with lock keeps its pages in RAM, and populate brings them in",
  async () => {
    const seen = await survive(
      `
const status = (field) => {
  const { stdout } = new Deno.Command("grep", { args: [field, "/proc/" + Deno.pid + "/status"] }).outputSync();
  return Number(/\\d+/.exec(new TextDecoder().decode(stdout))[0]);
};
const size = 3 * 2 ** 20;
const memory = shmem.SharedMemory.anonymous({ size });
const unlocked = status("VmLck");
const locked = memory.map({ lock: true });
see("locked KiB", () => status("VmLck") - unlocked);
locked.unmap();
see("locked KiB at last", () => status("VmLck") - unlocked);
const plain = status("RssShmem");
const idle = memory.map();
const untouched = status("RssShmem") - plain;
const populated = memory.map({ populate: true });
see("populated at once", () => status("RssShmem") - plain >= untouched + size / 1024);
`,
      { flags: ["--allow-ffi", "--allow-read", "--allow-run=grep"] },
    );
    assertEquals(seen, {
      "locked KiB": "3072",
      "locked KiB at last": "0",
      "populated at once": "true",
    });
  },
));

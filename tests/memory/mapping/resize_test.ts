import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import {
  FileLock,
  isSystemError,
  MappedFile,
  SharedMemory,
} from "../../../mod.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";

/** An object with a name, until the end of the test. */
function named(size: number) {
  const stack = new DisposableStack();
  const name = randomName();
  const memory = stack.use(SharedMemory.create(name, { size }));
  stack.defer(() => memory.unlink());
  return { name, memory, [Symbol.dispose]: () => stack.dispose() };
}

/** A file, until the end of the test. */
function fileOf(size: number) {
  const path = Deno.makeTempFileSync();
  Deno.writeFileSync(path, new Uint8Array(size).fill(7));
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}

Deno.test("SharedMemory.resize() grows with zeros, keeps the content and reserves the pages", () => {
  using object = named(5003);
  const { memory, name } = object;
  using old = memory.map();
  old.bytes.fill(7);

  memory.resize(300_007);

  const status = memory.status();
  assertEquals(status.size, 300_007);
  assertEquals(memory.size, 300_007);
  assert(status.allocated >= 300_007, `${status.allocated} are reserved`);
  // What is mapped stays as long as it was.
  assertEquals(old.byteLength, 5003);
  assertEquals(old.bytes.at(5002), 7);
  using all = memory.map();
  assertEquals(all.byteLength, 300_007);
  assertEquals(all.bytes.slice(5001, 5005), new Uint8Array([7, 7, 0, 0]));
  assertEquals(all.bytes.at(-1), 0);
  old.bytes[1] = 8;
  assertEquals(all.bytes[1], 8);
  using other = SharedMemory.open(name);
  assertEquals(other.size, 300_007);
});

Deno.test("SharedMemory.resize() leaves the pages of sparse memory unreserved", () => {
  using memory = SharedMemory.anonymous({ size: 5003, sparse: true });
  memory.resize(3_000_017);
  assertEquals(memory.size, 3_000_017);
  assertEquals(memory.status().allocated, 0);
});

Deno.test("SharedMemory.resize() to the size it has changes nothing", () => {
  using memory = SharedMemory.anonymous({ size: 5003 });
  using mapping = memory.map();
  memory.resize(5003);
  assertEquals(memory.size, 5003);
  mapping.bytes[5002] = 1;
});

Deno.test("SharedMemory.resize() refuses to shrink under a mapping of this process, and shrinks once it is unmapped", () => {
  using memory = SharedMemory.anonymous({ size: 9001, resizable: true });
  using whole = memory.map();
  using start = memory.map({ length: 100, access: "read" });
  const error = assertThrows(
    () => memory.resize(5003),
    Deno.errors.Busy,
    "Cannot resize",
  );
  assertStringIncludes(error.message, "5003 bytes");
  assertStringIncludes(error.message, "9001");
  assertEquals(memory.size, 9001);
  whole.bytes[9000] = 1;

  whole.unmap();
  memory.resize(5003);
  assertEquals(memory.size, 5003);
  assertEquals(start.bytes.at(99), 0);
  assertThrows(() => memory.resize(99), Deno.errors.Busy, "byte 100");
  // What was cut off is gone for good.
  memory.resize(9001);
  using again = memory.map();
  assertEquals(again.bytes[9000], 0);
});

Deno.test("SharedMemory.resize() goes by windows: what they do not reach may be cut off", () => {
  using memory = SharedMemory.anonymous({ size: 9001, resizable: true });
  using part = memory.map({ offset: 4099, length: 903 });
  assertThrows(() => memory.resize(5001), Deno.errors.Busy, "byte 5002");
  memory.resize(5002);
  assertEquals(part.bytes.at(902), 0);
});

Deno.test("SharedMemory.resize() refuses to shrink while another handle of this process has it open", () => {
  using object = named(9001);
  const { memory, name } = object;
  const other = SharedMemory.open(name);
  const error = assertThrows(() => memory.resize(5003), Deno.errors.Busy);
  assertStringIncludes(error.message, "another handle");
  assertEquals(memory.size, 9001);

  const mapping = other.map();
  other.close();
  // The mapping holds it open.
  assertThrows(() => memory.resize(5003), Deno.errors.Busy);
  mapping.unmap();
  memory.resize(5003);
  assertEquals(memory.size, 5003);
});

/** A second process that holds an object open until it is told to go. */
const HOLDER = `
const { SharedMemory } = await import(Deno.args[0]);
using memory = SharedMemory.open(Deno.args[1], { access: "read" });
await Deno.stdout.write(new TextEncoder().encode("ready"));
await Deno.stdin.read(new Uint8Array(1));
`;

Deno.test("SharedMemory.resize() refuses to shrink while another process has it open, and shrinks once that is gone", async () => {
  using object = named(9001);
  const { memory, name } = object;
  using cleanup = new DisposableStack();
  const script = Deno.makeTempFileSync({ suffix: ".ts" });
  cleanup.defer(() => Deno.removeSync(script));
  Deno.writeTextFileSync(script, HOLDER);
  const [command = "", ...args] = denoRun(script, {
    args: [projectPath("mod.ts"), name],
  });
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  await output.read();

  const error = assertThrows(() => memory.resize(5003), Deno.errors.Busy);
  assertStringIncludes(error.message, "another handle");
  assertEquals(memory.size, 9001);
  // Growing harms nobody.
  memory.resize(9999);

  await child.stdin.close();
  await output.cancel();
  assertEquals((await child.status).code, 0);
  memory.resize(5003);
  assertEquals(memory.size, 5003);
});

Deno.test("SharedMemory.resize() waits for one that changes the size, to make it longer, too", () => {
  using memory = SharedMemory.anonymous({ size: 5003, resizable: true });
  using other = SharedMemory.openPath(memory.path ?? "");
  {
    // The lock of changes is far behind the end, and one on everything reaches it.
    using _lock = FileLock.tryLock(other);
    const error = assertThrows(() => memory.resize(9001), Deno.errors.Busy);
    assertStringIncludes(error.message, "a FileLock without an end");
    assertEquals(memory.size, 5003);
  }
  memory.resize(9001);
  assertEquals(other.size, 9001);
});

Deno.test("SharedMemory.resize() can be called again after it was refused", () => {
  using object = named(9001);
  const { memory, name } = object;
  {
    using _other = SharedMemory.open(name);
    assertThrows(() => memory.resize(5003), Deno.errors.Busy);
  }
  memory.resize(5003);
  // The handle still counts as one that has it open.
  using other = SharedMemory.open(name);
  assertThrows(() => other.resize(99), Deno.errors.Busy);
});

Deno.test("SharedMemory.resize() fails with EPERM when a seal forbids it", () => {
  using fixed = SharedMemory.anonymous({ size: 9001 });
  const shrink = assertThrows(
    () => fixed.resize(5003),
    Deno.errors.PermissionDenied,
  );
  assert(isSystemError(shrink));
  assertEquals([shrink.code, shrink.syscall], ["EPERM", "ftruncate"]);
  assertStringIncludes(shrink.message, "resize shared memory without a name");

  fixed.seal("grow");
  const grow = assertThrows(
    () => fixed.resize(10_001),
    Deno.errors.PermissionDenied,
  );
  assert(isSystemError(grow));
  assertEquals(grow.code, "EPERM");
  assertEquals(fixed.size, 9001);
});

Deno.test("SharedMemory.resize() and MappedFile.resize() fail with EINVAL when it is open for reading only", () => {
  using object = named(5003);
  using file = fileOf(5003);
  using memory = SharedMemory.open(object.name, { access: "read" });
  using handle = MappedFile.open(file.path);
  for (const reader of [memory, handle]) {
    const error = assertThrows(() => reader.resize(9001));
    assert(isSystemError(error));
    assertEquals([error.code, error.syscall], ["EINVAL", "ftruncate"]);
  }
});

Deno.test("SharedMemory.resize() and MappedFile.resize() refuse what is no size", () => {
  using file = fileOf(5003);
  using memory = SharedMemory.anonymous({ size: 5003 });
  using handle = MappedFile.open(file.path, { access: "read-write" });
  for (const size of [0, -1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => memory.resize(size), RangeError, "size");
    assertThrows(() => handle.resize(size), RangeError, "size");
  }
  assertEquals([memory.size, handle.size], [5003, 5003]);
});

Deno.test("MappedFile.resize() grows with zeros, keeps the content and reserves the disk", () => {
  using file = fileOf(5003);
  using handle = MappedFile.open(file.path, { access: "read-write" });
  using old = handle.map();
  handle.resize(90_007);
  const status = handle.status();
  assertEquals(status.size, 90_007);
  assert(status.allocated >= 90_007, `${status.allocated} are reserved`);
  assertEquals(old.byteLength, 5003);
  using all = handle.map();
  assertEquals(all.bytes.slice(5001, 5005), new Uint8Array([7, 7, 0, 0]));
  all.bytes[90_006] = 9;
  assertEquals(Deno.readFileSync(file.path).at(-1), 9);
});

Deno.test("MappedFile.resize() refuses to shrink under a mapping of any handle of this process", () => {
  using file = fileOf(9001);
  using handle = MappedFile.open(file.path, { access: "read-write" });
  using other = MappedFile.open(file.path);
  const mapping = other.map();
  other.close();
  const error = assertThrows(() => handle.resize(5003), Deno.errors.Busy);
  assertStringIncludes(error.message, "9001");
  assertEquals(mapping.bytes.at(-1), 7);
  mapping.unmap();
  handle.resize(5003);
  assertEquals(Deno.readFileSync(file.path).length, 5003);
});

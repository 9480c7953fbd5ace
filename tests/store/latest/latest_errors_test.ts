/**
 * What `Latest` refuses: arguments, other objects, damage.
 *
 * @module
 */

import { fillRandomly, random } from "../../helpers/seed.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Latest, SharedMap, WorkQueue } from "../../../store/mod.ts";
import { f64, struct, u32, u64 } from "../../../struct/mod.ts";
import { testName } from "../../helpers/store/place.ts";

Deno.test("another layout is refused, with both in the message", () => {
  using at = testName();
  const Here = struct({ x: f64, n: u32 });
  const There = struct({ x: f64, n: u64 });
  using writer = Latest.create(at.place, { layout: Here });
  assertEquals(writer.byteLength, Here.size);
  const memory = new Uint8Array(Here.size);
  Here.at(memory).write({ x: 1.5, n: 7 });
  writer.write(memory);
  using reader = Latest.open(at.place, { access: "read", layout: Here });
  assertEquals(reader.view((bytes) => Here.at(bytes).read()), { x: 1.5, n: 7 });
  for (
    const open of [
      () => Latest.open(at.place, { layout: There }),
      () => Latest.create(at.place, { layout: There, ifExists: "open" }),
    ]
  ) {
    const error = assertThrows(open, Deno.errors.InvalidData);
    assertStringIncludes(error.message, Here.layout);
    assertStringIncludes(error.message, There.layout);
  }
});

Deno.test("a value with a layout is one or several of it", () => {
  using at = testName();
  const Point = struct({ x: f64, n: u32 });
  using latest = Latest.create(at.place, {
    layout: Point,
    byteLength: 3 * Point.size,
  });
  using other = Latest.open(at.place);
  latest.write(new Uint8Array(2 * Point.size));
  for (const length of [0, 1, Point.size - 1, Point.size + 4]) {
    const error = assertThrows(
      () => latest.write(new Uint8Array(length)),
      RangeError,
    );
    assertStringIncludes(error.message, Point.layout);
    assertStringIncludes(error.message, `received ${length} bytes`);
    latest.claim();
    assertThrows(() => latest.commit(length), RangeError, Point.layout);
    // It is claimed still.
    assertEquals(latest.commit(Point.size) > 1, true);
  }
  assertEquals(latest.read()?.bytes.length, Point.size);
  latest.close();
  // A handle that was given no layout knows none.
  other.write(new Uint8Array(1));
});

Deno.test("Latest refuses wrong arguments before anything is made", async () => {
  using at = testName();
  const create = (options: unknown) =>
    Reflect.apply(Latest.create, Latest, [at.place, options]);
  for (const byteLength of [0, -1, 1.5, NaN, 2 ** 60, "8"]) {
    let refused = false;
    try {
      create({ byteLength });
    } catch (error) {
      refused = error instanceof RangeError || error instanceof TypeError;
    }
    assert(refused, String(byteLength));
  }
  for (const slots of [0, 1, 3, 2 ** 17, NaN]) {
    assertThrows(() => create({ byteLength: 8, slots }), RangeError, "slots");
  }
  assertThrows(() => create({}), TypeError, "byteLength");
  assertThrows(() => create({ byteLength: 8, size: 3 }), TypeError, '"size"');
  assertThrows(() => create({ byteLength: 8, layout: {} }), TypeError);
  assertThrows(() => create({ byteLength: 8, wakeReaders: 1 }), TypeError);
  assertThrows(() => create({ byteLength: 8, mode: 0o1777 }), RangeError);
  assertThrows(() => Latest.open(at.place), Deno.errors.NotFound);
  await assertRejects(
    () => Latest.waitFor(at.place, { timeoutMs: 5 }),
    Deno.errors.TimedOut,
  );
  await assertRejects(
    () => Reflect.apply(Latest.waitFor, Latest, [at.place, { acces: "read" }]),
    TypeError,
    '"acces"',
  );
  for (const place of [5, null, {}, { path: 5 }]) {
    assertThrows(
      () => Reflect.apply(Latest.create, Latest, [place, { byteLength: 8 }]),
      TypeError,
    );
  }
  using latest = Latest.create(at.place, { byteLength: 8 });
  assertThrows(() => latest.write(new Uint8Array(9)), RangeError, "8 bytes");
  for (const value of [[1], "1", null, new ArrayBuffer(3)]) {
    assertThrows(
      () => Reflect.apply(latest.write, latest, [value]),
      TypeError,
    );
  }
  await assertRejects(
    () => Reflect.apply(latest.next, latest, [{ timeout: 5 }]),
    TypeError,
    '"timeout"',
  );
  using reader = Latest.open(at.place, { access: "read" });
  assertThrows(() => reader.write(new Uint8Array(1)), TypeError, "reading");
  assertThrows(() => reader.claim(), TypeError, "reading");
  latest.write(new Uint8Array(8));
  assertThrows(() => reader.readInto(new Uint8Array(7)), RangeError);
});

Deno.test("after close() every call is a clear error", () => {
  using at = testName();
  const latest = Latest.create(at.place, { byteLength: 8 });
  latest.write(Uint8Array.of(1));
  latest.close();
  latest.close();
  const calls: (() => unknown)[] = [
    () => latest.read(),
    () => latest.write(Uint8Array.of(1)),
    () => latest.claim(),
    () => latest.view(() => 1),
    () => latest.readInto(new Uint8Array(8)),
  ];
  for (const call of calls) assertThrows(call, Deno.errors.BadResource);
});

Deno.test("memory of a claim that went to another owner is what every call says afterwards", async () => {
  using at = testName();
  // It cannot be closed in the end: its memory is another owner's.
  const latest = Latest.create(at.place, { byteLength: 8 });
  latest.write(Uint8Array.of(1));
  const claimed = latest.claim();
  structuredClone(claimed, { transfer: [claimed.buffer] });
  const calls: Record<string, () => unknown> = {
    "commit": () => latest.commit(),
    "write": () => latest.write(Uint8Array.of(1)),
    "claim": () => latest.claim(),
    "read": () => latest.read(),
    "readInto": () => latest.readInto(new Uint8Array(8)),
    "view": () => latest.view(() => 1),
    "next": () => latest.next({ timeoutMs: 30_000 }),
    "hasWriter": () => latest.hasWriter,
    "label": () => latest.label,
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await assertRejects(async () => await call(), TypeError);
    assertStringIncludes(
      error.message,
      `latest value "${at.name}": its memory was transferred`,
      name,
    );
  }
  assertThrows(() => latest.close(), TypeError, "transferred");
  using again = Latest.open(at.place);
  assertEquals(again.read()?.bytes, Uint8Array.of(1));
});

Deno.test("an object that another program overwrites causes errors at most", () => {
  using at = testName();
  using writer = Latest.create(at.place, { byteLength: 64, slots: 2 });
  using reader = Latest.open(at.place);
  using memory = SharedMemory.open(at.name);
  using mapping = memory.map();
  const { bytes } = mapping;
  writer.write(Uint8Array.of(1));
  for (let round = 0; round < 400; round++) {
    const whole = round % 4 === 0;
    const start = whole ? 0 : 128 + Math.floor(random() * 64);
    const end = whole ? bytes.length : start + 1 + Math.floor(random() * 99);
    fillRandomly(bytes.subarray(start, Math.min(end, bytes.length)));
    for (
      const call of [
        () => reader.read(),
        () => reader.view((bytes) => bytes.slice()),
        () => reader.readInto(new Uint8Array(64)),
        () => Latest.open(at.place).close(),
      ]
    ) {
      try {
        call();
      } catch (error) {
        assert(
          error instanceof Deno.errors.InvalidData ||
            error instanceof Deno.errors.Busy,
          String(error),
        );
      }
    }
  }
  // The next write mends it.
  writer.write(Uint8Array.of(5));
  assertEquals(reader.read()?.bytes, Uint8Array.of(5));
});

Deno.test("objects of other kinds, and incomplete ones, are refused", () => {
  using at = testName();
  {
    using memory = SharedMemory.create(at.name, { size: 4096 });
    assertThrows(
      () => Latest.open(at.place),
      Deno.errors.InvalidData,
      "the process that created it died",
    );
    using mapping = memory.map();
    mapping.bytes.fill(7);
    assertThrows(
      () => Latest.open(at.place),
      Deno.errors.InvalidData,
      "something else",
    );
  }
  using other = testName();
  using _map = SharedMap.create(other.place, { budget: 10_000 });
  const opening = [
    [() => Latest.open(other.place), "a map, and a latest value was expected"],
    [() => WorkQueue.open(other.place), "a map, and a work queue was expected"],
  ] as const;
  for (const [open, message] of opening) {
    assertThrows(open, Deno.errors.InvalidData, message);
  }
});

Deno.test("Latest.create() with ifExists open completes what a dead creator left", () => {
  using at = testName();
  {
    using whole = Latest.create(at.place, { byteLength: 100 });
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    // As it is between its creation and the first store of its creator.
    mapping.bytes.fill(0);
    whole.close();
  }
  using latest = Latest.create(at.place, { byteLength: 100, ifExists: "open" });
  latest.write(Uint8Array.of(3));
  assertEquals(latest.read()?.bytes, Uint8Array.of(3));
});

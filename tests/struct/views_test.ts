/**
 * Views: moving, parts, arrays, read-only memory, memory that is gone.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../deps.ts";
import { SharedMemory } from "../../mod.ts";
import {
  array,
  atomic,
  bitset,
  bytes,
  chars,
  f64,
  i16,
  struct,
  u32,
  u64,
  u8,
} from "../../struct/mod.ts";

const Point = struct({ x: i16, y: i16 }, { name: "Point" });
const Shape = struct({
  id: u32,
  flags: bitset({ on: 0 }, u8),
  center: Point,
  corners: array(Point, 3),
  seen: atomic(u32),
  digest: bytes(3),
  label: chars(5),
}, { name: "Shape" });

Deno.test("StructView.moveTo() takes all parts along", () => {
  const memory = new Uint8Array(Shape.size * 3);
  const view = Shape.at(memory);
  const { center, corners, seen, flags } = view;
  for (const [i, at] of [0, Shape.size, Shape.size * 2].entries()) {
    assert(view.moveTo(at) === view);
    view.id = i;
    center.x = i * 10;
    corners.get(2).y = -i;
    seen.store(i + 7);
    flags.set("on", i === 1);
    assertEquals(view.byteOffset, at);
  }
  for (const i of [2, 0, 1]) {
    const { id, flags, center, corners, seen } = Shape.at(
      memory,
      i * Shape.size,
    ).read();
    assertEquals([id, flags.on, center.x, corners[2]?.y, seen], [
      i,
      i === 1,
      i * 10,
      0 - i,
      i + 7,
    ]);
  }
});

Deno.test("a view gives the same part objects each time", () => {
  const view = Shape.at(new Uint8Array(Shape.size));
  assert(view.center === view.center);
  assert(view.corners.get(0) === view.corners.get(1));
  assert(view.seen === view.seen);
});

Deno.test("StructView.moveTo() refuses places outside, and parts", () => {
  const view = Shape.at(new Uint8Array(Shape.size * 2 + 3));
  view.moveTo(Shape.size + 3);
  for (const wrong of [-1, Shape.size + 4, 0.5, NaN, 2 ** 40]) {
    assertThrows(() => view.moveTo(wrong), RangeError);
  }
  assertThrows(() => Reflect.apply(view.moveTo, view, ["0"]), TypeError);
  assertEquals(view.byteOffset, Shape.size + 3);
  assertThrows(() => view.center.moveTo(0), TypeError, "part of another");
});

Deno.test("a view of an unaligned place has atomics that say so", () => {
  const view = Shape.at(new Uint8Array(Shape.size + 1), 1);
  view.id = 5;
  assertEquals(view.id, 5);
  assertThrows(() => view.seen.load(), RangeError, "multiple of 4");
  assertThrows(() => view.read(), RangeError, "multiple of 4");
});

Deno.test("Struct.at() refuses what is no memory or too small", () => {
  const proxy = new Proxy(new Uint8Array(100), {});
  for (
    const wrong of [
      ...[null, undefined, 5, {}, [], new ArrayBuffer(100), "x", proxy],
    ]
  ) {
    assertThrows(
      () => Reflect.apply(Shape.at, Shape, [wrong]),
      TypeError,
      "it takes a Uint8Array",
    );
  }
  assertThrows(() => Shape.at(new Uint8Array(Shape.size - 1)), RangeError);
  assertThrows(() => Shape.at(new Uint8Array(100), -1), RangeError);
  assertThrows(() => Shape.at(new Uint8Array(100), NaN), RangeError);
  assertThrows(
    () => Reflect.apply(Shape.at, Shape, [new Uint8Array(100), "0"]),
    TypeError,
  );
});

Deno.test("Struct.at() keeps to the part of a buffer that it was given", () => {
  const whole = new Uint8Array(200);
  const view = Point.at(whole.subarray(100, 108), 4);
  view.y = 258;
  assertEquals([whole[106], whole[107]], [2, 1]);
  assertThrows(() => Point.at(whole.subarray(100, 103)), RangeError);
  const T = struct({ n: atomic(u32) });
  const cell = T.at(whole.subarray(100, 108)).n;
  cell.store(1);
  assertEquals(whole[100], 1);
});

Deno.test("Struct.array() reads and writes elements", () => {
  const points = Point.array(new Uint8Array(Point.size * 5 + 3));
  assertEquals(points.length, 5);
  points.set(4, { x: 1, y: 2 });
  points.set(4, { y: 3 });
  assertEquals(points.get(4).read(), { x: 1, y: 3 });
  assertEquals([...points].length, 5);
  let sum = 0;
  for (const { x, y } of points) sum += x + y;
  assertEquals(sum, 4);
  for (const wrong of [-1, 5, 0.5, NaN]) {
    assertThrows(() => points.get(wrong), RangeError);
    assertThrows(() => points.set(wrong, { x: 1 }), RangeError);
  }
  assertThrows(() => points.set(0, { x: 2 ** 15 }), RangeError, "Point[0].x");
  assertEquals(Point.array(new Uint8Array(100), 2).length, 2);
  assertThrows(() => Point.array(new Uint8Array(7), 2), RangeError);
  assertThrows(() => Point.array(new Uint8Array(7), -1), RangeError);
});

Deno.test("Elements.write() writes all or nothing", () => {
  const T = struct({ n: array(u8, 3), m: array(array(u8, 2), 2) });
  const memory = new Uint8Array(T.size);
  const { n, m } = T.at(memory);
  n.write([1, 2, 3]);
  m.write([[4, 5], [6, 7]]);
  assertEquals([...memory], [1, 2, 3, 4, 5, 6, 7]);
  assertThrows(() => n.write([9, 9, 256]), RangeError, "[2]");
  assertThrows(() => n.write([9, 9]), RangeError, "array of 3");
  assertThrows(() => Reflect.apply(n.write, n, ["abc"]), TypeError);
  assertEquals([...memory], [1, 2, 3, 4, 5, 6, 7]);
  assertEquals(m.get(1).read(), [6, 7]);
  assertEquals(m.read(), [[4, 5], [6, 7]]);
});

Deno.test("single parts cannot be set as a whole, and say how", () => {
  const view = Shape.at(new Uint8Array(Shape.size));
  assertThrows(
    () => Reflect.set(view, "center", { x: 1 }, view),
    TypeError,
    "use its own methods",
  );
});

Deno.test("over read-only memory a view reads, and writes are refused", () => {
  using memory = SharedMemory.anonymous({ size: 4096 });
  using writable = memory.map();
  using readable = memory.map({ access: "read" });
  const writer = Shape.at(writable.bytes, 8);
  writer.write({
    id: 4000000000,
    flags: { on: true },
    center: { x: -3 },
    corners: [{ x: 1 }, { x: 2 }, { x: 3 }],
    seen: 4294967295,
    digest: Uint8Array.of(1, 2, 3),
    label: "hello",
  });
  const reader = Shape.at(readable.bytes, 8);
  assertEquals(reader.read(), writer.read());
  assertEquals(reader.seen.load(), 4294967295);
  assertEquals(reader.corners.get(2).x, 3);
  assertEquals(reader.flags.has("on"), true);
  writer.id = 7;
  assertEquals(reader.id, 7);
  const writes: (() => unknown)[] = [
    () => Reflect.set(reader, "id", 1, reader),
    () => Reflect.get(reader, "write").call(reader, { id: 1 }),
    () => Reflect.get(reader.flags, "set").call(reader.flags, "on"),
    () => Reflect.get(reader.corners, "set").call(reader.corners, 0, {}),
    () => Reflect.get(reader.seen, "store").call(reader.seen, 1),
    () => Reflect.get(reader.seen, "add").call(reader.seen, 1),
    () => Reflect.apply(u32.write, u32, [readable.bytes, 0, 1]),
  ];
  for (const write of writes) assertThrows(write, TypeError, "read only");
  assertEquals(reader.id, 7);
  const elements = Point.array(readable.bytes, 10);
  assertEquals(elements.read().length, 10);
});

Deno.test("64-bit atomics read from read-only memory", () => {
  const T = struct({ a: atomic(u64) });
  using memory = SharedMemory.anonymous({ size: 4096 });
  using writable = memory.map();
  using readable = memory.map({ access: "read" });
  T.at(writable.bytes).a.store(2n ** 64n - 2n);
  assertEquals(T.at(readable.bytes).a.load(), 2n ** 64n - 2n);
});

for (const access of ["read", "read-write"] as const) {
  Deno.test(`views end with their memory, access ${access}`, () => {
    using memory = SharedMemory.anonymous({ size: 4096 });
    const mapping = memory.map({ access });
    const view = Shape.at(mapping.bytes);
    const all = Shape.array(mapping.bytes);
    const { center, corners, seen, flags } = view;
    corners.get(1);
    mapping.unmap();
    const uses: (() => unknown)[] = [
      () => view.id,
      () => view.read(),
      () => view.digest,
      () => view.label,
      () => center.x,
      () => corners.get(1).x,
      () => corners.read(),
      () => flags.has("on"),
      () => all.get(0).id,
      () => Shape.at(mapping.bytes),
      () => Reflect.set(view, "id", 5, view),
      () => Reflect.set(view, "label", "x", view),
      () => Reflect.get(view, "write").call(view, { id: 5 }),
    ];
    for (const use of uses) {
      let refused = false;
      try {
        use();
      } catch (error) {
        refused = error instanceof TypeError || error instanceof RangeError;
      }
      assert(refused, String(use));
    }
    // What Atomics finds in memory that is gone.
    try {
      assert(seen.load() === undefined);
    } catch (error) {
      assert(error instanceof TypeError || error instanceof RangeError);
    }
  });
}

Deno.test("access of numbers allocates nothing", () => {
  const T = struct({ a: u32, p: struct({ b: f64 }), c: array(u32, 2) });
  const memory = new Uint8Array(T.size * 100);
  const view = T.at(memory);
  const pass = () => {
    for (let i = 0; i < 100; i++) {
      view.moveTo(i * T.size);
      view.a = view.a + 1;
      view.p.b = i;
      view.c.set(1, view.c.get(0));
    }
  };
  for (let i = 0; i < 2000; i++) pass();
  const before = Deno.memoryUsage().heapUsed;
  for (let i = 0; i < 2000; i++) pass();
  // 800 000 accesses: an object each would be tens of megabytes, unless
  // collected meanwhile; young garbage is collected at 16 MiB or so.
  const grown = Deno.memoryUsage().heapUsed - before;
  assert(grown < 4_000_000, `${grown} bytes`);
});

Deno.test("a view shows its fields in console.log, whatever there is", () => {
  const T = struct({ n: u8 }, { name: "T" });
  assertEquals(Deno.inspect(T.at(Uint8Array.of(7))), "T { n: 7 }");
  using memory = SharedMemory.anonymous({ size: 4096 });
  const mapping = memory.map();
  const view = T.at(mapping.bytes);
  mapping.unmap();
  assert(Deno.inspect(view).startsWith("T ["));
});

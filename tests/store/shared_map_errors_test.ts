/**
 * What `SharedMap` refuses: arguments, damage.
 *
 * @module
 */

import { fillRandomly } from "../helpers/seed.ts";
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../deps.ts";
import { isSystemError, SharedMemory } from "../../mod.ts";
import { SharedMap } from "../../store/mod.ts";
import { testName } from "../helpers/store/place.ts";

Deno.test("SharedMap refuses wrong arguments before anything is made", () => {
  using at = testName();
  const create = (options: unknown) =>
    Reflect.apply(SharedMap.create, SharedMap, [at.place, options]);
  for (const budget of [0, 4095, 1.5e4 + 0.5, 2 ** 36, "5000", undefined]) {
    assertThrows(() => create({ budget }), RangeError, "budget");
  }
  assertThrows(() => create({ budget: 5000, eviction: "fifo" }), TypeError);
  assertThrows(() => create({ budget: 5000, size: 1 }), TypeError, '"size"');
  assertThrows(() => SharedMap.open(at.place), Deno.errors.NotFound);
  using map = SharedMap.create(at.place, { budget: 5000 });
  const error = assertThrows(
    () => SharedMap.create(at.place, { budget: 9000, ifExists: "open" }),
    RangeError,
  );
  assertStringIncludes(error.message, "4992");
  assertStringIncludes(error.message, "9000");
  const set = (...args: readonly unknown[]) =>
    Reflect.apply(map.set, map, args);
  assertThrows(() => set("a", "text"), TypeError);
  assertThrows(() => set(5, new Uint8Array(1)), TypeError);
  assertThrows(() => set("x".repeat(1025), new Uint8Array(1)), RangeError);
  assertThrows(() => set("\ud800", new Uint8Array(1)), RangeError);
  assertThrows(() => set("a", new Uint8Array(1249)), RangeError, "quarter");
  assertThrows(
    () => set("a", new Uint8Array(1), { ttl: 5 }),
    TypeError,
    '"ttl"',
  );
  for (const ttlMs of [-1, NaN, "5"]) {
    assertThrows(() => set("a", new Uint8Array(1), { ttlMs }), RangeError);
  }
  assertThrows(() => Reflect.apply(map.update, map, ["a"]), TypeError);
  assertEquals(map.size, 0);
  map.close();
  for (const call of [() => map.get("a"), () => map.size, () => map.clear()]) {
    assertThrows(call, Deno.errors.BadResource);
  }
});

Deno.test("a map that another program overwrites causes errors at most", () => {
  for (let round = 0; round < 60; round++) {
    using at = testName();
    using map = SharedMap.create(at.place, {
      budget: 20_000,
      eviction: round % 2 === 0 ? "lru" : "none",
    });
    for (let i = 0; i < 60; i++) map.set(`key ${i}`, new Uint8Array(i * 3));
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    const { bytes } = mapping;
    // Lists, buckets and chunks, and in some rounds the locks.
    const start = [128, 4352, 4352 + 256 * 8, 192][round % 4] ?? 128;
    const end = round % 3 === 0 ? bytes.length : start + 256;
    fillRandomly(bytes.subarray(start, end));
    const calls: (() => unknown)[] = [
      () => map.get("key 5"),
      () => map.set("key 6", new Uint8Array(500)),
      () => map.delete("key 7"),
      () => map.update("key 8", (old) => old?.slice(0, 2)),
      () => [...map.keys()],
      () => map.usage(),
      () => map.clear(),
      () => map.set("new", new Uint8Array(50)),
    ];
    for (const call of calls) {
      try {
        call();
      } catch (error) {
        assert(
          error instanceof Deno.errors.InvalidData || isSystemError(error) ||
            error instanceof Deno.errors.TimedOut,
          String(error),
        );
      }
    }
  }
});

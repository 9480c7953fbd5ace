/**
 * `SharedMap` within one process: against a `Map` with a clock, budget, eviction,
 * errors, damage.
 *
 * @module
 */

import { SEED } from "../helpers/seed.ts";
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
  loadFastCheck,
} from "../../deps.ts";
import { isSystemError } from "../../mod.ts";
import { SharedMap } from "../../store/mod.ts";
import { testName, testPath } from "../helpers/store/place.ts";

const fc = await loadFastCheck();

const encoder = new TextEncoder();

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

function textAt(map: SharedMap, key: string | Uint8Array): string | undefined {
  const value = map.get(key);
  return value && new TextDecoder().decode(value);
}

/** The clock of the calendar in the hands of a test. */
function testClock(): { now: number } & Disposable {
  const real = Date.now;
  const clock = {
    now: real(),
    [Symbol.dispose]: () => {
      Date.now = real;
    },
  };
  Date.now = () => clock.now;
  return clock;
}

for (const testPlace of [testName, testPath]) {
  Deno.test(`SharedMap keeps values by text and bytes, by ${testPlace.name}`, () => {
    using at = testPlace();
    using map = SharedMap.create(at.place, { budget: 100_000 });
    using other = SharedMap.open(at.place);
    map.set("Zoë", bytesOf("1"));
    map.set(Uint8Array.of(0, 255, 0), bytesOf("2"));
    map.set("", new Uint8Array(0));
    map.set("x".repeat(1024), new Uint8Array(20_000).fill(7));
    assertEquals(textAt(other, "Zoë"), "1");
    assertEquals(textAt(other, bytesOf("Zoë")), "1");
    assertEquals(textAt(other, Uint8Array.of(0, 255, 0)), "2");
    assertEquals(other.get(""), new Uint8Array(0));
    assertEquals(other.get("x".repeat(1024)), new Uint8Array(20_000).fill(7));
    assertEquals(other.get("y"), undefined);
    assertEquals([other.size, other.has("Zoë"), other.has("y")], [
      4,
      true,
      false,
    ]);
    assertEquals(
      new Set([...other.keys()].map((key) => String(key))),
      new Set(["Zoë", "0,255,0", "", "x".repeat(1024)]),
    );
    assertEquals([...other].length, 4);
    assertEquals(other.delete("Zoë"), true);
    assertEquals(map.delete("Zoë"), false);
    map.clear();
    assertEquals(other.usage(), {
      entries: 0,
      usedBytes: 0,
      budget: 99_968,
    });
  });
}

Deno.test("SharedMap does what a Map with a clock would, for any order of operations", () => {
  const key = fc.integer({ min: 0, max: 12 }).map((n) => `key ${n}`);
  const value = fc.uint8Array({ maxLength: 700 });
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constant("set" as const),
        key,
        value,
        ttlMs: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
      }),
    },
    fc.record({ act: fc.constant("delete" as const), key }),
    fc.record({ act: fc.constant("get" as const), key }),
    fc.record({ act: fc.constant("update" as const), key, value }),
    fc.record({ act: fc.constant("swap" as const), key, other: key, value }),
    fc.record({
      act: fc.constant("wait" as const),
      ms: fc.integer({ min: 1, max: 30 }),
    }),
    fc.record({ act: fc.constant("clear" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      using at = testName();
      using clock = testClock();
      using map = SharedMap.create(at.place, { budget: 30_000 });
      using other = SharedMap.open(at.place);
      const model = new Map<string, { value: Uint8Array; expires: number }>();
      const live = (key: string) => {
        const found = model.get(key);
        return found && found.expires > clock.now ? found.value : undefined;
      };
      for (const each of steps) {
        if (each.act === "wait") clock.now += each.ms;
        else if (each.act === "clear") {
          map.clear();
          model.clear();
        } else if (each.act === "set") {
          const { ttlMs } = each;
          map.set(each.key, each.value, ttlMs === undefined ? {} : { ttlMs });
          model.set(each.key, {
            value: each.value,
            expires: ttlMs === undefined ? Infinity : clock.now + ttlMs,
          });
        } else if (each.act === "delete") {
          assertEquals(other.delete(each.key), live(each.key) !== undefined);
          model.delete(each.key);
        } else if (each.act === "update") {
          map.update(each.key, (old) => {
            assertEquals(
              old && [...old],
              live(each.key) && [...live(each.key)!],
            );
            return old === undefined ? each.value : undefined;
          });
          if (live(each.key) === undefined) {
            model.set(each.key, { value: each.value, expires: Infinity });
          } else model.delete(each.key);
        } else if (each.act === "swap") {
          const expected = live(each.other) ?? null;
          const old = live(each.key) ?? null;
          const same = old === null || expected === null
            ? old === expected
            : String(old) === String(expected);
          assertEquals(map.compareAndSet(each.key, expected, each.value), same);
          if (same) {
            model.set(each.key, { value: each.value, expires: Infinity });
          }
        }
        for (let n = 0; n <= 12; n++) {
          const expected = live(`key ${n}`);
          const found = other.get(`key ${n}`);
          assertEquals(found && [...found], expected && [...expected]);
          assertEquals(map.has(`key ${n}`), expected !== undefined);
        }
        const keys = [...other.keys()].sort();
        assertEquals(
          keys,
          [...model.keys()].filter((key) => live(key) !== undefined).sort(),
        );
        assert(map.usage().usedBytes <= map.usage().budget);
      }
      map.clear();
      assertEquals(map.usage().usedBytes, 0);
    }),
    { numRuns: 60, seed: SEED },
  );
});

Deno.test("a full map refuses with ENOSPC, after what has expired went", () => {
  using at = testName();
  using clock = testClock();
  using map = SharedMap.create(at.place, { budget: 4096 });
  for (let i = 0; i < 16; i++) {
    map.set(`short ${i}`, new Uint8Array(10), { ttlMs: 100 });
    map.set(`long ${i}`, new Uint8Array(10));
  }
  const error = assertThrows(() => map.set("more", new Uint8Array(10)));
  assert(isSystemError(error));
  assertEquals(error.code, "ENOSPC");
  assertStringIncludes(error.message, "larger budget");
  assertEquals(map.size, 32);
  clock.now += 100;
  map.set("more", new Uint8Array(10));
  assertEquals(map.size, 17);
  assert(map.has("long 0") && map.has("more") && !map.has("short 0"));
});

Deno.test("eviction lru keeps what was used, and never exceeds the budget", () => {
  using at = testName();
  using clock = testClock();
  using map = SharedMap.create(at.place, { budget: 12_800, eviction: "lru" });
  for (let i = 0; i < 1000; i++) {
    clock.now += 5;
    map.set(`key ${i}`, new Uint8Array(i % 300));
    clock.now += 5;
    // The first ten are used again and again.
    for (let hot = 0; hot < Math.min(i, 10); hot++) map.get(`key ${hot}`);
    assert(map.usage().usedBytes <= 12_800);
  }
  for (let hot = 0; hot < 10; hot++) {
    assert(map.has(`key ${hot}`), `key ${hot}`);
  }
  assert(map.has("key 999"));
  assert(!map.has("key 500"));
  // A quarter of the budget puts many out, and comes in whole.
  map.set("large", new Uint8Array(3200).fill(9));
  assertEquals(map.get("large"), new Uint8Array(3200).fill(9));
});

Deno.test("SharedMap.update() leaves the entry when its function throws, and refuses changes within", () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 10_000 });
  map.set("a", bytesOf("1"));
  assertThrows(
    () =>
      map.update("a", () => {
        throw new RangeError("no");
      }),
    RangeError,
    "no",
  );
  assertEquals(textAt(map, "a"), "1");
  const error = assertThrows(() =>
    map.update("a", () => {
      map.set("a", bytesOf("2"));
      return bytesOf("3");
    })
  );
  assert(isSystemError(error));
  assertEquals(error.code, "EDEADLK");
  assert(error.message.includes("function of update()"), error.message);
  assertEquals(textAt(map, "a"), "1");
  assertEquals(
    map.update("a", (old) => old && bytesOf(`${old.length}`)),
    bytesOf("1"),
  );
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const late = () => map.update("a", () => bytesOf("late"), { signal });
  assertEquals(assertThrows(late), reason);
  assertEquals(textAt(map, "a"), "1");
  assertEquals(map.update("a", () => undefined), undefined);
  assertEquals(map.has("a"), false);
});

Deno.test("keys of SharedMap that begin with a mark of the order of bytes come back whole", () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 10_000 });
  const keys = ["x", "\ufeffx", "\ufeff", "\ufeff\ufeffx", "x\ufeff"];
  for (const key of keys) map.set(key, bytesOf(JSON.stringify(key)));
  assertEquals([...map.keys()].sort(), keys.toSorted());
  for (const [key, value] of map) {
    assertEquals(JSON.parse(new TextDecoder().decode(value)), key);
    assertEquals(map.get(key), value);
  }
});

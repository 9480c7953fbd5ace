/**
 * Maps and queues that carry the layout of what they hold.
 *
 * @module
 */

import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../deps.ts";
import { SharedMemory } from "../../mod.ts";
import {
  Latest,
  type Place,
  SharedMap,
  type ValueLayout,
  WorkQueue,
} from "../../store/mod.ts";
import { array, f64, struct, u32, u8 } from "../../struct/mod.ts";
import { testName, testPath } from "../helpers/store/place.ts";

const Here = struct({ x: f64, n: u32 });
const There = struct({ x: f64, n: array(u8, 3) });

/** Both kinds, made and opened alike. */
const KINDS = {
  map: {
    create: (place: Place, layout?: ValueLayout) =>
      SharedMap.create(place, {
        budget: 4096,
        ifExists: "open",
        ...(layout === undefined ? {} : { layout }),
      }),
    open: SharedMap.open,
    waitFor: SharedMap.waitFor,
  },
  queue: {
    create: (place: Place, layout?: ValueLayout) =>
      WorkQueue.create(place, {
        jobs: 3,
        byteLength: 48,
        ifExists: "open",
        ...(layout === undefined ? {} : { layout }),
      }),
    open: WorkQueue.open,
    waitFor: WorkQueue.waitFor,
  },
};

for (const [kind, { create, open, waitFor }] of Object.entries(KINDS)) {
  Deno.test(`a ${kind} of another layout is refused, with both in the message`, async () => {
    for (const make of [testName, testPath]) {
      using at = make();
      using _first = create(at.place, Here);
      using _same = open(at.place, { layout: Here });
      using _again = create(at.place, Here);
      using _any = open(at.place);
      await assertRejects(
        () => Reflect.apply(waitFor, undefined, [at.place, 5]),
        TypeError,
        "options",
      );
      using _waited = await waitFor(at.place, {
        layout: Here,
        timeoutMs: 1000,
      });
      for (
        const other of [
          () => open(at.place, { layout: There }),
          () => create(at.place, There),
        ]
      ) {
        const error = assertThrows(other, Deno.errors.InvalidData);
        assertStringIncludes(error.message, Here.layout);
        assertStringIncludes(error.message, There.layout);
      }
    }
  });

  Deno.test(`a ${kind} without a layout is refused where one is expected`, () => {
    using at = testName();
    using _first = create(at.place);
    assertThrows(
      () => open(at.place, { layout: Here }),
      Deno.errors.InvalidData,
      "of no layout",
    );
  });

  Deno.test(`a ${kind} whose layout was cut off or overwritten is damaged`, () => {
    using at = testName();
    create(at.place, Here).close();
    using memory = SharedMemory.open(at.name);
    {
      using mapping = memory.map();
      // The text, not the hash: a reader is shown what stands there.
      mapping.bytes.fill(0xff, memory.size - 8);
      assertThrows(
        () => open(at.place, { layout: There }),
        Deno.errors.InvalidData,
        "laid out as",
      );
      // No hash, and an area for one.
      mapping.bytes.fill(0, 24, 32);
      assertThrows(() => open(at.place), Deno.errors.InvalidData, "corrupt");
    }
  });

  Deno.test(`a ${kind} takes layouts that are no structs of ours only when they are sound`, () => {
    using at = testName();
    const make = (layout: unknown) =>
      Reflect.apply(create, undefined, [at.place, layout]);
    for (const layout of [{}, 7, { ...fields(Here), hash: 0n }, null]) {
      assertThrows(() => make(layout), TypeError, "layout");
    }
    const long = { ...fields(Here), layout: "é".repeat(10_000) };
    {
      using _long = make(long);
      const error = assertThrows(
        () => open(at.place, { layout: There }),
        Deno.errors.InvalidData,
      );
      assertStringIncludes(error.message, "é".repeat(2000));
    }
  });
}

Deno.test("values and jobs are whole ones of the layout that the handle was given", async () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 4096, layout: Here });
  using plain = SharedMap.open(at.place);
  using queueAt = testName();
  // The layout says how long jobs are.
  using queue = WorkQueue.create(queueAt.place, { jobs: 3, layout: Here });
  map.set("two", new Uint8Array(2 * Here.size));
  for (const length of [0, 1, Here.size + 8]) {
    const bytes = new Uint8Array(length);
    for (
      const act of [
        () => map.set("key", bytes),
        () => map.update("two", () => bytes),
        () => map.compareAndSet("key", null, bytes),
      ]
    ) assertThrows(act, RangeError, Here.layout);
    plain.set("any", bytes);
  }
  assertEquals(map.get("two")?.length, 2 * Here.size);
  assertThrows(() => queue.tryPut(new Uint8Array(1)), RangeError, Here.layout);
  assertThrows(() => queue.tryPut(new Uint8Array(0)), RangeError, Here.layout);
  const bytes = new Uint8Array(Here.size);
  Here.at(bytes).write({ x: 2.5, n: 7 });
  await queue.put(bytes);
  using job = await queue.take();
  assertEquals(Here.at(job.bytes).read(), { x: 2.5, n: 7 });
  job.done();
});

Deno.test("room in which no value of the layout has place is refused before anything is made", () => {
  using at = testName();
  const Large = struct({ bytes: array(u8, 2000) });
  for (
    const make of [
      () => Latest.create(at.place, { byteLength: 1999, layout: Large }),
      () => SharedMap.create(at.place, { budget: 4096, layout: Large }),
      () =>
        WorkQueue.create(at.place, { jobs: 1, byteLength: 8, layout: Large }),
    ]
  ) {
    const error = assertThrows(make, RangeError, "2000 bytes");
    assertStringIncludes(error.message, Large.layout);
  }
  assertThrows(() => SharedMemory.open(at.name), Deno.errors.NotFound);
});

/** What of a struct is a layout. */
function fields({ hash, layout, size }: ValueLayout): ValueLayout {
  return { hash, layout, size };
}

/**
 * `Latest` within one process: values, numbers, waiting, errors, damage.
 *
 * @module
 */

import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Latest } from "../../../store/mod.ts";
import { testName, testPath } from "../../helpers/store/place.ts";

for (const testPlace of [testName, testPath]) {
  Deno.test(`Latest keeps the newest value, by ${testPlace.name}`, () => {
    using at = testPlace();
    using writer = Latest.create(at.place, { byteLength: 1001, slots: 2 });
    using reader = Latest.open(at.place, { access: "read" });
    assertEquals(reader.read(), null);
    assertEquals(reader.readInto(new Uint8Array(10)), null);
    assertEquals(reader.view(() => 1), null);
    for (let i = 1; i <= 9; i++) {
      const value = new Uint8Array(i * 111).fill(i);
      assertEquals(writer.write(value), i);
      assertEquals(reader.read(), { bytes: value, number: i, skipped: 0 });
    }
    writer.write(new Uint8Array(0));
    writer.write(Uint8Array.of(1, 2, 3));
    const target = new Uint8Array(5);
    assertEquals(reader.readInto(target), 3);
    assertEquals([...target], [1, 2, 3, 0, 0]);
    assertEquals(reader.read()?.skipped, 0);
    assertEquals(writer.byteLength, 1001);
    assertEquals([writer.created, reader.created], [true, false]);
    assertEquals([writer.hasWriter, reader.hasWriter], [true, true]);
    writer.close();
    assertEquals(reader.hasWriter, false);
    assertEquals(reader.read()?.bytes, Uint8Array.of(1, 2, 3));
  });
}

Deno.test("Latest.claim() and commit() write in place", () => {
  using at = testName();
  using latest = Latest.create(at.place, { byteLength: 100 });
  latest.claim().set([5, 6, 7]);
  assertThrows(() => latest.write(new Uint8Array(1)), TypeError, "claimed");
  assertThrows(() => latest.claim(), TypeError, "claimed");
  assertEquals(latest.read(), null);
  assertThrows(() => latest.commit(101), RangeError, "100 bytes");
  assertThrows(() => latest.commit(-1), RangeError);
  assertThrows(() => latest.commit(0.5), RangeError);
  assertEquals(latest.commit(2), 1);
  assertEquals(latest.read()?.bytes, Uint8Array.of(5, 6));
  assertThrows(() => latest.commit(), TypeError, "nothing is claimed");
  latest.claim();
  latest.abort();
  latest.abort();
  assertEquals(latest.write(Uint8Array.of(9)), 2);
});

Deno.test("Latest.view() gives the value in place, and repeats what was torn", () => {
  using at = testName();
  using writer = Latest.create(at.place, { byteLength: 64, slots: 2 });
  using reader = Latest.open(at.place);
  writer.write(Uint8Array.of(1, 1));
  let calls = 0;
  const sum = reader.view((bytes, { number, skipped }) => {
    // Overtaken the first time: two values more are two slots more.
    if (calls++ === 0) {
      writer.write(Uint8Array.of(2, 2));
      writer.write(Uint8Array.of(3, 3));
      throw new Error("misled by what was torn");
    }
    assertEquals([number, skipped], [3, 2]);
    return bytes.getUint8(0) + bytes.getUint8(1);
  });
  assertEquals([sum, calls], [6, 2]);
  assertThrows(
    () =>
      reader.view(() => {
        throw new RangeError("of the handler");
      }),
    RangeError,
    "of the handler",
  );
  assertThrows(
    () =>
      reader.view(() => {
        writer.write(Uint8Array.of(4));
        writer.write(Uint8Array.of(4));
      }),
    Deno.errors.Busy,
    "more slots",
  );
});

Deno.test("Latest.view() ends when its handler closes the handle", () => {
  using at = testName();
  using latest = Latest.create(at.place, { byteLength: 64 });
  latest.write(Uint8Array.of(1));
  assertThrows(
    () => latest.view(() => latest.close()),
    Deno.errors.BadResource,
  );
});

Deno.test("values are followed, and what was passed over is counted", async () => {
  using at = testName();
  using writer = Latest.create(at.place, { byteLength: 8 });
  using reader = await Latest.waitFor(at.place);
  const seen: [number, number][] = [];
  const following = (async () => {
    for await (const { number, skipped } of reader) {
      seen.push([number, skipped]);
      if (number === 6) break;
    }
  })();
  for (let i = 1; i <= 3; i++) writer.write(Uint8Array.of(i));
  while (seen.length === 0) await new Promise((done) => setTimeout(done, 1));
  for (let i = 4; i <= 6; i++) writer.write(Uint8Array.of(i));
  await following;
  assertEquals(seen.reduce((sum, [, skipped]) => sum + skipped + 1, 0), 6);
  assertEquals(seen.at(-1)?.[0], 6);
});

for (const access of ["read", "read-write"] as const) {
  Deno.test(`Latest.next() waits with access ${access}, and ends by time, signal and closing`, async () => {
    using at = testName();
    using writer = Latest.create(at.place, { byteLength: 8 });
    using reader = Latest.open(at.place, { access });
    await assertRejects(
      () => reader.next({ timeoutMs: 15 }),
      Deno.errors.TimedOut,
      "15 ms",
    );
    const controller = new AbortController();
    const aborted = reader.next({ signal: controller.signal });
    controller.abort(new RangeError("enough"));
    await assertRejects(() => aborted, RangeError, "enough");
    const waiting = reader.next();
    await new Promise((done) => setTimeout(done, 20));
    writer.write(Uint8Array.of(7));
    assertEquals((await waiting).bytes, Uint8Array.of(7));
    const closed = reader.next();
    reader.close();
    await assertRejects(() => closed, Deno.errors.BadResource);
    await assertRejects(() => reader.next(), Deno.errors.BadResource);
  });
}

Deno.test("one handle writes at a time, and the next goes on counting", () => {
  using at = testName();
  using first = Latest.create(at.place, { byteLength: 8 });
  using second = Latest.open(at.place);
  first.write(Uint8Array.of(1));
  assertThrows(() => second.write(Uint8Array.of(2)), Deno.errors.Busy);
  first.close();
  assertEquals(second.write(Uint8Array.of(2)), 2);
});

Deno.test("Latest.create() with ifExists open takes what is there, of the same size alone", () => {
  using at = testName();
  using first = Latest.create(at.place, { byteLength: 100, slots: 8 });
  first.write(Uint8Array.of(1));
  assertThrows(
    () => Latest.create(at.place, { byteLength: 100 }),
    Deno.errors.AlreadyExists,
  );
  using second = Latest.create(at.place, { byteLength: 100, ifExists: "open" });
  assertEquals([second.created, second.read()?.number], [false, 1]);
  const error = assertThrows(
    () => Latest.create(at.place, { byteLength: 50, ifExists: "open" }),
    RangeError,
  );
  assertStringIncludes(error.message, "8 slots of 100 bytes");
  assertStringIncludes(error.message, "of 50");
});

Deno.test("reading into one array again and again fails as any other call once it is closed", () => {
  using at = testName();
  using writer = Latest.create(at.place, { byteLength: 64 });
  writer.write(new Uint8Array(64).fill(1));
  const reader = Latest.open(at.place);
  const target = new Uint8Array(64);
  for (let i = 0; i < 5; i++) assertEquals(reader.readInto(target), 64);
  reader.close();
  for (let i = 0; i < 40; i++) {
    assertThrows(
      () => reader.readInto(target),
      Deno.errors.BadResource,
      "it is closed",
    );
  }
});

Deno.test("numbers go on where 32 bits end", () => {
  using at = testName();
  using writer = Latest.create(at.place, { byteLength: 8, slots: 4 });
  {
    // A value just before the end, as a writer before this one would leave it.
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    const number = 2 ** 32 - 2;
    const view = new DataView(mapping.bytes.buffer);
    const slot = 192 + (number % 4) * 128;
    view.setUint32(slot, (number * 2) >>> 0, true);
    view.setBigUint64(slot + 8, BigInt(number), true);
    view.setBigUint64(slot + 16, 1n, true);
    view.setUint32(128, number, true);
  }
  using reader = Latest.open(at.place);
  assertEquals(reader.read()?.number, 2 ** 32 - 2);
  const numbers = [1, 2, 3].map((i) => writer.write(Uint8Array.of(i)));
  // 2^32 itself is left out: its low bits stand for none.
  assertEquals(numbers, [2 ** 32 - 1, 2 ** 32 + 1, 2 ** 32 + 2]);
  assertEquals(reader.read()?.bytes, Uint8Array.of(3));
});

// Watching objects of the store: no lock is taken and nothing is changed, what is
// told is whole, and what was missed is counted.

import { SEED } from "../helpers/seed.ts";
import {
  assert,
  assertEquals,
  assertThrows,
  loadFastCheck,
} from "../../deps.ts";
import { ObservedObject } from "../../memory/posix/observed_object.ts";
import { SharedMemory } from "../../mod.ts";
import { Latest, SharedMap, WorkQueue } from "../../store/mod.ts";
import { LatestWatch } from "../../store/watching/latest_watch.ts";
import { MapWatch } from "../../store/watching/map_watch.ts";
import { kindOf } from "../../store/watching/object_view.ts";
import { QueueWatch } from "../../store/watching/queue_watch.ts";
import { randomName } from "../helpers/names.ts";

const fc = await loadFastCheck();

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** All that a watch tells now; some turns lead to nothing. */
function all<Item>(watch: { next(): Item | undefined }): Item[] {
  const items: Item[] = [];
  for (let idle = 0; idle < 50;) {
    const item = watch.next();
    if (item === undefined) idle++;
    else items.push(item);
  }
  return items;
}

/** Something that is removed at the end of its block, and its memory. */
function watched<Handle extends Disposable & { unlink(): void }>(
  name: string,
  handle: Handle,
) {
  const stack = new DisposableStack();
  stack.use(handle);
  stack.defer(() => handle.unlink());
  const observed = stack.use(ObservedObject.open(name));
  const memory = observed.mapping.bytes;
  return { handle, memory, [Symbol.dispose]: () => stack.dispose() };
}

Deno.test("LatestWatch tells each value once, and counts those that were replaced", () => {
  const name = randomName();
  using object = watched(name, Latest.create(name, { byteLength: 100 }));
  const { handle, memory } = object;
  assertEquals(kindOf(memory), "late");
  handle.write(bytesOf("a"));
  const now = new LatestWatch(memory, name);
  const oldest = new LatestWatch(memory, name, "oldest");
  assertEquals(now.next(), undefined);
  assertEquals(textOf(oldest.next()!.bytes), "a");
  for (const value of ["b", "c", "d"]) handle.write(bytesOf(value));
  assertEquals(all(now).map(({ number, bytes }) => [number, textOf(bytes)]), [
    [4, "d"],
  ]);
  assertEquals(now.missed, 2);
});

Deno.test("LatestWatch that begins before the first value counts all that it did not see", () => {
  const name = randomName();
  using object = watched(name, Latest.create(name, { byteLength: 100 }));
  const { handle, memory } = object;
  const watches = [
    new LatestWatch(memory, name),
    new LatestWatch(memory, name, "oldest"),
  ];
  for (const watch of watches) assertEquals(watch.next(), undefined);
  for (let i = 1; i <= 10; i++) handle.write(bytesOf(`${i}`));
  for (const watch of watches) {
    assertEquals(all(watch).map(({ number }) => number), [10]);
    assertEquals(watch.missed, 9);
  }
});

Deno.test("MapWatch tells what was set and deleted, and counts what was set again meanwhile", () => {
  const name = randomName();
  using object = watched(name, SharedMap.create(name, { budget: 100_003 }));
  const { handle, memory } = object;
  handle.set("there", bytesOf("before"));
  const now = new MapWatch(memory, name);
  const oldest = new MapWatch(memory, name, "oldest");
  assertEquals(all(now), []);
  assertEquals(all(oldest).map(({ key }) => key), ["there"]);
  const long = new Uint8Array(5003).fill(7);
  handle.set("a", bytesOf("1"));
  handle.set(new Uint8Array([0, 255]), long);
  handle.delete("there");
  const seen = all(now).sort((a, b) => a.bytes.length - b.bytes.length);
  assertEquals(seen.map(({ event, key }) => [event, key]), [
    ["deleted", "there"],
    ["set", "a"],
    ["set", new Uint8Array([0, 255])],
  ]);
  assertEquals(seen[2]?.bytes, long);
  assertEquals(now.missed, 0);
  for (const value of ["2", "3", "4"]) handle.set("a", bytesOf(value));
  assertEquals(all(now).map(({ bytes }) => textOf(bytes)), ["4"]);
  assertEquals(now.missed, 2);
  assertEquals(oldest.missed, 0);
});

Deno.test("MapWatch shows keys that begin with a mark of the order of bytes whole", () => {
  const name = randomName();
  using object = watched(name, SharedMap.create(name, { budget: 10_000 }));
  const { handle, memory } = object;
  const watch = new MapWatch(memory, name);
  handle.set("\ufeffx", bytesOf("1"));
  assertEquals(all(watch).map(({ event, key }) => [event, key]), [
    ["set", "\ufeffx"],
  ]);
  handle.delete("\ufeffx");
  assertEquals(all(watch).map(({ event, key }) => [event, key]), [
    ["deleted", "\ufeffx"],
  ]);
});

Deno.test("QueueWatch tells what becomes of jobs, and counts those that came and went", () => {
  const name = randomName();
  using object = watched(
    name,
    WorkQueue.create(name, { jobs: 5, byteLength: 100, maxAttempts: 2 }),
  );
  const { handle, memory } = object;
  handle.tryPut(bytesOf("before"));
  const now = new QueueWatch(memory, name);
  const oldest = new QueueWatch(memory, name, "oldest");
  const events = (watch: QueueWatch) =>
    all(watch).map(({ event, number }) => `${event} ${number}`);
  assertEquals(events(now), []);
  assertEquals(events(oldest), ["put 1"]);
  handle.tryPut(bytesOf("next"));
  handle.tryPut(bytesOf("last"));
  assertEquals(all(now).map(({ bytes }) => textOf(bytes)), ["next", "last"]);
  const job = handle.tryTake()!;
  assertEquals(events(now), ["taken 1"]);
  job.retry();
  assertEquals(events(now), ["returned 1"]);
  handle.tryTake()!.retry();
  assertEquals(events(now), ["failed 1"]);
  handle.tryTake()!.done();
  assertEquals(events(now), ["gone 2"]);
  handle.tryTake()!.done();
  assertEquals(events(now), ["gone 3"]);
  for (let i = 0; i < 7; i++) {
    assert(handle.tryPut(bytesOf(`${i}`)));
    handle.tryTake()!.done();
  }
  assertEquals(events(now), []);
  assertEquals(now.missed, 7);
});

Deno.test("QueueWatch tells that a job was put that was taken before it looked", () => {
  const name = randomName();
  using object = watched(
    name,
    WorkQueue.create(name, { jobs: 5, byteLength: 100, maxAttempts: 3 }),
  );
  const { handle, memory } = object;
  const watch = new QueueWatch(memory, name);
  const events = () =>
    all(watch).map(({ event, number, attempts, bytes }) =>
      `${event} ${number} ${attempts} ${textOf(bytes)}`
    );
  handle.tryPut(bytesOf("job"));
  const job = handle.tryTake()!;
  assertEquals(events(), ["put 1 0 job", "taken 1 1 job"]);
  job.done();
  assertEquals(events(), ["gone 1 1 "]);
  handle.tryPut(bytesOf("next"));
  handle.tryTake()!.retry();
  assertEquals(events(), ["put 2 0 next", "returned 2 1 next"]);
  assertEquals(watch.missed, 0);
});

Deno.test("watches of the store refuse what is something else", () => {
  const name = randomName();
  using object = watched(name, Latest.create(name, { byteLength: 100 }));
  for (const Watch of [MapWatch, QueueWatch]) {
    assertThrows(
      () => new Watch(object.memory, "the object"),
      Deno.errors.InvalidData,
      "the object",
    );
  }
});

Deno.test("no content of the memory makes a watch of the store fail or go on without end", () => {
  const names = [randomName(), randomName(), randomName()] as const;
  using latest = watched(
    names[0],
    Latest.create(names[0], { byteLength: 40, slots: 2 }),
  );
  using map = watched(names[1], SharedMap.create(names[1], { budget: 4096 }));
  using queue = watched(
    names[2],
    WorkQueue.create(names[2], { jobs: 3, byteLength: 40 }),
  );
  latest.handle.write(bytesOf("value"));
  map.handle.set("key", bytesOf("value"));
  queue.handle.tryPut(bytesOf("job"));
  const targets = names.map((name) => {
    const object = ObservedObject.open(name);
    return { name, object, before: object.mapping.bytes.slice() };
  });
  using cleanup = new DisposableStack();
  for (const { object } of targets) cleanup.use(object);
  const value = fc.oneof(
    fc.constantFrom(0, 1, 2, 3, -1, 2 ** 31 - 1, 4096),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), value), { maxLength: 40 }),
      (writes) => {
        for (const [index, { name, object, before }] of targets.entries()) {
          const { bytes } = object.mapping;
          const target = [latest, map, queue][index]!;
          const memory = writable(name);
          memory.set(before);
          const watch = index === 0
            ? new LatestWatch(bytes, name)
            : index === 1
            ? new MapWatch(bytes, name)
            : new QueueWatch(bytes, name);
          const view = new DataView(memory.buffer, memory.byteOffset);
          for (const [at, word] of writes) {
            const offset = (at % memory.length) & -4;
            // The header is read once; behind it anything may be.
            if (offset >= 128) view.setInt32(offset, word, true);
          }
          for (let turns = 0; turns < 50; turns++) watch.next();
          assert(watch.missed >= 0);
          assert(target.memory.byteLength > 0);
        }
      },
    ),
    { numRuns: 300, seed: SEED },
  );

  function writable(name: string): Uint8Array {
    const known = mappings.get(name);
    if (known !== undefined) return known;
    const memory = cleanup.use(SharedMemory.open(name));
    const { bytes } = cleanup.use(memory.map());
    mappings.set(name, bytes);
    return bytes;
  }
});

const mappings = new Map<string, Uint8Array>();

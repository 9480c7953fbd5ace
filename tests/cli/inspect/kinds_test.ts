import { assertEquals, assertThrows } from "../../../deps.ts";
import {
  BroadcastTransmitter,
  ManyToOneRingBuffer,
} from "../../../channel/mod.ts";
import {
  addressText,
  describe,
  listObjects,
  parseAddress,
} from "../../../cli/inspect/mod.ts";
import { Segment, SharedMemory } from "../../../mod.ts";
import { Latest, SharedMap, WorkQueue } from "../../../store/mod.ts";
import { Semaphore, SemaphoreSet } from "../../../sync/mod.ts";
import { SystemMessageQueue } from "../../../queue/mod.ts";
import { randomKey, randomName } from "../../helpers/names.ts";

Deno.test("parseAddress() tells names, paths and numbers apart, and back", () => {
  for (
    const [given, space, name] of [
      ["frames", "posix", "/frames"],
      ["/frames", "posix", "/frames"],
      ["/dev/shm/frames", "posix", "/frames"],
      ["/dev/shm/sem.ready", "semaphore", "/ready"],
      ["sem:ready", "semaphore", "/ready"],
      ["mq:/jobs", "message-queue", "/jobs"],
      ["./frames", "file", "./frames"],
      ["/var/lib/frames", "file", "/var/lib/frames"],
      ["file:frames", "file", "frames"],
    ] as const
  ) {
    const address = parseAddress(given);
    assertEquals(address, { space, name });
    assertEquals(parseAddress(addressText(address)), { space, name });
  }
  assertEquals(parseAddress("segment:7").id, 7);
  assertEquals(parseAddress("set:0xffffffff").key, -1);
  for (
    const wrong of ["", "/", "sem:", "sem:a/b", "segment:", "segment:x", "a\0b"]
  ) {
    assertThrows(() => parseAddress(wrong), TypeError);
  }
});

Deno.test("listObjects() tells the kinds of objects apart", () => {
  using cleanup = new DisposableStack();
  const prefix = randomName();
  const named = (suffix: string) => {
    const name = `${prefix}-${suffix}`;
    cleanup.defer(() => SharedMemory.unlinkName(name));
    return name;
  };
  const plain = named("plain");
  cleanup.use(SharedMemory.create(plain, { size: 3333 }));
  cleanup.use(Latest.create(named("latest"), { byteLength: 100 }));
  cleanup.use(SharedMap.create(named("map"), { budget: 100_000 }));
  cleanup.use(WorkQueue.create(named("queue"), { jobs: 10, byteLength: 100 }));
  const ring = cleanup.use(
    SharedMemory.create(named("ring"), { size: 1024 + 768 }),
  );
  const ringMemory = cleanup.use(ring.map());
  new ManyToOneRingBuffer(ringMemory.bytes).write(1, new Uint8Array(9));
  const broadcast = cleanup.use(
    SharedMemory.create(named("broadcast"), { size: 1024 + 128 }),
  );
  const broadcastMemory = cleanup.use(broadcast.map());
  new BroadcastTransmitter(broadcastMemory.bytes).transmit(
    1,
    new Uint8Array(9),
  );
  cleanup.use(Semaphore.create(`${prefix}-semaphore`));
  cleanup.defer(() => Semaphore.unlinkName(`${prefix}-semaphore`));

  const { entries } = listObjects({ pattern: prefix });
  const kinds = Object.fromEntries(
    entries.map((
      { name, kind },
    ) => [name.slice(name.lastIndexOf("-") + 1), kind]),
  );
  assertEquals(kinds, {
    plain: "object",
    latest: "latest",
    map: "map",
    queue: "work-queue",
    ring: "ring",
    broadcast: "agrona-broadcast",
    semaphore: "semaphore",
  });
  const entry = entries.find(({ name }) => name === plain);
  assertEquals(entry?.size, 3333);
  assertEquals(entry?.mode, 0o600);
  assertEquals(entry?.uid, Deno.uid());
  assertEquals(entry?.processes, 1);
  assertEquals(entry?.inUse, true);
  assertEquals(entry?.stale, false);
});

Deno.test("listObjects() finds what System V numbers, and describe() what is in it", () => {
  using cleanup = new DisposableStack();
  const segment = Segment.create({ key: randomKey(), size: 3333 });
  cleanup.defer(() => segment.remove());
  const set = SemaphoreSet.create({ values: [3, 0], key: randomKey() });
  cleanup.defer(() => set.remove());
  const queue = SystemMessageQueue.create({ key: randomKey() });
  cleanup.defer(() => queue.remove());
  queue.trySend(new Uint8Array(100));

  const { entries } = listObjects();
  const find = (name: string) => entries.find((each) => each.name === name);
  const before = find(`segment:${segment.id}`);
  assertEquals([before?.kind, before?.size], ["segment", 3333]);
  assertEquals([before?.inUse, before?.stale], [false, true]);
  assertEquals(find(`set:${set.id}`)?.kind, "semaphore-set");
  assertEquals(find(`msg:${queue.id}`)?.used, 100);

  using _mapping = segment.attach();
  const after = describe(`segment:0x${(segment.key >>> 0).toString(16)}`);
  assertEquals([after.inUse, after.stale, after.processes], [true, false, 1]);
  const values = describe(`set:${set.id}`).set?.semaphores
    ?.map(({ value }) => value);
  assertEquals(values, [3, 0]);
  assertEquals(describe(`msg:${queue.id}`).systemQueue?.messages, 1);
});

Deno.test("describe() throws NotFound for what is not there, in every space", () => {
  for (
    const name of [
      randomName(),
      `sem:${randomName()}`,
      "segment:2147483647",
      "set:2147483647",
      "msg:2147483647",
      `mq:${randomName()}`,
      "./no/such/file",
    ]
  ) {
    assertThrows(() => describe(name), Deno.errors.NotFound, "shmem list");
  }
});

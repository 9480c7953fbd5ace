import { assert, assertEquals, assertThrows } from "../../deps.ts";
import {
  BroadcastTransmitter,
  ManyToOneRingBuffer,
} from "../../channel/mod.ts";
import {
  addressText,
  describe,
  listObjects,
  openBytes,
  parseAddress,
  processesOf,
  ratesBetween,
} from "../../cli/inspect/mod.ts";
import { Segment, SharedMemory } from "../../mod.ts";
import {
  Latest,
  SharedBroadcastChannel,
  SharedMap,
  WorkQueue,
} from "../../store/mod.ts";
import {
  Barrier,
  Condition,
  Mutex,
  ReadWriteLock,
  Semaphore,
  SemaphoreSet,
} from "../../sync/mod.ts";
import { SystemMessageQueue } from "../../queue/mod.ts";
import { randomKey, randomName } from "../helpers/names.ts";
import { run } from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";
import { jsonLines, shmemLine } from "./helpers.ts";
import { takePart } from "./partners.ts";
import { temporaryName } from "../helpers/cli/temporary.ts";

const text = (name: string, options = {}) =>
  describe(name, options).findings.map(({ text }) => text).join("\n");

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

Deno.test("describe() tells who takes part in a channel, and where it is full", async () => {
  using place = temporaryName();
  await using receiver = await takePart("receiver", place.name);
  await using sender = await takePart("sender", place.name);
  const description = describe(place.name);
  assertEquals(description.kind, "channel-many");
  assertEquals(description.label, "ticks");
  assertEquals(description.creator?.pid, receiver.pid);
  assertEquals(description.creator?.alive, true);
  assertEquals(description.ring?.receiver.pid, receiver.pid);
  assertEquals(description.ring?.receiver.state, "open");
  const [first] = description.ring?.senders ?? [];
  assertEquals([first?.pid, first?.state], [sender.pid, "open"]);
  const records = description.ring?.records;
  assertEquals(records?.bytes, 300 * (records?.messages ?? 0));
  assertEquals(records?.types, { "1": records?.messages ?? 0 });
  assert(text(place.name).includes("it is full"), text(place.name));
  const rates = ratesBetween(description, describe(place.name));
  assertEquals([rates?.bytesPerSecond, rates?.bytesTakenPerSecond], [0, 0]);

  receiver.signal("SIGSTOP");
  while (describe(place.name).ring?.receiver.processState !== "T");
  assert(text(place.name).includes("but stopped"), text(place.name));
  await receiver.kill();
  assertEquals(describe(place.name).ring?.receiver.state, "died");
  assert(text(place.name).includes("has died"), text(place.name));
  await sender.kill();
  const after = describe(place.name);
  assertEquals(after.ring?.senders.map(({ state }) => state), ["died"]);
  assertEquals(after.creator?.alive, false);
  assertEquals(after.stale, true);
});

Deno.test("describe() tells of a broadcast how far it is and who publishes", async () => {
  using place = temporaryName();
  await using publisher = await takePart("publisher", place.name);
  const { kind, broadcast } = describe(place.name);
  assertEquals(kind, "broadcast");
  assertEquals(broadcast?.messages, 5);
  assertEquals(broadcast?.publisher.pid, publisher.pid);
  assertEquals(broadcast?.publisher.state, "open");
  await publisher.kill();
  assert(text(place.name).includes("publisher"), text(place.name));
  assertEquals(describe(place.name).broadcast?.publisher.state, "died");
});

Deno.test("describe() tells of a claim that stands in the way", () => {
  using place = temporaryName();
  using memory = SharedMemory.create(place.name, { size: 1024 + 768 });
  using mapping = memory.map();
  const ring = new ManyToOneRingBuffer(mapping.bytes);
  ring.write(3, new Uint8Array(20));
  ring.tryClaim(3, 40);
  const records = describe(place.name).ring?.records;
  assertEquals(records?.messages, 1);
  assertEquals(records?.incomplete, { position: 32, length: 48 });
  assert(text(place.name).includes("not finished"), text(place.name));
});

Deno.test("describe() tells the state of stores and their locks", () => {
  using queuePlace = temporaryName();
  using queue = WorkQueue.create(queuePlace.name, { jobs: 3, byteLength: 100 });
  queue.tryPut(new Uint8Array(5));
  queue.tryPut(new Uint8Array(5));
  using _job = queue.tryTake();
  const { workQueue, locks } = describe(queuePlace.name);
  assertEquals([workQueue?.waiting, workQueue?.taken], [1, 1]);
  assertEquals(workQueue?.takers, 1);
  assertEquals(workQueue?.takenJobs[0]?.takerLives, true);
  assertEquals(locks.map(({ state }) => state), ["free"]);

  assert(!text(queuePlace.name).includes("nobody"), text(queuePlace.name));
  queue.tryPut(new Uint8Array(5));
  assert(text(queuePlace.name).includes("it is full"), text(queuePlace.name));

  using latestPlace = temporaryName();
  using latest = Latest.create(latestPlace.name, { byteLength: 100 });
  latest.write(new Uint8Array(33));
  latest.write(new Uint8Array(44));
  const state = describe(latestPlace.name).latest;
  assertEquals([state?.newest, state?.length], [2, 44]);
  assertEquals(state?.hasWriter, true);

  using newsPlace = temporaryName();
  using news = new SharedBroadcastChannel(newsPlace.name);
  news.postMessage("one");
  const posted = describe(newsPlace.name);
  assertEquals(posted.kind, "broadcast-channel");
  assertEquals(posted.broadcastChannel?.messages, 1);
  assertEquals(posted.locks.map(({ state }) => state), ["free"]);

  using mapPlace = temporaryName();
  using map = SharedMap.create(mapPlace.name, { budget: 100_000 });
  map.set("one", new Uint8Array(7));
  assertEquals(describe(mapPlace.name).map?.entries, 1);
});

Deno.test("describe() finds the locks in an object, and who holds and waits", async () => {
  using place = temporaryName();
  using memory = SharedMemory.create(place.name, { size: 4096 });
  using mapping = memory.map();
  const mutex = Mutex.create(mapping.bytes, 64);
  const lock = ReadWriteLock.create(mapping.bytes, 128, { slots: 3 });
  const condition = Condition.create(mapping.bytes, 1000);
  Barrier.create(mapping.bytes, 1024, { parties: 3 });
  const locksOf = () => describe(place.name, { scan: null }).locks;
  assertEquals(locksOf().map(({ name, state }) => `${name}: ${state}`), [
    "mutex at 64: free",
    "read-write lock at 128: free",
    "condition at 1000: free",
    "barrier at 1024: free",
  ]);
  {
    using guard = mutex.lock();
    using _first = lock.read();
    using _second = lock.read();
    const pending = condition.waitAsync(guard, { timeoutMs: 5000 });
    const [held, read, waited] = locksOf();
    assertEquals([held?.state, read?.state], ["free", "held"]);
    assertEquals(read?.ownerPid, Deno.pid);
    assertEquals(read?.detail?.split(String(Deno.pid)).length, 3);
    assertEquals(waited?.detail, "1 waiter");
    condition.notifyAll();
    await pending;
    assertEquals(locksOf()[0]?.ownerPid, Deno.pid);
  }
  using _guard = lock.write();
  assert(text(place.name).includes("is written by process"), text(place.name));
});

Deno.test("processesOf() finds who has an object, when its name is gone, too", async () => {
  using place = temporaryName();
  await using receiver = await takePart("receiver", place.name);
  const [holder] = processesOf(place.name).holders;
  assertEquals(holder?.pid, receiver.pid);
  assertEquals(holder?.deleted, false);
  assert((holder?.descriptors.length ?? 0) > 0);
  assertEquals(holder?.mappings[0]?.access, "read-write");
  SharedMemory.unlinkName(place.name);
  const after = processesOf(place.name);
  assertEquals(after.exists, false);
  assertEquals(after.holders.map(({ pid }) => pid), [receiver.pid]);
  assertEquals(after.holders[0]?.deleted, true);
});

Deno.test("inspection tells of what is no shared memory, and opens none of it", async () => {
  const name = randomName();
  const path = `/dev/shm${name}`;
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(async () => {
    await run(["rm", "-rf", path]);
  });
  // Deno itself may not change anything under /dev without all permissions.
  const shell = async (line: string) =>
    assertEquals((await run(["sh", "-c", line, path, path])).code, 0);
  await shell('mkfifo "$1"');
  assertEquals(describe(name).kind, "other");
  assertThrows(() => openBytes(name), Error);
  await shell('rm "$1" && ln -s /etc/passwd "$1"');
  assertEquals(describe(name).kind, "other");
  assertThrows(() => openBytes(name), Error);
  await shell('rm "$1" && mkdir "$1" && printf "no such thing" >"$1"/cnc.dat');
  const { kind, aeron } = describe(name);
  assertEquals([kind, aeron?.version], ["aeron", "29472.111.110"]);
  assert(text(name).includes("the driver is not there"), text(name));
});

Deno.test(needing(
  ["native", "unshare"],
  "processesOf() says that a PID namespace hides processes",
  async () => {
    using place = temporaryName();
    using _memory = SharedMemory.create(place.name, { size: 100 });
    const line = shmemLine(["who", place.name]);
    const { code, stderr } = await run([
      "unshare",
      "--pid",
      "--fork",
      "--mount-proc",
      ...line,
    ]);
    assertEquals(code, 1);
    assert(stderr.includes("PID namespace of its own"), stderr);
    const listed = await run([
      "unshare",
      "--pid",
      "--fork",
      "--mount-proc",
      ...shmemLine(["list", place.name, "--json"]),
    ]);
    const [entry] = jsonLines(listed);
    // A lock tells that it is in use, whoever has it.
    assertEquals([entry.inUse, entry.processes], [true, 0]);
  },
));

Deno.test(needing(
  ["native", "root", "setpriv"],
  "processesOf() tells which processes it could not look into",
  async () => {
    using place = temporaryName();
    using _memory = SharedMemory.create(place.name, { size: 100 });
    // Root without this right may not look into root with it.
    const { code, stderr } = await run([
      "setpriv",
      "--bounding-set=-sys_ptrace",
      ...shmemLine(["who", place.name]),
    ]);
    assertEquals(code, 1);
    assert(/\d+ processes could not be looked into/.test(stderr), stderr);
  },
));

Deno.test("inspection survives objects whose every byte is anything", () => {
  // Sizes that pass for each kind, with its magic words and random rest.
  const sizes = [32, 64, 128, 1024 + 768, 1024 + 128, 8192];
  for (let round = 0; round < 60; round++) {
    using place = temporaryName();
    const size = sizes[round % sizes.length] ?? 64;
    using memory = SharedMemory.create(place.name, { size });
    using mapping = memory.map();
    crypto.getRandomValues(mapping.bytes);
    const view = new DataView(mapping.bytes.buffer);
    if (size === 1024 + 768 && round % 2 === 0) {
      view.setInt32(1024 + 576, 0x4e676e72, true);
    }
    if (size === 1024 + 128 && round % 2 === 0) {
      view.setInt32(1024 + 72, 0x31647262, true);
    }
    if (size === 8192) {
      const kind = ["late", "work", "map ", "bcch", "????"][round % 5] ?? "";
      mapping.bytes.set(new TextEncoder().encode(`shmemobj\x01\0\0\0${kind}`));
      // Numbers that are sound, of shapes that do not fit into the object.
      view.setBigUint64(32, 1n << BigInt(round % 20), true);
      view.setBigUint64(40, 1n << BigInt(round % 24), true);
    }
    describe(place.name, { locks: [0, size, 2 ** 40], scan: null });
    listObjects({ pattern: place.name, scan: null });
  }
});

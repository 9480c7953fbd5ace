import { assert, assertEquals } from "../../../deps.ts";
import {
  ManyToOneRingBuffer,
  Publisher,
  Receiver,
} from "../../../channel/mod.ts";
import { f64, struct, u32 } from "../../../struct/mod.ts";
import { describe, ratesBetween } from "../../../cli/inspect/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import {
  Latest,
  SharedBroadcastChannel,
  SharedMap,
  WorkQueue,
} from "../../../store/mod.ts";
import { Barrier, Condition, Mutex, ReadWriteLock } from "../../../sync/mod.ts";
import { takePart } from "../partners.ts";
import { needing } from "../../helpers/needs.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";

const text = (name: string, options = {}) =>
  describe(name, options).findings.map(({ text }) => text).join("\n");

Deno.test(needing(
  // An emulator shows its own programs another start than the kernel shows others.
  ["native"],
  "describe() tells who takes part in a channel, and where it is full",
  async () => {
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
    // A process that a test beside this one is starting has what `describe()` had open
    // until it runs its program; so it may be in use for a moment.
    while (!describe(place.name).stale) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
));

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
  {
    using other = WorkQueue.open(queuePlace.name);
    other.tryTake();
  }
  const lost = "taken by handles that died or were closed: 1 job";
  assert(text(queuePlace.name).includes(lost), text(queuePlace.name));

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

Deno.test("describe() tells the layout of what an object carries", () => {
  const layout = struct({ x: f64, n: u32 });
  const makers = {
    ring: (name: string) => Receiver.create(name, { layout }),
    broadcast: (name: string) => Publisher.create(name, { layout }),
    map: (name: string) => SharedMap.create(name, { budget: 4096, layout }),
    queue: (name: string) => WorkQueue.create(name, { jobs: 1, layout }),
  };
  for (const [kind, make] of Object.entries(makers)) {
    using place = temporaryName();
    using _end = make(place.name);
    assertEquals([kind, describe(place.name).layout], [kind, layout.layout]);
    // Whatever stands there.
    using memory = SharedMemory.open(place.name);
    using mapping = memory.map();
    mapping.bytes.fill(0xff, memory.size - 8);
    const told = describe(place.name).layout ?? "";
    assert(told.startsWith(layout.layout.slice(0, 10)), told);
  }
});

import { assert, assertEquals, assertMatch } from "../../../deps.ts";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { Segment, SharedMemory } from "../../../mod.ts";
import { Latest, WorkQueue } from "../../../store/mod.ts";
import { Semaphore } from "../../../sync/mod.ts";
import { randomKey, randomName } from "../../helpers/names.ts";
import { jsonLines, shmem } from "../helpers.ts";
import { takePart } from "../partners.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";

Deno.test("shmem create makes objects that the library opens", async () => {
  using object = temporaryName();
  const made = await shmem([
    "create",
    object.name,
    "--size",
    "3333",
    "--mode",
    "640",
  ]);
  assertEquals([made.code, made.stdout], [0, ""]);
  using memory = SharedMemory.open(object.name);
  assertEquals([memory.size, memory.status().mode], [3333, 0o640]);
  const again = await shmem(["create", object.name, "--size", "3333"]);
  assertEquals(again.code, 1);
  assertMatch(again.stderr, /exists already/);

  using latest = temporaryName();
  await shmem([
    ...["create", latest.name, "--kind", "latest", "--size", "1k"],
    ...["--label", "front left"],
  ]);
  using opened = Latest.open(latest.name);
  assertEquals([opened.read(), opened.label], [null, "front left"]);
  const listed = await shmem(["list", "front left", "--json"]);
  const [entry] = jsonLines(listed).filter(({ name }) => name === latest.name);
  assertEquals([entry.kind, entry.label], ["latest", "front left"]);

  const name = randomName();
  await shmem(["create", `sem:${name}`, "--value", "3"]);
  using semaphore = Semaphore.open(name);
  Semaphore.unlinkName(name);
  assertEquals(semaphore.value, 3);
});

Deno.test("shmem create makes a channel in which nobody has been, so that both sides may come", async () => {
  using place = temporaryName();
  const args = ["create", place.name, "--kind=channel", "--label=tïcks"];
  await shmem([...args, "--size=4k"]);
  using sender = Sender.open(place.name);
  assertEquals([sender.capacity, sender.label], [4096, "tïcks"]);
  assert(sender.trySend(new Uint8Array(7)));
  using receiver = Receiver.open(place.name);
  for await (const { bytes } of receiver) {
    assertEquals(bytes.byteLength, 7);
    break;
  }
});

Deno.test("shmem create refuses what it cannot make, and leaves nothing", async () => {
  const name = randomName();
  for (
    const args of [
      [name],
      [name, "--size", "0"],
      [name, "--kind", "tape", "--size", "1k"],
      [name, "--kind", "semaphore"],
      [name, "--size", "1k", "--label", "there is no room for one"],
      ["./file", "--size", "1k"],
    ]
  ) {
    const { code } = await shmem(["create", ...args]);
    assertEquals({ args, code }, { args, code: 2 });
  }
  const odd = await shmem(["create", name, "--kind=channel", "--size=1000"]);
  assertEquals(odd.code, 1);
  assertEquals((await shmem(["list", name])).code, 1);
});

Deno.test("shmem rm tells who has an object, and asks before it removes a name", async () => {
  using place = temporaryName();
  await using receiver = await takePart("receiver", place.name);
  // Nobody can answer.
  const asked = await shmem(["rm", place.name]);
  assertEquals(asked.code, 1);
  assertMatch(asked.stderr, /1 process still has it/);
  assertMatch(
    asked.stderr,
    new RegExp(`^ +${receiver.pid} .*participant.ts`, "m"),
  );
  assertMatch(asked.stderr, /Nothing was removed/);
  SharedMemory.open(place.name).close();
  const removed = await shmem(["rm", place.name, "--yes", "--json"]);
  assertEquals(jsonLines(removed), [{ name: place.name, removed: true }]);
  assertEquals((await shmem(["list", place.name])).code, 1);
});

Deno.test("shmem rm removes what System V numbers, by number and by key", async () => {
  using cleanup = new DisposableStack();
  const key = randomKey();
  const segment = Segment.create({ key, size: 100 });
  cleanup.defer(() => {
    try {
      segment.remove();
    } catch {
      // As it should be.
    }
  });
  const { code } = await shmem(["rm", `segment:0x${key.toString(16)}`, "-y"]);
  assertEquals(code, 0);
  assert(!Segment.list().some(({ id }) => id === segment.id));
});

Deno.test("shmem rm --stale takes what nobody has, and tells what would be lost", async () => {
  const prefix = randomName();
  using cleanup = new DisposableStack();
  const named = (suffix: string) => {
    const name = `${prefix}-${suffix}`;
    cleanup.defer(() => {
      try {
        SharedMemory.unlinkName(name);
      } catch {
        // It was removed.
      }
    });
    return name;
  };
  const [used, left, jobs] = ["used", "left", "jobs"].map(named);
  await using _receiver = await takePart("receiver", used ?? "");
  await using killed = await takePart("receiver", left ?? "");
  await killed.kill();
  {
    using queue = WorkQueue.create(jobs ?? "", { jobs: 3, byteLength: 10 });
    queue.tryPut(new Uint8Array(5));
  }
  const dry = await shmem(["rm", "--stale", prefix, "--dry-run"]);
  assertEquals(dry.code, 0);
  assertMatch(dry.stderr, /-jobs: 1 job in it would be lost/);
  assert(!dry.stderr.includes("-used"), dry.stderr);
  const done = await shmem(["rm", "--stale", prefix, "--yes", "--json"]);
  assertEquals(
    jsonLines(done).map(({ name, removed }) => [name, removed]),
    [[jobs, true], [left, true]],
  );
  const names = await shmem(["list", "--names", prefix]);
  assertEquals(names.stdout, `${used}\n`);
  const nothing = await shmem(["rm", "--stale", prefix, "--yes"]);
  assertEquals(nothing.code, 1);
});

/**
 * What lectures on shared memory say, sentence by sentence. What takes more
 * than one process is in `lectures_processes_test.ts`.
 *
 * @module
 */

import { assert, assertEquals, assertNotEquals } from "../../../deps.ts";
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  IPC_SET,
  IPC_STAT,
  Segment,
  shmat,
  shmctl,
  shmdt,
  shmget,
} from "../../../mod.ts";
import { run } from "../../helpers/deno.ts";
import { randomKey } from "../../helpers/names.ts";
import {
  assertFails,
  temporary,
} from "../../helpers/memory/temporary_segment.ts";

const LECTURE_SIZE = 0x6400;

/** The kernel's own line about a segment, in the words of its heading. */
async function kernelLine(id: number): Promise<Record<string, string>> {
  const { stdout } = await run(["cat", "/proc/sysvipc/shm"]);
  const [heading = "", ...lines] = stdout.split("\n");
  const names = heading.trim().split(/\s+/);
  for (const line of lines) {
    const fields = line.trim().split(/\s+/);
    const entries = names.map((name, i) => [name, fields[i] ?? ""] as const);
    const record = Object.fromEntries(entries);
    if (record["shmid"] === String(id)) return record;
  }
  throw new Error(`The kernel has no segment ${id}: ${stdout}`);
}

const seconds = (date: Date | null) => String((date?.getTime() ?? 0) / 1000);

Deno.test("memory is whole pages, and the size stays as it was asked for", async () => {
  const pageSize = Number((await run(["getconf", "PAGESIZE"])).stdout);
  assertNotEquals(LECTURE_SIZE % pageSize, 0);
  using segment = temporary(IPC_PRIVATE, LECTURE_SIZE);
  const memory = shmat(segment.id);
  assertEquals(memory.length, LECTURE_SIZE);
  assertEquals(memory.buffer.byteLength, LECTURE_SIZE);
  memory.fill(1);
  const { size, rss } = await kernelLine(segment.id);
  shmdt(memory);
  assertEquals(shmctl(segment.id, IPC_STAT).size, LECTURE_SIZE);
  assertEquals(size, String(LECTURE_SIZE));
  // Exactly seven pages here, and more where the kernel prefers huge ones.
  assert(Number(rss) > LECTURE_SIZE, `${rss} bytes are in memory`);
  assertEquals(Number(rss) % pageSize, 0);
});

Deno.test("shmget() of an existing segment takes size 0 or a smaller one, and fails with EINVAL for a larger", () => {
  const key = randomKey();
  using segment = temporary(key, 3001);
  assertEquals(shmget(key, 0), segment.id);
  assertEquals(shmget(key, 1000), segment.id);
  assertEquals(shmget(key, 3001), segment.id);
  assertFails(() => shmget(key, 3002), "EINVAL", "larger than the existing");
  const memory = shmat(shmget(key, 0));
  assertEquals(memory.length, 3001);
  shmdt(memory);
});

Deno.test("shmget() with IPC_EXCL fails with EEXIST, and without it returns the existing segment", () => {
  const key = randomKey();
  using segment = temporary(key, 999);
  const flags = IPC_CREAT | 0o600;
  const error = assertFails(
    () => shmget(key, 999, flags | IPC_EXCL),
    "EEXIST",
    `Cannot create segment with key 0x${(key >>> 0).toString(16)}`,
  );
  assert(error instanceof Deno.errors.AlreadyExists);
  assertEquals(shmget(key, 999, flags), segment.id);
});

Deno.test("shmget() without IPC_CREAT fails with ENOENT for a key that nobody uses", () => {
  const error = assertFails(
    () => shmget(randomKey(), 999, 0o600),
    "ENOENT",
    "the key has no segment",
  );
  assert(error instanceof Deno.errors.NotFound);
});

Deno.test("shmget() with IPC_PRIVATE makes a new segment each time", () => {
  using first = temporary(IPC_PRIVATE, 200);
  using second = temporary(IPC_PRIVATE, 200);
  assertNotEquals(first.id, second.id);
  assertEquals(shmctl(first.id, IPC_STAT).key, IPC_PRIVATE);
});

Deno.test("a new segment is zero, and detached memory keeps what was written", () => {
  using segment = temporary(IPC_PRIVATE, LECTURE_SIZE);
  const first = shmat(segment.id);
  assert(first.every((byte) => byte === 0));
  first[LECTURE_SIZE - 1] = 77;
  shmdt(first);
  assertEquals(first.length, 0);
  const second = shmat(segment.id);
  assertEquals(second[LECTURE_SIZE - 1], 77);
  shmdt(second);
});

Deno.test("attached twice at two addresses, the data is the same", () => {
  using segment = Segment.create({ size: 2222 });
  using _removal = { [Symbol.dispose]: () => segment.remove() };
  using chosen = segment.attach();
  using fixed = segment.attach({ address: 0x5000000n });
  assertEquals(fixed.address, 0x5000000n);
  assertNotEquals(chosen.address, fixed.address);
  chosen.bytes[1234] = 56;
  assertEquals(fixed.bytes[1234], 56);
  assertEquals(segment.status().attachments, 2);
});

Deno.test("shmat() takes an address that is a multiple of the page size, or rounds down on request", () => {
  using segment = Segment.create({ size: 2222 });
  using _removal = { [Symbol.dispose]: () => segment.remove() };
  assertFails(
    () => shmat(segment.id, { address: 0x5000123n }),
    "EINVAL",
    "address",
  );
  using mapping = segment.attach({ address: 0x5000123n, roundDown: true });
  assertEquals(mapping.address, 0x5000000n);
});

Deno.test("IPC_STAT tells what the kernel tells", async () => {
  const key = randomKey();
  using segment = temporary(key, 4321, 0o640);
  const memory = shmat(segment.id);
  // The kernel first: where starting a process is a fork, the child attaches
  // and detaches on its way, and becomes the last to have done so.
  const line = await kernelLine(segment.id);
  const status = shmctl(segment.id, IPC_STAT);
  assertEquals(line["key"], String(key));
  assertEquals(line["perms"], "640");
  assertEquals(line["size"], String(status.size));
  assertEquals(line["nattch"], String(status.attachments));
  assertEquals(line["cpid"], String(status.creatorPid));
  assertEquals(line["lpid"], String(status.lastPid));
  assertEquals(line["uid"], String(status.uid));
  assertEquals(line["gid"], String(status.gid));
  assertEquals(line["cuid"], String(status.creatorUid));
  assertEquals(line["cgid"], String(status.creatorGid));
  assertEquals(line["atime"], seconds(status.attachedAt));
  assertEquals(line["dtime"], seconds(status.detachedAt));
  assertEquals(line["ctime"], seconds(status.changedAt));
  shmdt(memory);
  const { dtime } = await kernelLine(segment.id);
  assertEquals(dtime, seconds(shmctl(segment.id, IPC_STAT).detachedAt));
});

Deno.test("IPC_STAT tells who created, attached and detached a segment, and when", () => {
  const key = randomKey();
  const start = Math.floor(Date.now() / 1000);
  using segment = temporary(key, 4321, 0o640);
  const created = shmctl(segment.id, IPC_STAT);
  assertEquals([created.key, created.size], [key, 4321]);
  assertEquals([created.mode, created.uid], [0o640, Deno.uid() ?? -1]);
  assertEquals([created.creatorPid, created.lastPid], [Deno.pid, 0]);
  assertEquals([created.attachedAt, created.detachedAt], [null, null]);
  assert(Number(seconds(created.changedAt)) >= start - 1);

  const memory = shmat(segment.id);
  const attached = shmctl(segment.id, IPC_STAT);
  assertEquals([attached.attachments, attached.lastPid], [1, Deno.pid]);
  assert(Number(seconds(attached.attachedAt)) >= start - 1);
  assertEquals(attached.detachedAt, null);

  shmdt(memory);
  const detached = shmctl(segment.id, IPC_STAT);
  assertEquals([detached.attachments, detached.lastPid], [0, Deno.pid]);
  assert(Number(seconds(detached.detachedAt)) >= start - 1);
});

Deno.test("IPC_SET changes the mode and leaves the owner", async () => {
  using segment = temporary(IPC_PRIVATE, 100, 0o600);
  const before = shmctl(segment.id, IPC_STAT);
  shmctl(segment.id, IPC_SET, { mode: 0o604 });
  const after = shmctl(segment.id, IPC_STAT);
  assertEquals(after.mode, 0o604);
  assertEquals([after.uid, after.gid], [before.uid, before.gid]);
  assertEquals((await kernelLine(segment.id))["perms"], "604");
});

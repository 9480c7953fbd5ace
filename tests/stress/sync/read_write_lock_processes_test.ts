/**
 * `ReadWriteLock` between processes, with the deaths of its holders, and with C
 * programs that follow its description.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../deps.ts";
import { ReadWriteLock } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause } from "../../helpers/sync/size.ts";
import { random } from "../../helpers/seed.ts";

const OFFSET = 200;
const SLOTS = 2;
/** The places of the block, as its description says. */
const GATE = OFFSET + 64;
const SLOT = [OFFSET + 128, OFFSET + 192];
const WRITING = OFFSET / 4 + 2;

function denoPeer(path: string): Peer {
  const script = projectPath("tests/peers/deno/locks/lock_peer.ts");
  return Peer.start(denoRun(script, { args: [path] }));
}

/** Kills a process without asking it, and waits for its end. */
async function kill(peer: Peer): Promise<void> {
  await peer[Symbol.asyncDispose]();
}

async function readInC(peer: Peer, slot: number): Promise<void> {
  await peer.ask("lock", GATE);
  await peer.ask("lock", SLOT[slot] ?? 0);
  await peer.ask("unlock", GATE);
}

async function writeInC(peer: Peer): Promise<void> {
  for (const offset of [GATE, ...SLOT]) await peer.ask("lock", offset);
  await peer.ask("store", WRITING, 1);
}

async function endWritingInC(peer: Peer): Promise<void> {
  await peer.ask("store", WRITING, 0);
  for (const offset of [GATE, ...SLOT].toReversed()) {
    await peer.ask("unlock", offset);
  }
}

Deno.test("programs read together, and a writer among them waits and is alone", async () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: SLOTS });
  await using peer = denoPeer(memory.path);
  assertEquals(await peer.ask("read", OFFSET), "clean");
  {
    using reader = lock.tryRead();
    assert(reader !== null);
    assertEquals(lock.tryRead(), null);
  }
  const writer = lock.writeAsync();
  await pause(5);
  assertEquals(lock.tryRead(), null);
  await peer.ask("release", OFFSET);
  const guard = await writer;
  const theirs = peer.ask("write", OFFSET);
  await pause(5);
  guard.unlock();
  assertEquals(await theirs, "clean");
  assertEquals(lock.tryRead(), null);
  assertEquals(lock.tryWrite(), null);
  await assertRejects(
    () => lock.readAsync({ timeoutMs: 13 }),
    Deno.errors.TimedOut,
  );
  await peer.ask("release", OFFSET);
  lock.write({ timeoutMs: 60_000 }).unlock();
});

Deno.test(needing(
  ["cc"],
  "a C program reads and writes by the description of the block",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: SLOTS });
    await using peer = Peer.start([program.path, memory.path]);
    await readInC(peer, 0);
    assertEquals(lock.tryWrite(), null);
    using reader = lock.read({ timeoutMs: 60_000 });
    await assertRejects(
      () => peer.ask("trylock", SLOT[1] ?? 0),
      Error,
      "EBUSY",
    );
    await peer.ask("unlock", SLOT[0] ?? 0);
    reader.unlock();
    await writeInC(peer);
    assertEquals(lock.tryRead(), null);
    await endWritingInC(peer);
    using writer = lock.write({ timeoutMs: 60_000 });
    assertEquals(writer.ownerDied, false);
    await assertRejects(() => peer.ask("trylock", GATE), Error, "EBUSY");
  },
));

Deno.test(needing(
  ["cc", "native"],
  "a reader that is killed leaves nothing behind",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: SLOTS });
    for (const slot of [0, 1]) {
      await using victim = Peer.start([program.path, memory.path]);
      await readInC(victim, slot);
      const writer = lock.writeAsync({ timeoutMs: 60_000 });
      await kill(victim);
      using guard = await writer;
      assertEquals(guard.ownerDied, false);
    }
    await using reader = denoPeer(memory.path);
    await reader.ask("read", OFFSET);
    await kill(reader);
    using first = lock.read({ timeoutMs: 60_000 });
    using second = lock.read({ timeoutMs: 60_000 });
    assertEquals([first.ownerDied, second.ownerDied], [false, false]);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "a reader that is killed at the gate leaves nothing behind",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: SLOTS });
    await using victim = Peer.start([program.path, memory.path]);
    await victim.ask("lock", GATE);
    assertEquals(lock.tryRead(), null);
    await kill(victim);
    using reader = lock.read({ timeoutMs: 60_000 });
    assertEquals(reader.ownerDied, false);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "the death of a writer is told to every reader and writer until a writer has finished",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: SLOTS });
    const victims = [
      async () => {
        const victim = Peer.start([program.path, memory.path]);
        await writeInC(victim);
        return victim;
      },
      async () => {
        const victim = denoPeer(memory.path);
        await victim.ask("write", OFFSET);
        return victim;
      },
    ];
    for (const start of victims) {
      await using victim = await start();
      const waits = lock.readAsync({ timeoutMs: 60_000 });
      await kill(victim);
      {
        using first = await waits;
        using second = lock.read();
        assertEquals([first.ownerDied, second.ownerDied], [true, true]);
        assertEquals(ReadWriteLock.open(memory.bytes, OFFSET).tryRead(), null);
      }
      lock.tryRead()?.unlock();
      {
        using repairs = await lock.writeAsync();
        assertEquals(repairs.ownerDied, true);
      }
      using reader = lock.read();
      assertEquals(reader.ownerDied, false);
    }
  },
));

Deno.test(needing(
  ["cc", "native"],
  "a writer that dies while it repairs leaves it to the next, and one that has not begun to write leaves no damage",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: SLOTS });
    for (const round of [1, 2]) {
      await using victim = Peer.start([program.path, memory.path]);
      await writeInC(victim);
      await kill(victim);
      using reader = lock.read({ timeoutMs: 60_000 });
      assertEquals(reader.ownerDied, true, `round ${round}`);
    }
    using repairs = lock.write({ timeoutMs: 60_000 });
    assertEquals(repairs.ownerDied, true);
    repairs.unlock();
    await using victim = Peer.start([program.path, memory.path]);
    for (const offset of [GATE, ...SLOT]) await victim.ask("lock", offset);
    await kill(victim);
    using writer = lock.write({ timeoutMs: 60_000 });
    assertEquals(writer.ownerDied, false);
  },
));

Deno.test(needing(
  ["native"],
  "programs that are killed at random moments while they read or write block nobody for long",
  async () => {
    using memory = testMemory();
    const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: SLOTS });
    for (let round = 0; round < 8; round++) {
      await using victim = denoPeer(memory.path);
      const kind = round % 2 === 0 ? "read" : "write";
      assertEquals(await victim.ask(kind, OFFSET), "clean");
      const waiters = [1, 2, 3].map(async (number) => {
        using guard = await (number === 2
          ? lock.writeAsync({ timeoutMs: 60_000 })
          : lock.readAsync({ timeoutMs: 60_000 }));
        return guard.ownerDied;
      });
      await pause(random() * 3);
      await kill(victim);
      const told = await Promise.all(waiters);
      // A reader that got in beside the other was not told: nobody had died.
      assertEquals(told.includes(true), kind === "write", `${told}`);
    }
  },
));

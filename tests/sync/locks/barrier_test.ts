/** `Barrier`: within one program, between processes, and with C. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Barrier } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, shareOf, until } from "../../helpers/sync/size.ts";
import {
  denoPeer,
  FUTEX_PEER,
  started,
} from "../../helpers/sync/wait_peers.ts";
import { random } from "../../helpers/seed.ts";

/** Where the barriers of these tests lie. */
const OFFSET = 136;

/** How many have arrived in the round, from the documented layout. */
function arrived(words: Int32Array): number {
  return Atomics.load(words, OFFSET / 4 + 2) & 0xffff;
}

Deno.test("Barrier lets all go when the last arrives, exactly one of them as the last", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 5 });
  assertEquals(barrier.parties, 5);
  for (let round = 0; round < 300; round++) {
    let gone = 0;
    const early = Array.from({ length: 4 }, async () => {
      const result = await barrier.waitAsync();
      gone++;
      return result;
    });
    if (round % 50 === 0) await pause(5);
    assertEquals(gone, 0);
    assertEquals(barrier.wait({ timeoutMs: 0 }), "last");
    assertEquals(await Promise.all(early), Array(4).fill("ok"));
  }
});

Deno.test("Barrier for one party never waits", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 1 });
  for (let i = 0; i < 10; i++) {
    assertEquals(barrier.wait(), "last");
    assertEquals(await barrier.waitAsync(), "last");
  }
});

Deno.test("Barrier goes on after more rounds than its state counts", () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 1 });
  for (let i = 0; i < 70_000; i++) barrier.wait();
  assertEquals(memory.words[OFFSET / 4 + 3], 70_000);
  assertEquals(barrier.wait(), "last");
});

Deno.test("Barrier counts generations past the largest of 32 bits", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 2 });
  const [state, generation] = [OFFSET / 4 + 2, OFFSET / 4 + 3];
  for (const start of [0x7fff_ffff, -1]) {
    memory.words[state] = (start & 0xffff) << 16;
    memory.words[generation] = start;
    for (let round = 1; round <= 3; round++) {
      const early = started(barrier.waitAsync());
      await pause(2);
      assertEquals(barrier.wait({ timeoutMs: 1000 }), "last");
      assertEquals(await early, "ok");
      assertEquals(memory.words[generation], (start + round) | 0);
    }
  }
});

Deno.test("Barrier.wait() times out, and has then not arrived", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 2 });
  for (const timeoutMs of [0, 20]) {
    const start = performance.now();
    assertEquals(barrier.wait({ timeoutMs }), "timed-out");
    assertEquals(await barrier.waitAsync({ timeoutMs }), "timed-out");
    assert(performance.now() - start >= 2 * timeoutMs - 0.1);
    assertEquals(arrived(memory.words), 0);
  }
  const early = started(barrier.waitAsync());
  assertEquals(barrier.wait(), "last");
  assertEquals(await early, "ok");
});

Deno.test("Barrier.waitAsync() rejects with the signal's reason, and has then not arrived", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 2 });
  const reason = new RangeError("of the test");
  const before = { signal: AbortSignal.abort(reason) };
  const refused = await assertRejects(
    () => barrier.waitAsync(before),
    RangeError,
  );
  assert(refused === reason);
  assertEquals(arrived(memory.words), 0);

  const controller = new AbortController();
  const { signal } = controller;
  const waiting = started(barrier.waitAsync({ signal }));
  await pause(20);
  assertEquals(arrived(memory.words), 1);
  controller.abort(reason);
  assert(await assertRejects(() => waiting, RangeError) === reason);
  assertEquals(arrived(memory.words), 0);
});

Deno.test("Barrier.waitAsync() that is aborted when all have arrived already is ok", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 2 });
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = started(barrier.waitAsync({ signal }));
  await pause(20);
  assertEquals(barrier.wait(), "last");
  controller.abort();
  assertEquals(await waiting, "ok");
});

Deno.test("Barrier.waitAsync() rejects with BadResource when its memory is unmapped, and has then not arrived", async () => {
  using memory = testMemory();
  using again = SharedMemory.openPath(memory.path);
  using kept = again.map();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 2 });
  const waiting = started(barrier.waitAsync());
  await pause(20);
  memory.unmap();
  await assertRejects(() => waiting, Deno.errors.BadResource, "unmapped");
  const words = new Int32Array(kept.bytes.buffer, 0, 100);
  assertEquals(arrived(words), 0);
});

Deno.test("Barrier keeps two processes and two tasks in step over many rounds", async () => {
  using memory = testMemory();
  const rounds = shareOf(10_000);
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 3 });
  await using peer = denoPeer(memory);
  const theirs = started(peer.ask("arrive", OFFSET, rounds, 60_000));
  const counts = { "last": 0, "ok": 0, "timed-out": 0 };
  const inRound = [0, 0];
  const task = async (me: number) => {
    for (let round = 0; round < rounds; round++) {
      counts[await barrier.waitAsync({ timeoutMs: 60_000 })]++;
      inRound[me] = round + 1;
      // Nobody is a whole round ahead.
      const [one = 0, other = 0] = inRound;
      assert(Math.abs(one - other) <= 1, `rounds ${one} and ${other}`);
    }
  };
  await Promise.all([task(0), task(1)]);
  const [last = 0, ok = 0, late] = (await theirs).split(" ").map(Number);
  assertEquals([late, counts["timed-out"]], [0, 0]);
  assertEquals(counts.last + last, rounds);
  assertEquals(counts.ok + ok, 2 * rounds);
  assertEquals(memory.words[OFFSET / 4 + 3], rounds);
});

Deno.test("Barrier stays exact when parties time out and come back", async () => {
  using memory = testMemory();
  const rounds = shareOf(1500);
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 2 });
  await using peer = denoPeer(memory);
  const theirs = started(peer.ask("arriveHasty", OFFSET, rounds));
  let met = 0;
  while (met < rounds) {
    const timeoutMs = random() * 2;
    if (await barrier.waitAsync({ timeoutMs }) !== "timed-out") met++;
  }
  assertEquals(await theirs, String(rounds));
  assertEquals(arrived(memory.words), 0);
  assertEquals(memory.words[OFFSET / 4 + 3], rounds);
});

Deno.test(needing(
  ["cc"],
  "Barrier keeps a C program that knows the layout in step with Deno",
  async () => {
    using memory = testMemory();
    const program = await compile(FUTEX_PEER);
    const rounds = shareOf(20_000);
    const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 3 });
    await using c = Peer.start([program.path, memory.path]);
    await using deno = denoPeer(memory);
    const theirs = [c, deno].map((peer) =>
      started(peer.ask("arrive", OFFSET, rounds, 60_000))
    );
    let lasts = 0;
    for (let i = 0; i < rounds; i++) {
      if (await barrier.waitAsync({ timeoutMs: 60_000 }) === "last") lasts++;
    }
    const counts = (await Promise.all(theirs)).map((said) => said.split(" "));
    assertEquals(counts.map(([, , late]) => late), ["0", "0"]);
    const sum = counts.reduce((total, [last]) => total + Number(last), lasts);
    assertEquals(sum, rounds);
  },
));

Deno.test("a party of Barrier that dies while it waits has arrived in that round, and not in the next", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 2 });
  {
    await using peer = denoPeer(memory);
    started(peer.ask("arrive", OFFSET, 1, 60_000));
    await until(() => arrived(memory.words) === 1, "the peer arrives");
  }
  assertEquals(barrier.wait({ timeoutMs: 1000 }), "last");
  assertEquals(barrier.wait({ timeoutMs: 20 }), "timed-out");
});

Deno.test("Barrier goes on when the last one died before it could wake the others", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 3 });
  const waiting = [barrier.waitAsync(), barrier.waitAsync()].map(started);
  await pause(20);
  // What it does first: the next generation, with none arrived.
  Atomics.store(memory.words, OFFSET / 4 + 2, 1 << 16);
  assertEquals(await Promise.all(waiting), ["ok", "ok"]);
  const next = [barrier.waitAsync(), barrier.waitAsync()].map(started);
  assertEquals(barrier.wait(), "last");
  assertEquals(await Promise.all(next), ["ok", "ok"]);
});

Deno.test("Barrier.open() refuses memory without a barrier, and places where none can be", () => {
  using memory = testMemory();
  const { bytes } = memory;
  assertThrows(() => Barrier.open(bytes), TypeError, "there is none");
  Barrier.create(bytes, OFFSET, { parties: 2 });
  assertEquals(Barrier.open(bytes, OFFSET).parties, 2);
  assertEquals(Barrier.open(bytes.subarray(OFFSET)).parties, 2);
  for (const offset of [OFFSET - 8, OFFSET + 8]) {
    assertThrows(() => Barrier.open(bytes, offset), TypeError, "there is none");
  }
  for (const offset of [OFFSET + 4, 4992, -8, 1.5, NaN]) {
    assertThrows(() => Barrier.open(bytes, offset), RangeError, "Cannot ");
  }
  for (const parties of [0, -1, 1.5, 65_536, NaN]) {
    const before = bytes.slice();
    assertThrows(
      () => Barrier.create(bytes, 0, { parties }),
      RangeError,
      "parties",
    );
    assertEquals(bytes.slice(), before);
  }
  const heap = new Uint8Array(64);
  assertThrows(() => Barrier.open(heap), TypeError, "not mapped memory");
});

Deno.test("Barrier refuses timeouts that are negative or NaN, and has then not arrived", async () => {
  using memory = testMemory();
  const barrier = Barrier.create(memory.bytes, OFFSET, { parties: 2 });
  for (const timeoutMs of [-1, NaN]) {
    const says = "the timeout must be";
    assertThrows(() => barrier.wait({ timeoutMs }), RangeError, says);
    await assertRejects(
      () => barrier.waitAsync({ timeoutMs }),
      RangeError,
      says,
    );
  }
  assertEquals(arrived(memory.words), 0);
});

/**
 * `SemaphoreSet` between processes: C, Python, and deaths with undo.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import { SemaphoreSet } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, projectPath, run, runDeno } from "../../helpers/deno.ts";
import { randomKey } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pythonPeer } from "../../helpers/peers/python.ts";
import { pause, shareOf, until } from "../../helpers/sync/size.ts";

const SOURCE = "tests/peers/c/locks/semop_peer.c";
const SYNC = new URL("../../../sync/mod.ts", import.meta.url).href;

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

function testSet(
  values: readonly number[],
): Disposable & { readonly set: SemaphoreSet } {
  const set = SemaphoreSet.create({ values, key: randomKey() });
  return {
    set,
    [Symbol.dispose]: () => {
      try {
        set.remove();
      } catch {
        // It was removed before.
      }
    },
  };
}

Deno.test(needing(
  ["cc"],
  "a C program and Deno operate on the same set, whichever side made it",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using made = testSet([0, 2, 0]);
    const { set } = made;
    assertEquals(await peer.ask("open", set.key), String(set.id));
    await peer.ask("operate", "0,3", "1,-1");
    assertEquals(set.values, [3, 1, 0]);
    const theirs = peer.ask("operate", "2,-2", "1,-1");
    await until(() => set.state(2).waitingForMore === 1, "C waits");
    set.operate([{ index: 2, delta: 2 }]);
    await theirs;
    assertEquals(await peer.ask("values"), "3 0 0");
    const ours = set.operateAsync([{ index: 0, delta: 0 }]);
    await until(() => set.state(0).waitingForZero === 1, "Deno waits");
    await peer.ask("operate", "0,-3");
    assertEquals(await ours, "ok");
    await assertRejects(() => peer.ask("operate", "0,-1n"), Error, "EAGAIN");

    const key = randomKey();
    await peer.ask("create", key, 2);
    const opened = SemaphoreSet.open({ key });
    assertEquals([opened.count, opened.values], [2, [0, 0]]);
    opened.setValues([6, 7]);
    assertEquals(await peer.ask("values"), "6 7");
    await peer.ask("remove");
    const error = assertThrows(() => opened.values);
    assertEquals(codeOf(error), "EINVAL");
  },
));

Deno.test(needing(
  ["cc"],
  "two programs that pass a turn back and forth with one set lose none",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using made = testSet([0, 0]);
    const { set } = made;
    await peer.ask("id", set.id);
    for (let i = 0; i < shareOf(500); i++) {
      const theirs = peer.ask("operate", "0,-1", "1,1");
      set.operate([{ index: 0, delta: 1 }]);
      if (i % 2 === 0) set.operate([{ index: 1, delta: -1 }]);
      else await set.operateAsync([{ index: 1, delta: -1 }]);
      await theirs;
    }
    assertEquals(set.values, [0, 0]);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "what was done with undo is taken back when a program is killed, and the rest stays",
  async () => {
    const program = await compile(SOURCE);
    using memory = testMemory();
    using made = testSet([5, 5]);
    const { set } = made;
    for (let round = 0; round < 20; round++) {
      {
        await using victim = Peer.start([program.path]);
        await victim.ask("id", set.id);
        await victim.ask("operate", "0,-2u", "1,-1");
        await victim.ask("operate", "0,-3u");
        assertEquals(set.values, [0, 4]);
      }
      assertEquals(set.operate([{ index: 0, delta: -5 }]), "ok");
      set.setValues([5, 5]);
    }
    const script = projectPath("tests/peers/deno/locks/lock_peer.ts");
    for (let round = 0; round < 3; round++) {
      await using victim = Peer.start(
        denoRun(script, { args: [memory.path] }),
      );
      await victim.ask("operate", set.id, 1, -5);
      const waits = set.operateAsync([{ index: 1, delta: -5 }]);
      await until(() => set.state(1).waitingForMore === 1, "Deno waits");
      await victim[Symbol.asyncDispose]();
      assertEquals(await waits, "ok");
      set.setValue(1, 5);
    }
  },
));

Deno.test("what was done with undo is taken back when a program ends, also what operateAsync() did", async () => {
  using made = testSet([5, 0]);
  const { set } = made;
  const { code, stderr } = await runDeno(`
    import { SemaphoreSet } from ${JSON.stringify(SYNC)};
    const set = SemaphoreSet.open({ id: ${set.id} });
    set.operate([{ index: 0, delta: -1, undo: true }]);
    const later = set.operateAsync([
      { index: 1, delta: -1 },
      { index: 0, delta: -1, undo: true },
    ]);
    setTimeout(() => set.operate([{ index: 1, delta: 1 }]), 50);
    await later;
    if (set.values[0] !== 3) throw new Error("it was not taken");
  `);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(set.values, [5, 0]);
});

Deno.test(needing(
  ["cc"],
  "who waits in SemaphoreSet.operate() when another program removes the set is told, with EIDRM",
  async () => {
    const program = await compile(SOURCE);
    await using peer = Peer.start([program.path]);
    using made = testSet([0]);
    const { set } = made;
    await peer.ask("id", set.id);
    const theirs = peer.ask("operate", "0,-1");
    await until(() => set.state(0).waitingForMore === 1, "C waits");
    // This thread waits below, so the one who removes is on its way before.
    const removal = run(["sh", "-c", `sleep 0.3; ipcrm -s ${set.id}`]);
    const error = assertThrows(
      () => set.operate([{ index: 0, delta: -1 }], { timeoutMs: 60_000 }),
      Error,
      `Cannot operate semaphore set ${set.id}`,
    );
    // EINVAL is what it is called between two slices of a wait.
    assert(["EIDRM", "EINVAL"].includes(codeOf(error) ?? ""), `${error}`);
    await assertRejects(() => theirs, Error, "EIDRM");
    assertEquals((await removal).code, 0);
  },
));

Deno.test(
  needing(
    ["sysv_ipc"],
    "a set of one that Deno made is Python's semaphore, too, and the other way round",
    async () => {
      await using peer = pythonPeer();
      using made = testSet([0]);
      const { set } = made;
      await peer.ask("sysv-open", set.key);
      await countsWithPython(peer, set);
      const key = randomKey();
      await peer.ask("sysv-create", key, 3);
      const opened = SemaphoreSet.open({ key });
      assertEquals([opened.count, opened.values], [1, [3]]);
      opened.setValue(0, 0);
      await countsWithPython(peer, opened);
      await peer.ask("unlink");
      assertThrows(() => SemaphoreSet.open({ key }), Deno.errors.NotFound);
    },
  ),
);

async function countsWithPython(peer: Peer, set: SemaphoreSet): Promise<void> {
  const [give, take] = [[{ index: 0, delta: 1 }], [{ index: 0, delta: -1 }]];
  set.operate(give);
  assertEquals(await peer.ask("value"), "1");
  const zero = peer.ask("zero");
  await until(() => set.state(0).waitingForZero === 1, "Python waits for zero");
  set.operate(take);
  await zero;
  const theirs = peer.ask("wait");
  await until(() => set.state(0).waitingForMore === 1, "Python waits");
  set.operate(give);
  await theirs;
  const ours = set.operateAsync(take);
  await pause(10);
  await peer.ask("post");
  assertEquals(await ours, "ok");
  assertEquals(set.values, [0]);
}

Deno.test(
  needing(
    ["sysv_ipc"],
    "what Python took with undo comes back when it ends",
    async () => {
      using made = testSet([1]);
      const { set } = made;
      await using peer = pythonPeer();
      await peer.ask("sysv-open", set.key);
      await peer.ask("undo");
      await peer.ask("wait");
      assertEquals(set.values, [0]);
      await peer.end();
      assertEquals(set.values, [1]);
    },
  ),
);

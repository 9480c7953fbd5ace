/**
 * `SemaphoreSet` and the system: what the kernel says of a set, its limits, and
 * who may do what.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { SemaphoreSet } from "../../../sync/mod.ts";
import { denoRun, run } from "../../helpers/deno.ts";
import { randomKey } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import { runAsNobody } from "../../helpers/sync/nobody.ts";

const SYNC = new URL("../../../sync/mod.ts", import.meta.url).href;

function testSet(
  values: readonly number[],
): Disposable & { readonly set: SemaphoreSet } {
  const set = SemaphoreSet.create({ values, key: randomKey() });
  return { set, [Symbol.dispose]: () => set.remove() };
}

Deno.test("SemaphoreSet.status() and state() say what the kernel says in /proc/sysvipc/sem", async () => {
  using made = testSet([4, 0]);
  const { set } = made;
  assertEquals(set.status().operatedAt, null);
  set.set({ mode: 0o640 });
  set.operate([{ index: 1, delta: 3 }]);
  const { stdout } = await run(["cat", "/proc/sysvipc/sem"]);
  const row = stdout.split("\n").map((line) => line.trim().split(/\s+/))
    .find(([, id]) => Number(id) === set.id);
  assert(row !== undefined);
  const [key, , perms, nsems, uid, gid, cuid, cgid, otime, ctime] = row;
  assertEquals(set.status(), {
    id: set.id,
    key: Number(key) | 0,
    count: Number(nsems),
    mode: parseInt(perms ?? "", 8),
    uid: Number(uid),
    gid: Number(gid),
    creatorUid: Number(cuid),
    creatorGid: Number(cgid),
    operatedAt: new Date(Number(otime) * 1000),
    changedAt: new Date(Number(ctime) * 1000),
  });
  assertEquals(set.status().mode, 0o640);
  assertEquals(set.status().key, set.key);
  assertEquals(set.state(1), {
    value: 3,
    lastPid: Deno.pid,
    waitingForMore: 0,
    waitingForZero: 0,
  });
  assertThrows(() => set.state(2), RangeError, "index");
});

Deno.test("SemaphoreSet.limits() says what the kernel says in /proc/sys/kernel/sem", async () => {
  const { stdout } = await run(["cat", "/proc/sys/kernel/sem"]);
  const [maxPerSet, maxSemaphores, maxOperations, maxSets] = stdout.trim()
    .split(/\s+/).map(Number);
  const limits = SemaphoreSet.limits();
  assertEquals(
    { ...limits, maxValue: 0 },
    {
      maxSets: maxSets ?? 0,
      maxSemaphores: maxSemaphores ?? 0,
      maxPerSet: maxPerSet ?? 0,
      maxOperations: maxOperations ?? 0,
      maxValue: 0,
    },
  );
  assertEquals(limits.maxValue, 32767);
});

Deno.test(needing(
  ["unshare", "root", "native"],
  "SemaphoreSet.create() throws ENOSPC when the system has no set or semaphore left",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "shmem-limits-" });
    using cleanup = new DisposableStack();
    cleanup.defer(() => Deno.removeSync(folder, { recursive: true }));
    const script = `${folder}/script.ts`;
    await Deno.writeTextFile(
      script,
      `import { SemaphoreSet } from ${JSON.stringify(SYNC)};
      for (const count of [1, 7, 1, 1]) {
        try {
          SemaphoreSet.create({ values: count });
          console.log("ok");
        } catch (error) {
          console.log(error.code, error.syscall);
        }
      }`,
    );
    // Two sets, and eight semaphores in all.
    const settings = 'echo "7 8 10 2" > /proc/sys/kernel/sem && exec "$@"';
    const { stdout, stderr } = await run(
      ["unshare", "-i", "sh", "-c", settings, "sh", ...denoRun(script)],
    );
    assertEquals(stderr, "");
    assertEquals(
      stdout,
      "ok\nok\nENOSPC semget\nENOSPC semget\n",
    );
  },
));

Deno.test(needing(
  ["root", "setpriv"],
  "SemaphoreSet of another user: EACCES without permission, EPERM for what is the owner's",
  async () => {
    using closed = testSet([1]);
    using open = testSet([1]);
    open.set.set({ mode: 0o666 });
    const { stdout, stderr } = await runAsNobody(`
      import { SemaphoreSet } from "sync/mod.ts";
      function report(act) {
        try {
          console.log(act());
        } catch (error) {
          console.log(error.name, error.code);
        }
      }
      report(() => SemaphoreSet.open({ key: ${closed.set.key} }).count);
      report(() => SemaphoreSet.open({ id: ${closed.set.id} }).count);
      const set = SemaphoreSet.open({ key: ${open.set.key} });
      report(() => set.operate([{ index: 0, delta: 1 }]));
      report(() => set.remove());
      report(() => set.set({ mode: 0o777 }));
    `);
    assertEquals(stderr, "");
    assertEquals(stdout.split("\n"), [
      "PermissionDenied EACCES",
      "PermissionDenied EACCES",
      "ok",
      "PermissionDenied EPERM",
      "PermissionDenied EPERM",
      "",
    ]);
    assertEquals(open.set.values, [2]);
  },
));

Deno.test("SemaphoreSet.operate() gives up in time, however often signals interrupt it", async () => {
  using made = testSet([0]);
  await using program = startProgram(
    `
    import { SemaphoreSet } from ${JSON.stringify(SYNC)};
    const set = SemaphoreSet.open({ key: Number(Deno.args[0]) });
    let signals = 0;
    Deno.addSignalListener("SIGUSR2", () => signals++);
    console.log("ready");
    const start = performance.now();
    const result = set.operate([{ index: 0, delta: -1 }], { timeoutMs: 300 });
    const inTime = performance.now() - start >= 299;
    while (signals === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    console.log(result, inTime);
    await Deno.stdin.read(new Uint8Array(1));
    Deno.exit();
    `,
    [String(made.set.key)],
  );
  assertEquals(await program.line(), "ready");
  // Shorter than the wait, and than each part of it.
  const interrupting = setInterval(() => {
    Deno.kill(program.pid, "SIGUSR2");
  }, 5);
  try {
    assertEquals(await program.line(), "timed-out true");
  } finally {
    clearInterval(interrupting);
  }
});

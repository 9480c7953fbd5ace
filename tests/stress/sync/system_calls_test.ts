/**
 * How many system calls the synchronisation layer makes, counted by `strace`.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { denoRun, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";

const MODULE = new URL("../../../mod.ts", import.meta.url).href;
const SYNC = new URL("../../../sync/mod.ts", import.meta.url).href;

/** So often that what the runtime itself does is little against it. */
const TIMES = 10_000;

/** Counts the system calls of a program that does something many times. */
async function systemCalls(
  prepare: string,
  act: string,
): Promise<{ readonly futex: number; readonly all: number }> {
  const folder = await Deno.makeTempDir({ prefix: "shmem-strace-" });
  try {
    const script = `${folder}/script.ts`;
    await Deno.writeTextFile(
      script,
      `import { SharedMemory } from ${JSON.stringify(MODULE)};
      import * as sync from ${JSON.stringify(SYNC)};
      const { bytes } = SharedMemory.anonymous({ size: 5000 }).map();
      const words = new Int32Array(bytes.buffer, 0, 1250);
      ${prepare}
      for (let i = 0; i < ${TIMES}; i++) { ${act} }`,
    );
    // The runtime fills its caches first, with thousands of calls.
    await run(denoRun(script));
    const table = `${folder}/table`;
    const strace = ["strace", "-f", "-c", "-o", table];
    const { code, stderr } = await run([...strace, ...denoRun(script)]);
    assertEquals([code, stderr], [0, ""]);
    return readTable(await Deno.readTextFile(table));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads what `strace -c` writes: % time, seconds, usecs/call, calls, … name. */
function readTable(table: string): { futex: number; all: number } {
  const counts = new Map<string, number>();
  for (const line of table.split("\n")) {
    const words = line.trim().split(/\s+/);
    const calls = Number(words[3]);
    if (Number.isInteger(calls)) counts.set(words.at(-1) ?? "", calls);
  }
  const all = counts.get("total");
  assert(all !== undefined && all > 0, table);
  return { futex: counts.get("futex") ?? 0, all };
}

const SILENT: readonly (readonly [string, string, string])[] = [
  [
    "Mutex that nobody else wants",
    "const mutex = sync.Mutex.create(bytes);",
    "mutex.lock().unlock(); mutex.tryLock().unlock();",
  ],
  [
    "ReadWriteLock that nobody else wants",
    "const lock = sync.ReadWriteLock.create(bytes, 0, { slots: 2 });",
    "lock.read().unlock(); lock.write().unlock();",
  ],
  [
    "Condition that nobody waits for",
    "const changed = sync.Condition.create(bytes);",
    "changed.notify(); changed.notifyAll();",
  ],
  [
    "Barrier of one",
    "const barrier = sync.Barrier.create(bytes, 0, { parties: 1 });",
    "barrier.wait();",
  ],
  [
    "Semaphore that nobody waits for",
    "const semaphore = sync.Semaphore.createAt(bytes, 0, { value: 1 });",
    "semaphore.wait(); semaphore.post();",
  ],
];

for (const [name, prepare, act] of SILENT) {
  Deno.test(needing(
    ["strace", "native"],
    `a ${name} makes no system call`,
    async () => {
      const { all } = await systemCalls(prepare, act);
      assert(all < TIMES, `${all} calls for ${TIMES} rounds`);
    },
  ));
}

Deno.test(needing(
  ["strace", "native"],
  "notify() makes one system call, also when nobody waits",
  async () => {
    const { futex, all } = await systemCalls("", "sync.notify(words, 7);");
    assert(futex >= TIMES, `${futex} calls`);
    assert(all < 2 * TIMES, `${all} calls for ${TIMES} rounds`);
  },
));

/**
 * Very many pending waits: the rest of the program goes on, and each wake-up
 * arrives. Each in a Deno of its own, which would stop.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { ROOT } from "../deno.ts";
import { needing } from "../needs.ts";
import { survive } from "../memory/child_report.ts";

// What /proc says of the own process needs all.
const FLAGS = ["--allow-all"];

/**
 * What each program starts with. `seeRest` notes whether files, names of hosts
 * and timers go on; one that does not would never say so.
 */
const HEAD = `
import { Barrier, Condition, Mutex, notify, ReadWriteLock, Semaphore, SemaphoreSet, waitAsync } from "${new URL(
  "sync/mod.ts",
  ROOT,
)}";
const memory = shmem.SharedMemory.anonymous({ size: 1_000_004 });
const { bytes } = memory.map();
const words = new Int32Array(bytes.buffer, 0, 250_000);
const COUNT = Number("%");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const many = (start) => Array.from({ length: COUNT }, (_, index) => start(index));
async function seeRest(what) {
  await pause(50);
  const path = new URL(MOD).pathname;
  const files = await Promise.all(Array.from({ length: 100 }, () => Deno.readTextFile(path)));
  using listener = Deno.listen({ hostname: "localhost", port: 0 });
  using connection = await Deno.connect({ hostname: "localhost", port: listener.addr.port });
  see(what, () => files.length);
}
const count = (ends) => {
  const counts = {};
  for (const end of ends) counts[end] = (counts[end] ?? 0) + 1;
  return Object.entries(counts).map(([end, times]) => times + " " + end).join();
};
const threads = () => [...Deno.readDirSync("/proc/self/task")].length;
`;

/** Waits of one sort: a program, and what it sees besides the rest. */
export interface Family {
  readonly count: number;
  readonly program: string;
  readonly sees: Record<string, string>;
}

/** A test for each sort, to be declared in its own file. */
export function testsOf(
  families: Record<string, Family>,
): Deno.TestDefinition[] {
  return Object.entries(families).map(([name, { count, program, sees }]) =>
    needing(
      ["native"],
      `${count} pending waits hinder nothing else: ${name}`,
      async () => {
        const head = HEAD.replace("%", String(count));
        const seen = await survive(head + program, { flags: FLAGS });
        assertEquals(seen, { rest: "100", ...sees });
      },
    )
  );
}

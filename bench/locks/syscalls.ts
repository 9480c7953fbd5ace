/**
 * Which primitives ask the kernel for something when nobody waits?
 *
 * @module
 */

import { run } from "../../tests/helpers/deno.ts";
import { denoRun } from "../peer.ts";
import type { Check, Report } from "../report.ts";

// So many that the calls of Deno itself, a few hundred at most, do not count.
const COUNT = 20_000;

/** What is counted, and how many calls each use may make. */
const PRIMITIVES = [
  { name: "mutex", what: "Mutex: lock, unlock", calls: 0 },
  { name: "condition", what: "Condition: notify, notifyAll", calls: 0 },
  {
    name: "readWriteLock",
    what: "ReadWriteLock: read, write, unlock",
    calls: 0,
  },
  { name: "barrier", what: "Barrier of one party: wait", calls: 0 },
  { name: "notify", what: "notify", calls: 1 },
];

/** Runs the benchmark. */
export async function syscalls(): Promise<Report> {
  const checks: Check[] = [];
  for (const { name, what, calls } of PRIMITIVES) {
    const most = await countCalls(name, COUNT);
    const least = await countCalls(name, 0);
    const perUse = (most - least) / COUNT;
    checks.push({
      what: `${what}: ${
        calls === 0 ? "no system call" : `${calls} system call`
      } per use (${
        perUse.toFixed(3)
      }; ${most} in all, ${least} of Deno itself)`,
      met: Math.abs(perUse - calls) < 0.05,
    });
  }
  return {
    question: `Calls of futex in ${COUNT} uses while nobody waits`,
    peer: "",
    ratio: "",
    lines: [],
    checks,
  };
}

/** Counts the futex calls of a program that uses a primitive so often. */
async function countCalls(name: string, count: number): Promise<number> {
  const { code, stderr } = await run([
    "strace",
    "-f",
    "-c",
    "-e",
    "trace=futex",
    ...denoRun("bench/peers/locks/nobody_waits.ts"),
    name,
    String(count),
  ]);
  if (code !== 0) throw new Error(`Cannot count system calls: ${stderr}`);
  // % time, seconds, usecs/call, calls, errors if there are any, name
  const line = stderr.split("\n").find((line) => /\bfutex$/.test(line));
  return Number(line?.trim().split(/\s+/)[3] ?? 0);
}

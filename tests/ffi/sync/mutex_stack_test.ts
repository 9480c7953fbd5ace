/**
 * Mutexes that are taken and released where the stack ends.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { compile } from "../../helpers/cc.ts";
import { runDeno } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { Mutex } from "../../../sync/mod.ts";

const SYNC = new URL("../../../sync/mod.ts", import.meta.url).href;
const LIBRARY = "tests/peers/c/locks/robust_library.c";
const COUNT = 1500;

/**
 * Takes and releases locks at each depth near the end of the stack; prints how often
 * either failed for want of it, and what is wrong then; and dies.
 */
const PROGRAM = `
import { SharedMemory } from "mod.ts";
import { Mutex } from ${JSON.stringify(SYNC)};
const [path, mode, warm, library] = Deno.args;
const { bytes } = SharedMemory.openPath(path).map();
const words = new Int32Array(bytes.buffer);
const mutexes = Array.from({ length: ${COUNT} }, (_, i) => Mutex.open(bytes, 64 * i));
const c = library && Deno.dlopen(library, {
  prepare: { parameters: [], result: "i32" },
  take: { parameters: ["i32"], result: "i32" },
  entries: { parameters: [], result: "i32" },
}).symbols;
if (warm) {
  for (let i = 0; i < 20000; i++) {
    const outer = mutexes[0].tryLock();
    mutexes[1].tryLock().unlock();
    outer.unlock();
  }
}
if (mode !== "alone") mutexes[0].lock();
if (c) {
  c.prepare();
  c.take(0);
}
const guards = new Array(${COUNT}).fill(null);
let [next, budget, wanted, untaken, unreleased] = [1, 0, 0, 0, 0];
function attempt() {
  if (next >= ${COUNT}) return;
  const at = next++;
  try {
    guards[at] = mutexes[at].tryLock();
  } catch {
    untaken++;
    return;
  }
  try {
    guards[at].unlock();
    guards[at] = null;
    if (--wanted < 0) budget = 0;
  } catch {
    unreleased++;
  }
}
function narrow() {
  try {
    narrow();
  } catch { /* The stack ends here. */ }
  if (budget-- > 0) attempt();
}
function wide(first, second) {
  try {
    wide(first + second, first);
  } catch { /* The stack ends here. */ }
  if (budget-- > 0) attempt();
}
function shifted(frames) {
  if (frames > 0) return shifted(frames - 1);
  [budget, wanted] = [1500, 3];
  narrow();
  [budget, wanted] = [1500, 3];
  wide(1, 2);
}
for (let frames = 0; frames < 20; frames++) shifted(frames);
let wrong = 0;
for (let i = 1; i < ${COUNT}; i++) {
  const isHeld = words[16 * i] !== 0;
  if (isHeld !== (guards[i] !== null)) wrong++;
  // Every second one is left for the kernel.
  if (i % 2 === 0) guards[i]?.unlock();
}
const left = guards.filter((guard, i) => i % 2 === 1 && guard).length;
if (c && c.entries() !== left + 2) wrong++;
console.log(JSON.stringify({ untaken, unreleased, left, wrong }));
Deno.kill(Deno.pid, "SIGKILL");
`;

/** Runs it, and looks at what it leaves. */
async function surviveStack(
  mode: "alone" | "nested" | "recursive",
  warm: string,
  library = "",
): Promise<void> {
  using memory = testMemory(64 * COUNT);
  const recursive = mode === "recursive";
  const mutexes = Array.from(
    { length: COUNT },
    (_, i) => Mutex.create(memory.bytes, 64 * i, { recursive }),
  );
  const { signal, stdout, stderr } = await runDeno(PROGRAM, {
    args: [memory.path, mode, warm, library],
    permissions: ["-A"],
  });
  assertEquals([signal, stderr], ["SIGKILL", ""]);
  const { untaken, left, wrong } = JSON.parse(stdout);
  assert(untaken > 0, stdout);
  assertEquals(wrong, 0, stdout);
  let died = 0;
  for (const mutex of mutexes) {
    using guard = mutex.tryLock();
    assert(guard !== null, `stuck: ${stdout}`);
    if (guard.ownerDied) died++;
  }
  assertEquals(died, left + (mode === "alone" ? 0 : 1));
}

for (const mode of ["alone", "nested", "recursive"] as const) {
  for (const warm of ["", "warm"]) {
    Deno.test(needing(
      ["native"],
      `a mutex is free, or held by a guard and freed at its thread's death, when the stack ends while it is taken or released: ${mode}, ${
        warm || "cold"
      }`,
      () => surviveStack(mode, warm),
    ));
  }
}

Deno.test(needing(
  ["cc", "native"],
  "a mutex is free, or held by a guard and freed at its thread's death, when the stack ends while it is taken in front of one of C code",
  async () => {
    const library = await compile(LIBRARY, ["-shared", "-fPIC"]);
    await surviveStack("nested", "", library.path);
    await surviveStack("nested", "warm", library.path);
  },
));

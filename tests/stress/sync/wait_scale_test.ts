/**
 * Many waits in one program: what they cost, counted from outside while the
 * program idles.
 */

import { assert, assertEquals } from "../../../deps.ts";
import { ROOT, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import { pause } from "../../helpers/sync/size.ts";

/** After this time an idle thread of Deno's pool has ended. */
const POOL_MS = 12_000;
const IDLE_MS = 5_000;

/** Starts waits, and then does what each line on stdin says. */
const PROGRAM = `
import { SharedMemory } from "${new URL("mod.ts", ROOT)}";
import { notify, waitAsync } from "${new URL("sync/mod.ts", ROOT)}";
using memory = SharedMemory.anonymous({ size: 5003 });
using mapping = memory.map();
const words = new Int32Array(mapping.bytes.buffer, 0, 1250);
const [count, from, to, way] = Deno.args;
const kept = (index) => index >= Number(from) && index < Number(to);
const controllers = [];
const waits = [];
const ends = {};
for (let i = 0; i < Number(count); i++) {
  const controller = new AbortController();
  controllers.push(controller);
  waits.push(waitAsync(words, i, 0, { signal: controller.signal }).catch(() => "aborted"));
  // Those that start one after the other need no more threads in the end.
  if (way === "slowly") await new Promise((resolve) => setTimeout(resolve, 0));
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
await turn();
// The later ones first, so that the first to sleep gets room last.
for (let i = controllers.length - 1; i >= 0; i--) {
  if (!kept(i)) controllers[i].abort();
  if (i % 100 === 0) await turn();
}
console.log("ready");
for await (const _ of Deno.stdin.readable) break;
// Files go on beside the waits, many at a time.
const files = await Promise.all(Array.from({ length: 200 }, () => Promise.all([Deno.stat("${
  new URL("mod.ts", ROOT).pathname
}"), Deno.readTextFile("${new URL("mod.ts", ROOT).pathname}")])));
for (let i = 0; i < waits.length; i++) {
  if (!kept(i)) continue;
  Atomics.store(words, i, 1);
  notify(words, i);
}
for (const end of await Promise.all(waits)) ends[end] = (ends[end] ?? 0) + 1;
console.log(JSON.stringify({ files: files.filter(([{ isFile }, text]) => isFile && text !== "").length, ends }));
`;

async function threadsOf(pid: number): Promise<number> {
  const { stdout } = await run(["ls", `/proc/${pid}/task`]);
  return stdout.trimEnd().split("\n").length;
}

/** CPU time in ms; the kernel counts in ticks of 10. */
async function cpuOf(pid: number): Promise<number> {
  const { stdout } = await run(["cat", `/proc/${pid}/stat`]);
  const fields = stdout.slice(stdout.lastIndexOf(") ") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

Deno.test(needing(
  ["native"],
  "1000 pending waits take eight threads and no time, hinder no file, and each is woken; fewer take fewer",
  async () => {
    await using none = startProgram(PROGRAM, ["0", "0", "0"]);
    await using thousand = startProgram(PROGRAM, ["1000", "0", "1000"]);
    await using slow = startProgram(PROGRAM, ["1000", "0", "1000", "slowly"]);
    // Some are left of the first 127, and some of the next.
    await using fewer = startProgram(PROGRAM, ["1000", "100", "227"]);
    const programs = [none, thousand, slow, fewer];
    for (const program of programs) assertEquals(await program.line(), "ready");

    await pause(POOL_MS - IDLE_MS);
    const before = await Promise.all(programs.map(({ pid }) => cpuOf(pid)));
    await pause(IDLE_MS);
    const after = await Promise.all(programs.map(({ pid }) => cpuOf(pid)));
    const [base = 0, ...others] = await Promise.all(
      programs.map(({ pid }) => threadsOf(pid)),
    );
    const [many = 0, one = 0, few = 0] = others.map((count) => count - base);
    assert(many <= 8, `${many} threads more than ${base}`);
    assert(one <= 8, `${one} threads more than ${base}, when started slowly`);
    assert(few <= 1, `${few} threads more than ${base}, for 127 waits`);
    for (const [index, end] of after.entries()) {
      const took = end - (before[index] ?? 0);
      assert(took < 50, `${took} ms of CPU time in program ${index}`);
    }

    const expected = [
      { ends: {} },
      { ends: { ok: 1000 } },
      { ends: { ok: 1000 } },
      { ends: { ok: 127, aborted: 873 } },
    ];
    for (const [index, program] of programs.entries()) {
      await program.tell("go on");
      const said = JSON.parse(await program.line());
      assertEquals(said, { files: 200, ...expected[index] });
      assertEquals((await program.end()).code, 0);
    }
  },
));

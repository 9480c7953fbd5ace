/** How programs end that wait, each as a Deno of its own. */

import { assertEquals, assertStringIncludes } from "../../../deps.ts";
import { notify } from "../../../sync/mod.ts";
import { ROOT } from "../../helpers/deno.ts";
import {
  type ChildProgram,
  startProgram,
} from "../../helpers/sync/child_program.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause } from "../../helpers/sync/size.ts";
import { wakeOne } from "../../helpers/sync/wait_peers.ts";

const HEAD = `
import { SharedMemory } from "${new URL("mod.ts", ROOT)}";
import { notify, wait, waitAsync } from "${new URL(
  "sync/mod.ts",
  ROOT,
)}";
import { useWaitStrategy } from "${new URL(
  "sync/parking/parking_lot.ts",
  ROOT,
)}";
const [path, strategy] = Deno.args;
useWaitStrategy(strategy ?? "auto");
const mapping = SharedMemory.openPath(path).map();
const words = new Int32Array(mapping.bytes.buffer, 0, 1250);
const say = (text) => console.log(text);
`;

/** Starts a worker that runs \`body\` once it was told to. */
function workerProgram(body: string, then: string): string {
  const worker = `${HEAD.replace(/^const \[path.*\n/m, "")}
onmessage = async () => { postMessage("waits"); ${body} };
postMessage("ready");
`;
  return `${HEAD}
const source = "const [path, strategy] = " + JSON.stringify(Deno.args) + ";" + ${
    JSON.stringify(worker)
  };
const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
const worker = new Worker(url, { type: "module" });
const heard = () => new Promise((resolve) => worker.onmessage = resolve);
await heard();
worker.postMessage("wait");
await heard();
say("ready");
const turn = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
await turn(150);
worker.terminate();
say("terminated");
${then}
`;
}

async function endsWell(program: ChildProgram, stdout = ""): Promise<void> {
  assertEquals(await program.end(), { code: 0, stdout, stderr: "" });
}

for (const strategy of ["auto", "polling"]) {
  Deno.test(`a program ends by itself once its waits are aborted, timed out, woken and closed (${strategy})`, async () => {
    using memory = testMemory();
    const source = `${HEAD}
const controller = new AbortController();
const waits = [
  waitAsync(words, 0, 0, { signal: controller.signal }),
  waitAsync(words, 0, 0, { timeoutMs: 40 }),
  waitAsync(words, 1, 0),
  waitAsync(words, 2, 0),
];
setTimeout(() => (Atomics.store(words, 1, 1), notify(words, 1)), 20);
setTimeout(() => controller.abort(new RangeError()), 30);
Promise.allSettled(waits.slice(0, 3)).then(() => mapping.unmap());
const ends = await Promise.allSettled(waits);
say(ends.map(({ value, reason }) => value ?? reason.name).join());
`;
    await using program = startProgram(source, [memory.path, strategy]);
    await endsWell(program, "RangeError,timed-out,ok,BadResource\n");
  });

  Deno.test(`a program with a pending wait stays until it is woken, and then ends by itself (${strategy})`, async () => {
    using memory = testMemory();
    const source = `${HEAD}
waitAsync(words, 7, 0).then(say);
say("waits");
`;
    await using program = startProgram(source, [memory.path, strategy]);
    assertEquals(await program.line(), "waits");
    await pause(300);
    Atomics.store(memory.words, 7, 1);
    notify(memory.words, 7);
    await endsWell(program, "ok\n");
  });

  Deno.test(`Deno.exit() ends a program with pending waits, with its code (${strategy})`, async () => {
    using memory = testMemory();
    const source = `${HEAD}
for (let i = 0; i < 300; i++) waitAsync(words, i, 0);
setTimeout(() => Deno.exit(42), 50);
`;
    await using program = startProgram(source, [memory.path, strategy]);
    assertEquals(await program.end(), { code: 42, stdout: "", stderr: "" });
    // Nothing of it sleeps on.
    assertEquals(notify(memory.words, 3), 0);
  });

  Deno.test(`an uncaught error ends a program with pending waits (${strategy})`, async () => {
    using memory = testMemory();
    const source = `${HEAD}
waitAsync(words, 0, 0);
setTimeout(() => { throw new Error("of the test"); }, 50);
`;
    await using program = startProgram(source, [memory.path, strategy]);
    const { code, stderr } = await program.end();
    assertEquals(code, 1);
    assertStringIncludes(stderr, "of the test");
  });

  Deno.test(`a worker that waits in waitAsync() can be terminated, and the program ends by itself (${strategy})`, async () => {
    using memory = testMemory();
    const source = workerProgram("await waitAsync(words, 7, 0);", "");
    await using program = startProgram(source, [memory.path, strategy]);
    await endsWell(program, "ready\nterminated\n");
  });
}

Deno.test("a worker that was terminated in waitAsync() takes no wake-up from others for long", async () => {
  using memory = testMemory();
  const source = workerProgram("await waitAsync(words, 7, 0);", "");
  const patience = `await turn(2500); say("waited"); await turn(1e6);`;
  await using program = startProgram(source + patience, [memory.path]);
  for (const line of ["ready", "terminated", "waited"]) {
    assertEquals(await program.line(), line);
  }
  assertEquals(notify(memory.words, 7, 1), 0);
});

Deno.test("Deno.exit() ends a program whose worker was terminated in wait()", async () => {
  using memory = testMemory();
  const source = workerProgram("wait(words, 7, 0);", "Deno.exit(43);");
  await using program = startProgram(source, [memory.path]);
  const { code, stdout, stderr } = await program.end();
  assertEquals([code, stdout, stderr], [43, "ready\nterminated\n", ""]);
});

Deno.test("a worker that was terminated in wait() goes when the wait ends, and the program ends by itself", async () => {
  using memory = testMemory();
  const source = workerProgram("wait(words, 7, 0); wait(words, 8, 0, 50);", "");
  await using program = startProgram(source, [memory.path]);
  assertEquals(await program.line(), "ready");
  assertEquals(await program.line(), "terminated");
  Atomics.store(memory.words, 7, 1);
  notify(memory.words, 7);
  await endsWell(program);
});

Deno.test("kill -9 takes a program that waits out of the kernel's queue", async () => {
  using memory = testMemory();
  const source = `${HEAD}
say("waits");
wait(words, 7, 0);
`;
  {
    await using program = startProgram(source, [memory.path]);
    assertEquals(await program.line(), "waits");
    await pause(50);
  }
  assertEquals(notify(memory.words, 7), 0);
  await using next = startProgram(source, [memory.path]);
  assertEquals(await next.line(), "waits");
  await wakeOne(memory.words, 7);
  await endsWell(next);
});

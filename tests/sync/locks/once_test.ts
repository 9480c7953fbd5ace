/**
 * `Once`: one process does it, the first to come, and the next one when that
 * one dies.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Once } from "../../../sync/mod.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { needing } from "../../helpers/needs.ts";
import { testMemory } from "../../helpers/sync/memory.ts";

const OFFSET = 200;
const WORD = 100;

function peer(path: string, mode: "count" | "hang"): string[] {
  return denoRun(projectPath("tests/peers/deno/locks/once_peer.ts"), {
    args: [path, String(OFFSET), String(WORD), mode],
  });
}

Deno.test("Once.run() runs one function of many tasks, and all wait for it", async () => {
  using memory = testMemory();
  let ran = 0;
  const results = await Promise.all(Array.from({ length: 20 }, async () => {
    const here = await Once.run(memory.bytes, OFFSET, async () => {
      ran++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      memory.words[WORD] = 7;
    });
    assertEquals(memory.words[WORD], 7);
    return here;
  }));
  assertEquals(ran, 1);
  assertEquals(results.filter((here) => here).length, 1);
  assertEquals(Once.isDone(memory.bytes, OFFSET), true);
});

Deno.test("Once.run() runs in one of five processes", async () => {
  using memory = testMemory();
  const ended = await Promise.all(
    Array.from({ length: 5 }, () => run(peer(memory.path, "count"))),
  );
  assertEquals(ended.map(({ stderr }) => stderr).join(""), "");
  assertEquals(memory.words[WORD], 1);
  const outputs = ended.map(({ stdout }) => stdout).sort();
  assertEquals(outputs, [...Array(4).fill("false\n"), "first\ntrue\n"]);
});

Deno.test(needing(
  // Under emulation the kernel does not learn what a thread holds.
  ["native"],
  "Once.run() takes over from a process that was killed in the middle",
  async () => {
    using memory = testMemory();
    await using first = Program.start(peer(memory.path, "hang"));
    assertEquals(await first.line(), "first");
    let takenOver: boolean | undefined;
    const waiting = Once.run(memory.bytes, OFFSET, (context) => {
      takenOver = context.takenOver;
    });
    await assertRejects(
      () => Once.run(memory.bytes, OFFSET, () => {}, { timeoutMs: 20 }),
      Deno.errors.TimedOut,
      "Cannot run once: another task or process has not done it within 20 ms (ETIMEDOUT",
    );
    assertEquals(takenOver, undefined);
    Deno.kill(first.pid, "SIGKILL");
    assertEquals(await waiting, true);
    assertEquals(takenOver, true);
    assertEquals(await Once.run(memory.bytes, OFFSET, () => {}), false);
  },
));

Deno.test("Once.run() counts as not done when its function throws", async () => {
  using memory = testMemory();
  const boom = () => {
    throw new RangeError("boom");
  };
  await assertRejects(() => Once.run(memory.bytes, OFFSET, boom), RangeError);
  assertEquals(Once.isDone(memory.bytes, OFFSET), false);
  const takenOver: boolean[] = [];
  assert(
    await Once.run(memory.bytes, OFFSET, (context) => {
      takenOver.push(context.takenOver);
    }),
  );
  assertEquals(takenOver, [false]);
});

Deno.test("Once.run() ends with the signal while another task has it", async () => {
  using memory = testMemory();
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = Once.run(memory.bytes, OFFSET, () => promise);
  const controller = new AbortController();
  const second = Once.run(memory.bytes, OFFSET, () => {}, {
    signal: controller.signal,
  });
  controller.abort(new RangeError("enough"));
  await assertRejects(() => second, RangeError, "enough");
  resolve();
  assertEquals(await first, true);
});

Deno.test("Once.run() refuses memory that has something else, and wrong arguments", async () => {
  using memory = testMemory();
  const call = (...args: readonly unknown[]) =>
    Reflect.apply(Once.run, Once, args);
  memory.words[(OFFSET + 64) / 4] = 5;
  await assertRejects(
    () => call(memory.bytes, OFFSET, () => {}),
    TypeError,
    "something else lies there",
  );
  memory.bytes.fill(0xff);
  await assertRejects(() => call(memory.bytes, OFFSET, () => {}), TypeError);
  await assertRejects(() => call(memory.bytes, OFFSET), TypeError, "function");
  await assertRejects(() => call(memory.bytes, 4, () => {}), RangeError);
  await assertRejects(() => call(memory.bytes, 4992, () => {}), RangeError);
  await assertRejects(
    () => call(memory.bytes, 0, () => {}, { timeout: 5 }),
    TypeError,
    '"timeout"',
  );
  await assertRejects(() => call(new Uint8Array(4096), 0, () => {}), TypeError);
  using file = SharedMemory.openPath(memory.path, { access: "read" });
  using readonly = file.map();
  assertThrows(
    () => Reflect.apply(Once.isDone, Once, [readonly.bytes, 0]),
    TypeError,
  );
});

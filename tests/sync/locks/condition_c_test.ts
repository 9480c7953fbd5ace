/**
 * `Condition` with a mutex that a C program takes, and breaks.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import { Condition, Mutex } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { until } from "../../helpers/sync/size.ts";

const OFFSET = 200;
/** Where a condition at 0 counts who waits. */
const WAITING = 2;
const MODULES = ["../../../mod.ts", "../../../sync/mod.ts"]
  .map((path) => JSON.stringify(new URL(path, import.meta.url).href));

/** Takes the lock in C, dies with it, and gives up on it in C. */
async function breakLock(program: string, path: string): Promise<void> {
  await using victim = Peer.start([program, path]);
  await victim.ask("lock", OFFSET);
  await victim[Symbol.asyncDispose]();
  await using peer = Peer.start([program, path]);
  await peer.ask("abandon", OFFSET);
}

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

Deno.test(needing(
  ["cc", "native"],
  "Condition.waitAsync() that cannot take the lock again says why, and so its guard ends",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    const mutex = Mutex.create(memory.bytes, OFFSET);
    const condition = Condition.create(memory.bytes, 0);
    const wait = async () => {
      using guard = await mutex.lockAsync();
      await condition.waitAsync(guard);
    };
    const waiting = assertRejects(wait, Error, "without repairing it");
    await until(() => memory.words[WAITING] === 1, "it waits");
    await breakLock(program.path, memory.path);
    condition.notifyAll();
    assertEquals(codeOf(await waiting), "ENOTRECOVERABLE");
    assertEquals(memory.words[WAITING], 0);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "Condition.wait() that cannot take the lock again throws ENOTRECOVERABLE, also out of a using block",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    Mutex.create(memory.bytes, OFFSET);
    const condition = Condition.create(memory.bytes, 0);
    await using waiter = startProgram(
      `import { SharedMemory } from ${MODULES[0]};
      import { Condition, Mutex } from ${MODULES[1]};
      const { bytes } = SharedMemory.openPath(Deno.args[0]).map();
      try {
        using guard = Mutex.open(bytes, ${OFFSET}).lock();
        Condition.open(bytes).wait(guard);
      } catch (error) {
        console.log(error.name, error.code);
      }`,
      [memory.path],
    );
    await until(() => memory.words[WAITING] === 1, "it waits");
    await breakLock(program.path, memory.path);
    condition.notifyAll();
    const { stdout, stderr } = await waiter.end();
    assertEquals([stdout, stderr], ["SystemError ENOTRECOVERABLE\n", ""]);
    assertEquals(memory.words[WAITING], 0);
  },
));

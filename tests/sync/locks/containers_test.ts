/**
 * Two processes with the same number, each in a PID namespace of its own, as in
 * two containers.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { denoRun } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { Mutex } from "../../../sync/mod.ts";

const MODULES = ["../../../mod.ts", "../../../sync/mod.ts"]
  .map((path) => JSON.stringify(new URL(path, import.meta.url).href));

const SOURCE = `
import { SharedMemory } from ${MODULES[0]};
import { Mutex } from ${MODULES[1]};
const [path, role] = Deno.args;
// Linked from here: /proc is another one in the namespace.
const { bytes } = SharedMemory.open(path).map();
const mutex = Mutex.open(bytes, 64);
console.log(Deno.pid, mutex.heldHere);
if (role === "holds") {
  using guard = mutex.lock();
  console.log("holds");
  Deno.stdin.readSync(new Uint8Array(1));
} else {
  try {
    mutex.lock({ timeoutMs: 20 });
  } catch (error) {
    console.log(error.code);
  }
  console.log(mutex.heldHere, mutex.tryLock());
  const waiting = mutex.lockAsync();
  console.log("waits");
  console.log((await waiting).ownerDied);
}
`;

Deno.test(needing(
  ["unshare", "native"],
  "two programs that are thread 1 of their PID namespaces wait for each other's mutex",
  async () => {
    const { SharedMemory } = await import("../../../mod.ts");
    const { randomName } = await import("../../helpers/names.ts");
    const name = randomName();
    using memory = SharedMemory.create(name, { size: 4096 });
    using cleanup = new DisposableStack();
    cleanup.defer(() => memory.unlink());
    using mapping = memory.map();
    Mutex.create(mapping.bytes, 64);
    const file = Deno.makeTempFileSync({ suffix: ".ts" });
    cleanup.defer(() => Deno.removeSync(file));
    Deno.writeTextFileSync(file, SOURCE);
    const start = (role: string) => {
      const args = [name, role];
      const command = denoRun(file, { args, permissions: ["-A"] });
      return Program.start(["unshare", "-p", "-f", "--mount-proc", ...command]);
    };
    await using holder = start("holds");
    assertEquals(await holder.line(), "1 false");
    assertEquals(await holder.line(), "holds");
    await using waiter = start("waits");
    const lines = [];
    for (let count = 0; count < 4; count++) lines.push(await waiter.line());
    assertEquals(lines, ["1 false", "ETIMEDOUT", "false null", "waits"]);
    await holder.tell("go on");
    assertEquals(await waiter.line(), "false");
  },
));

Deno.test("a mutex whose word has the number of this thread is not held here unless it was taken here", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, 64);
  const guard = mutex.lock();
  // What another container's thread with the same number would write.
  memory.bytes.copyWithin(256, 64, 128);
  guard.unlock();
  const other = Mutex.open(memory.bytes, 256);
  assertEquals([other.heldHere, other.tryLock()], [false, null]);
});

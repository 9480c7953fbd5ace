/**
 * Locks that a program holds when `deno run --watch` starts it again: the thread
 * lives on, so the kernel does not free them.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Mutex, ReadWriteLock } from "../../../sync/mod.ts";
import { ROOT, runDeno } from "../../helpers/deno.ts";
import { Name } from "../../helpers/channel/ends.ts";
import { needing } from "../../helpers/needs.ts";
import { Watched } from "../../helpers/sync/watched.ts";

/** Takes all that is there, says how it was left, and is ended in the middle. */
const holding = (start: string) => `
import { SharedMemory } from "${new URL("mod.ts", ROOT)}";
import { Mutex, ReadWriteLock } from "${new URL("sync/mod.ts", ROOT)}";
const memory = SharedMemory.open(Deno.args[0]);
const mapping = memory.map();
const guards = [
  Mutex.open(mapping.bytes, 0).lock({ timeoutMs: 20_000 }),
  Mutex.open(mapping.bytes, 64).lock({ timeoutMs: 20_000 }),
  ReadWriteLock.open(mapping.bytes, 128).write({ timeoutMs: 20_000 }),
];
const more = Mutex.open(mapping.bytes, 64).tryLock();
console.log("start ${start}");
console.log(guards.map((guard) => guard.ownerDied) + ", " + (more !== null));
setInterval(() => {}, 1000);
`;

Deno.test(needing(
  ["native"],
  "Locks that are held when `deno run --watch` starts a program again are told as those of a dead owner",
  async () => {
    using name = new Name();
    using memory = SharedMemory.create(name.text, { size: 5003 });
    using mapping = memory.map();
    const mutex = Mutex.create(mapping.bytes, 0);
    Mutex.create(mapping.bytes, 64, { recursive: true });
    ReadWriteLock.create(mapping.bytes, 128, { slots: 3 });
    await using watched = await Watched.start(name.text, holding);
    await watched.restart(0);
    // On a loaded machine it may have been started twice by now.
    const first = await watched.program.line();
    assertEquals(first.endsWith(", true"), true, first);
    assertEquals(mutex.tryLock(), null);
    await watched.restart(1);
    assertEquals(await watched.program.line(), "true,true,true, true");
    // Another process that waits is woken, though nobody has died.
    const waiting = mutex.lockAsync({ timeoutMs: 60_000 });
    for (let round = 2;; round++) {
      const restarted = watched.restart(round);
      const guard = await Promise.race([waiting, restarted]);
      if (guard !== undefined) {
        assertEquals(guard.ownerDied, true);
        guard.unlock();
        await restarted;
      }
      const line = await watched.program.line();
      assertEquals(line.endsWith("true,true, true"), true, line);
      if (guard !== undefined) break;
      // It started again before the other one had woken: once more.
    }
  },
));

Deno.test("A guard that is released after the library has given its lock up causes an error, not a crash", async () => {
  const { code, signal, stdout, stderr } = await runDeno(`
    import { SharedMemory } from "mod.ts";
    import { Mutex, ReadWriteLock } from "${new URL("sync/mod.ts", ROOT)}";
    const memory = SharedMemory.anonymous({ size: 5003 });
    const mapping = memory.map();
    const recursive = Mutex.create(mapping.bytes, 64, { recursive: true });
    const guards = [
      Mutex.create(mapping.bytes, 0).lock(),
      recursive.lock(),
      recursive.lock(),
      ReadWriteLock.create(mapping.bytes, 128).read(),
    ];
    addEventListener("unload", () => {
      for (const guard of guards) {
        try {
          guard.unlock();
          console.log("released");
        } catch (error) {
          console.log(error.name, error.message);
        }
      }
      console.log(mapping.closed);
    });
  `);
  const expected = "BadResource Cannot unlock mutex: " +
    "its memory was unmapped, or transferred to another owner\n";
  assertEquals({ code, signal, stdout }, {
    code: 0,
    signal: null,
    stdout: expected.repeat(4) + "true\n",
  }, stderr);
});

/**
 * The list of held locks that the kernel walks at a thread's death, shared with
 * C code of the same thread.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { compile } from "../../helpers/cc.ts";
import { runDeno } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { Mutex } from "../../../sync/mod.ts";
import { randomBelow } from "../../helpers/seed.ts";

const SYNC = new URL("../../../sync/mod.ts", import.meta.url).href;
const RANGE =
  new URL("../../../memory/mapping/mapped_range.ts", import.meta.url).href;
const LIBRARY = "tests/peers/c/locks/robust_library.c";

Deno.test(needing(
  ["cc", "native"],
  "the list of a thread stays whole when C code takes and releases locks between ours, and ours too, in any order",
  async () => {
    const library = await compile(LIBRARY, ["-shared", "-fPIC"]);
    const seed = randomBelow(2 ** 32);
    const { code, stdout, stderr } = await runDeno(
      `
      import { SharedMemory } from "mod.ts";
      import { Mutex } from ${JSON.stringify(SYNC)};
      const { symbols: c } = Deno.dlopen(Deno.args[0], {
        prepare: { parameters: [], result: "i32" },
        take: { parameters: ["i32"], result: "i32" },
        give: { parameters: ["i32"], result: "i32" },
        drop: { parameters: ["buffer"], result: "i32" },
        retake: { parameters: ["buffer"], result: "i32" },
        entries: { parameters: [], result: "i32" },
      });
      c.prepare();
      const { bytes } = SharedMemory.anonymous({ size: 4096 }).map();
      const ours = [0, 1, 2, 3, 4, 5].map((i) => Mutex.create(bytes, 64 * i));
      const guards = new Array(6).fill(null);
      const dropped = new Array(6).fill(false);
      const theirs = new Array(8).fill(false);
      const unlock = (i) => {
        const code = dropped[i] ? "EINVAL" : undefined;
        let told;
        try {
          guards[i].unlock();
        } catch (error) {
          told = error.code;
        }
        if (told !== code) throw new Error(\`unlock tells \${told} for \${code}\`);
        guards[i] = null;
        dropped[i] = false;
      };
      let state = Number(Deno.args[1]);
      const next = (limit) => {
        state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
        return (state >>> 8) % limit;
      };
      for (let round = 0; round < 3000; round++) {
        if (next(2) === 0) {
          const i = next(6);
          if (guards[i] === null) guards[i] = ours[i].lock({ timeoutMs: 0 });
          else if (next(3) > 0) unlock(i);
          else {
            // As a function does that waits for a condition meanwhile.
            const act = dropped[i] ? c.retake : c.drop;
            if (act(bytes.subarray(64 * i))) throw new Error("C fails beside us");
            dropped[i] = !dropped[i];
          }
        } else {
          const i = next(8);
          if (theirs[i] ? c.give(i) : c.take(i)) throw new Error("C fails");
          theirs[i] = !theirs[i];
        }
        const held = guards.filter((guard, i) => guard && !dropped[i]).length + theirs.filter(Boolean).length;
        const entries = c.entries();
        if (entries !== held) throw new Error(\`\${entries} of \${held} in round \${round}\`);
      }
      console.log("whole");
      `,
      { args: [library.path, `${seed}`] },
    );
    assertEquals([code, stdout, stderr, seed], [0, "whole\n", "", seed]);
  },
));

/** Programs of which C code releases a lock, and what they print. */
const DROPPED: readonly (readonly [string, string, string])[] = [
  [
    "a lock that C code of the thread released is still known while another one is taken",
    `const ga = a.lock();
    drop(first);
    const gb = b.lock();
    told(() => first.unmap());
    told(() => gb.unlock());
    told(() => ga.unlock());
    told(() => first.unmap());`,
    "Busy\nok\nEINVAL\nok\n",
  ],
  [
    "a lock taken later, which C code of the thread released, outlasts the release of an earlier one",
    `const ga = a.lock();
    const gb = b.lock();
    drop(second);
    told(() => ga.unlock());
    told(() => second.unmap());
    told(() => gb.unlock());
    told(() => second.unmap());
    console.log(a.heldHere, b.heldHere);`,
    "ok\nBusy\nEINVAL\nok\nfalse false\n",
  ],
  ...[["a", "b"], ["b", "a"]].map(([lost, kept]) =>
    [
      `a lock that C code of the thread released and another thread took, the ${
        lost === "a" ? "first" : "second"
      } of two, is left alone when the other one is released`,
      `const guards = { a: a.lock(), b: b.lock() };
    const { bytes } = { a: first, b: second }.${lost};
    drop({ bytes });
    // As the other thread has it, among others of its own.
    new Int32Array(bytes.buffer)[0] = 1;
    new BigInt64Array(bytes.buffer).set([0x7654_3210n, 0x6543_2100n], 3);
    const before = bytes.slice();
    told(() => guards.${kept}.unlock());
    console.log(before.every((byte, i) => byte === bytes[i]));
    told(() => guards.${lost}.unlock());
    console.log(before.every((byte, i) => byte === bytes[i]));
    told(() => ${kept}.lock().unlock());`,
      "ok\ntrue\nEINVAL\ntrue\nok\n",
    ] as const
  ),
  [
    "a lock that C code of the thread released and took again, behind another one's, is freed where it stands",
    `const ga = a.lock();
    const gb = b.lock();
    drop(first);
    retake(first);
    told(() => gb.unlock());
    told(() => first.unmap());
    told(() => ga.unlock());
    told(() => a.lock().unlock());
    told(() => first.unmap());`,
    "ok\nBusy\nok\nok\nok\n",
  ],
  [
    "the guard of a lock that C code of the thread released and has taken elsewhere releases nothing",
    `const ga = a.lock();
    drop(first);
    const { bytes: again } = SharedMemory.openPath(memory.path).map();
    retake({ bytes: again });
    told(() => ga.unlock());
    console.log(new Int32Array(again.buffer)[0] !== 0);
    drop({ bytes: again });
    told(() => a.lock().unlock());`,
    "EINVAL\ntrue\nok\n",
  ],
  [
    "a lock whose memory was unmapped all the same is told as gone",
    `const ga = a.lock();
    const gb = b.lock();
    regionOf(first).release();
    told(() => ga.unlock());
    told(() => gb.unlock());
    told(() => b.lock().unlock());`,
    "BadResource\nok\nok\n",
  ],
  [
    "a lock taken behind one whose memory was unmapped all the same is released",
    `const ga = a.lock();
    const gb = b.lock();
    regionOf(first).release();
    told(() => gb.unlock());
    told(() => ga.unlock());
    told(() => b.lock().unlock());`,
    "ok\nBadResource\nok\n",
  ],
];

for (const [behaviour, program, printed] of DROPPED) {
  Deno.test(needing(["native"], behaviour, async () => {
    const { code, signal, stdout, stderr } = await runDeno(
      `
      import { SharedMemory } from "mod.ts";
      import { Mutex } from ${JSON.stringify(SYNC)};
      import { mappedRange } from ${JSON.stringify(RANGE)};
      const { symbols: c } = Deno.dlopen("libc.so.6", {
        pthread_mutex_lock: { parameters: ["buffer"], result: "i32" },
        pthread_mutex_unlock: { parameters: ["buffer"], result: "i32" },
      });
      const memory = SharedMemory.anonymous({ size: 4096 });
      const first = memory.map();
      const second = SharedMemory.anonymous({ size: 4096 }).map();
      const [a, b] = [first, second].map(({ bytes }) => Mutex.create(bytes));
      const check = (result) => {
        if (result !== 0) throw new Error(\`C says \${result}\`);
      };
      const drop = ({ bytes }) => check(c.pthread_mutex_unlock(bytes));
      const retake = ({ bytes }) => check(c.pthread_mutex_lock(bytes));
      const regionOf = ({ bytes }) => mappedRange(bytes, "test").region;
      const told = (act) => {
        try {
          act();
          console.log("ok");
        } catch (error) {
          console.log(error.code ?? error.name);
        }
      };
      ${program}
      `,
    );
    assertEquals([code, signal, stdout, stderr], [0, null, printed, ""]);
  }));
}

Deno.test(needing(
  ["native"],
  "a killed thread's locks are all freed, in whatever order it took and released them",
  async () => {
    using memory = testMemory();
    const mutexes = Array.from(
      { length: 60 },
      (_, index) => Mutex.create(memory.bytes, 64 * index),
    );
    const { signal } = await runDeno(
      `
      import { SharedMemory } from "mod.ts";
      import { Mutex } from ${JSON.stringify(SYNC)};
      const { bytes } = SharedMemory.openPath(Deno.args[0]).map();
      const guards = Array.from({ length: 60 }, (_, i) => Mutex.open(bytes, 64 * i).lock());
      for (let i = 0; i < 60; i += 3) guards[i].unlock();
      for (let i = 0; i < 60; i += 9) Mutex.open(bytes, 64 * i).lock();
      Deno.kill(Deno.pid, "SIGKILL");
      `,
      { args: [memory.path], permissions: ["-A"] },
    );
    assertEquals(signal, "SIGKILL");
    mutexes.forEach((mutex, index) => {
      const guard = mutex.tryLock();
      assert(guard !== null, `mutex ${index}`);
      assertEquals(guard.ownerDied, index % 3 !== 0 || index % 9 === 0);
      guard.unlock();
    });
  },
));

Deno.test(needing(
  ["native"],
  "a thread is refused more locks than the kernel would free, and those that it has are freed at its death",
  async () => {
    const { code, stdout, stderr } = await runDeno(
      `
      import { SharedMemory, isSystemError } from "mod.ts";
      import { Mutex, ReadWriteLock } from ${JSON.stringify(SYNC)};
      const [path] = Deno.args;
      const memory = path ? SharedMemory.openPath(path) : SharedMemory.anonymous({ size: 3000 * 64 });
      const { bytes } = memory.map();
      if (path) {
        let held = 0;
        try {
          for (; held < 3000; held++) Mutex.open(bytes, held * 64).lock();
        } catch (error) {
          console.log(held, error.code, /holds 2000 locks/.test(error.message));
        }
        Deno.kill(Deno.pid, "SIGKILL");
      }
      for (let i = 0; i < 3000; i++) Mutex.create(bytes, i * 64);
      const { stdout } = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", import.meta.filename, memory.path],
      }).outputSync();
      console.log(new TextDecoder().decode(stdout).trim());
      let died = 0;
      for (let i = 0; i < 3000; i++) {
        using guard = Mutex.open(bytes, i * 64).tryLock();
        if (guard?.ownerDied) died++;
        else if (guard === null) console.log("stuck", i);
      }
      console.log(died);
      `,
      { permissions: ["-A"] },
    );
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, "2000 EAGAIN true\n2000\n");
  },
));

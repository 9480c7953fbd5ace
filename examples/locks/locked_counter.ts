// deno run --allow-ffi --allow-read --allow-write --allow-run examples/locks/locked_counter.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Ten processes count together under a lock, and one is killed while it holds
// it. The next one is told, repairs what was half-written, and nothing is lost.

import { SharedMemory } from "../../mod.ts";
import { Mutex, notify, wait, waitAsync } from "../../sync/mod.ts";

const [PROCESSES, TIMES] = [10, 1000];
const PERMISSIONS = ["--allow-ffi", "--allow-read", "--allow-write"];
// Words behind the 64 bytes of the mutex. Who counts adds 1 to COUNT and then
// to CHECK: where they differ, someone died in between.
const [COUNT, CHECK, STUCK, REPAIRS] = [16, 17, 18, 19];

/** Takes the lock, and repairs what an owner that died has half-written. */
function lock(mutex: Mutex, words: Int32Array): Disposable {
  const guard = mutex.lock();
  if (guard.ownerDied) {
    words[COUNT] = words[CHECK]!;
    words[REPAIRS]!++;
  }
  return guard;
}

function count(bytes: Uint8Array<ArrayBuffer>, victim: boolean): void {
  const words = new Int32Array(bytes.buffer);
  const mutex = Mutex.open(bytes);
  for (let i = 0; i < TIMES; i++) {
    using _guard = lock(mutex, words);
    words[COUNT]!++;
    if (victim && i === TIMES / 2) {
      Atomics.store(words, STUCK, 1);
      notify(words, STUCK);
      // Again, because a wait may end although nobody changed the word.
      while (Atomics.load(words, STUCK) === 1) wait(words, STUCK, 1);
    }
    words[CHECK]!++;
  }
}

async function start(): Promise<void> {
  using memory = SharedMemory.anonymous({ size: 4096 });
  using mapping = memory.map();
  const words = new Int32Array(mapping.bytes.buffer);
  const mutex = Mutex.create(mapping.bytes);
  const children = Array.from({ length: PROCESSES }, (_, number) => {
    const role = number === 0 ? "victim" : "counter";
    const args = ["run", ...PERMISSIONS, import.meta.url, memory.path ?? ""];
    return new Deno.Command(Deno.execPath(), { args: [...args, role] }).spawn();
  });
  // Again, as above: who is killed too early has not counted half of it.
  let waited = "ok";
  while (Atomics.load(words, STUCK) === 0 && waited !== "timed-out") {
    waited = await waitAsync(words, STUCK, 0, { timeoutMs: 60_000 });
  }
  children[0]?.kill("SIGKILL");
  if (waited === "timed-out") throw new Error("Nobody was stuck");
  for (const child of children) await child.status;
  const expected = (PROCESSES - 1) * TIMES + TIMES / 2;
  // The others may have been done before it died: then this is the next one.
  using _guard = lock(mutex, words);
  console.log(`counted ${words[COUNT]} of ${expected}`);
  console.log(`repaired ${words[REPAIRS]} time`);
}

try {
  const [path, role] = Deno.args;
  if (path === undefined) {
    await start();
  } else {
    using memory = SharedMemory.openPath(path);
    using mapping = memory.map();
    count(mapping.bytes, role === "victim");
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

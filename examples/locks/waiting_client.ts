// deno run --allow-ffi examples/locks/waiting_client.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Hands each letter that is typed, with Enter, to waiting_server.ts, and waits
// until it was shown before it hands over the next, up to a q.

import { shmat, shmdt, shmget } from "../../mod.ts";
import { notify, wait } from "../../sync/mod.ts";

const [ENTER, Q] = [10, 113];

function type(key: number): void {
  if (!Number.isInteger(key)) {
    throw new Error("Usage: waiting_client.ts [KEY]");
  }
  const id = shmget(key, 4, 0o666);
  using cleanup = new DisposableStack();
  const memory = cleanup.adopt(shmat(id), shmdt);
  const words = new Int32Array(memory.buffer, 0, 1);

  const typed = new Uint8Array(1);
  while (Deno.stdin.readSync(typed) !== null) {
    const [letter = 0] = typed;
    if (letter === ENTER) continue;
    Atomics.store(words, 0, letter);
    notify(words, 0);
    // Looks again after each wake-up: one may be late, for the letter before.
    while (Atomics.load(words, 0) === letter) {
      if (wait(words, 0, letter, 60_000) === "timed-out") {
        throw new Error("The server does not answer");
      }
    }
    if (letter === Q) break;
  }
}

try {
  type(Number(Deno.args[0] || 1235));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

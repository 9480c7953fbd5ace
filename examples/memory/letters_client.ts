// deno run --allow-ffi examples/memory/letters_client.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Puts each letter that is typed, with Enter, into the segment that
// letters_server.ts made with key 1234 (or the key given), until it is a q.

import { shmat, shmdt, shmget } from "../../mod.ts";

const [ENTER, Q] = [10, 113];

function type(key: number): void {
  if (!Number.isInteger(key)) throw new Error("Usage: letters_client.ts [KEY]");
  // Size 0: the segment is there, and the server has chosen its size.
  const id = shmget(key, 0, 0o666);
  using cleanup = new DisposableStack();
  const memory = cleanup.adopt(shmat(id), shmdt);

  const typed = new Uint8Array(1);
  while (Deno.stdin.readSync(typed) !== null) {
    const [letter = 0] = typed;
    if (letter === ENTER) continue;
    Atomics.store(memory, 0, letter);
    if (letter === Q) break;
  }
}

try {
  type(Number(Deno.args[0] || 1234));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

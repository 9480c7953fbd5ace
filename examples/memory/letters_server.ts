// deno run --allow-ffi examples/memory/letters_server.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Shows each letter that letters_client.ts puts into the segment with key 1234
// (or the key given), until it is a q.

import {
  IPC_CREAT,
  IPC_RMID,
  shmat,
  shmctl,
  shmdt,
  shmget,
} from "../../mod.ts";

async function serve(key: number): Promise<void> {
  if (!Number.isInteger(key)) throw new Error("Usage: letters_server.ts [KEY]");
  using cleanup = new DisposableStack();
  const id = shmget(key, 1, IPC_CREAT | 0o666);
  cleanup.defer(() => shmctl(id, IPC_RMID));
  const memory = cleanup.adopt(shmat(id), shmdt);
  memory[0] = 0;

  let letter = "\0";
  while (letter !== "q") {
    // A letter that is overwritten within the pause is lost. Waiting on the
    // word (the synchronisation layer) wakes at once, and a queue loses none.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = String.fromCharCode(Atomics.load(memory, 0));
    if (now === letter) continue;
    console.log(`You pressed ${now}`);
    letter = now;
  }
}

try {
  await serve(Number(Deno.args[0] || 1234));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

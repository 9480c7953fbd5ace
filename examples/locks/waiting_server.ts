// deno run --allow-ffi examples/locks/waiting_server.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Shows each letter that waiting_client.ts is told, until it is a q: without a
// pause between looks, and without losing one that comes quickly.

import {
  IPC_CREAT,
  IPC_RMID,
  shmat,
  shmctl,
  shmdt,
  shmget,
} from "../../mod.ts";
import { notify, waitAsync } from "../../sync/mod.ts";

async function serve(key: number): Promise<void> {
  if (!Number.isInteger(key)) {
    throw new Error("Usage: waiting_server.ts [KEY]");
  }
  using cleanup = new DisposableStack();
  // A word: the letter that comes next, 0 once it was shown.
  const id = shmget(key, 4, IPC_CREAT | 0o666);
  cleanup.defer(() => shmctl(id, IPC_RMID));
  const memory = cleanup.adopt(shmat(id), shmdt);
  const words = new Int32Array(memory.buffer, 0, 1);

  let letter = "";
  while (letter !== "q") {
    await waitAsync(words, 0, 0);
    const code = Atomics.load(words, 0);
    if (code === 0) continue;
    letter = String.fromCharCode(code);
    console.log(`You pressed ${letter}`);
    Atomics.store(words, 0, 0);
    notify(words, 0);
  }
}

try {
  await serve(Number(Deno.args[0] || 1235));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

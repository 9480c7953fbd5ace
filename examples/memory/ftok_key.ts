// deno run --allow-ffi --allow-read examples/memory/ftok_key.ts FILE
// deno-lint-ignore-file no-console -- a program that shows what it does

// Finds a segment by a file that everyone knows. The first run leaves a message
// in it; the second, of this program or of its C twin, shows and removes it.

import { ftok, IPC_CREAT, IPC_RMID } from "../../mod.ts";
import { shmat, shmctl, shmdt, shmget } from "../../mod.ts";

function run(path: string | undefined): void {
  if (!path) throw new Error("Usage: ftok_key.ts FILE");
  const key = ftok(path, "A");
  const id = shmget(key, 1024, 0o644 | IPC_CREAT);
  console.log(`key 0x${(key >>> 0).toString(16)} has shm id ${id}`);
  using cleanup = new DisposableStack();
  const memory = cleanup.adopt(shmat(id), shmdt);

  if (memory[0] === 0) {
    new TextEncoder().encodeInto("Hello from Deno\0", memory);
    console.log("Left a message");
  } else {
    const text = memory.subarray(0, memory.indexOf(0));
    console.log(`Found a message: ${new TextDecoder().decode(text)}`);
    shmctl(id, IPC_RMID);
  }
}

try {
  run(Deno.args[0]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

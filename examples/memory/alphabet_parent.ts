// deno run --allow-ffi --allow-run examples/memory/alphabet_parent.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Writes the alphabet for a child. Deno cannot fork, so the child is a program
// that attaches the segment by its id: alphabet_child.ts, or the command given.

import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID } from "../../mod.ts";
import { shmat, shmctl, shmdt, shmget } from "../../mod.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const CHILD = new URL("alphabet_child.ts", import.meta.url).href;
const COMMAND = [Deno.execPath(), "run", "--allow-ffi", CHILD];

async function parent([program = "", ...args]: string[]): Promise<void> {
  using cleanup = new DisposableStack();
  const id = shmget(IPC_PRIVATE, 27, IPC_CREAT | IPC_EXCL | 0o600);
  cleanup.defer(() => shmctl(id, IPC_RMID));
  const memory = cleanup.adopt(shmat(id), shmdt);

  const child = new Deno.Command(program, { args: [...args, `${id}`] }).spawn();
  // New memory is zero, so the text ends by itself. The child waits for the z:
  // an atomic store makes the letters before it visible first.
  new TextEncoder().encodeInto(LETTERS.slice(0, 25), memory);
  Atomics.store(memory, 25, LETTERS.charCodeAt(25));
  console.log(`Writing: ${LETTERS}`);
  const { code } = await child.status;
  if (code !== 0) throw new Error(`The child failed with exit code ${code}`);
}

try {
  await parent(Deno.args.length > 0 ? Deno.args : COMMAND);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

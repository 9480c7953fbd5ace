// deno run --allow-ffi examples/memory/id_server.ts ID
// deno-lint-ignore-file no-console -- a program that shows what it does

// Attaches the segment whose id id_client.ts shows, and sets its number to 200.

import { shmat, shmdt } from "../../mod.ts";

function run(id: number): void {
  if (!Number.isInteger(id)) throw new Error("Usage: id_server.ts ID");
  console.log(`Id is ${id}`);
  const memory = shmat(id);
  const number = new Int32Array(memory.buffer, 0, 1);
  console.log(`Attached--> Mem contents ${Atomics.load(number, 0)}`);
  Atomics.store(number, 0, 200);
  console.log(`Changed mem is now ${Atomics.load(number, 0)}`);
  shmdt(memory);
  console.log("Detachment 0");
}

try {
  run(Number(Deno.args[0] || NaN));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

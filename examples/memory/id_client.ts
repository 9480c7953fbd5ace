// deno run --allow-ffi examples/memory/id_client.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Makes a segment without a key and waits for Enter, while id_server.ts changes
// the number in it.

import { Segment } from "../../mod.ts";

function run(): void {
  using cleanup = new DisposableStack();
  const segment = cleanup.use(Segment.create({ size: 10, mode: 0o666 }));
  cleanup.defer(() => {
    segment.remove();
    console.log("Removed 0");
  });
  console.log(`Allocated with shm id ${segment.id}`);
  using mapping = segment.attach();
  // An int at the start; ten bytes are not a whole number of them.
  const number = new Int32Array(mapping.bytes.buffer, 0, 1);
  console.log(`Attached --> Mem contents ${Atomics.load(number, 0)}`);
  Atomics.store(number, 0, 100);

  Deno.stdout.writeSync(new TextEncoder().encode("Start other process-->"));
  // A person tells when it is done; the synchronisation layer's wait on the
  // word would notice by itself.
  Deno.stdin.readSync(new Uint8Array(256));
  console.log(`mem is now ${Atomics.load(number, 0)}`);
}

try {
  run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

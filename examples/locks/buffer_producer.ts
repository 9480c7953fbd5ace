// deno run --allow-ffi examples/locks/buffer_producer.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Puts numbers into a buffer with four places, for buffer_consumer.ts to take
// out. One semaphore counts the free places, another those that are filled, so
// that each side sleeps exactly while it has to. Start this one first.

import { SharedMemory } from "../../mod.ts";
import { Semaphore } from "../../sync/mod.ts";

// In bytes: the two semaphores, and the places, of one word each.
const [FREE, FILLED, BUFFER] = [0, 32, 64];
const PLACES = 4;

function produce(name: string): void {
  using cleanup = new DisposableStack();
  const size = BUFFER + 4 * PLACES;
  const memory = cleanup.use(SharedMemory.create(name, { size }));
  cleanup.defer(() => memory.unlink());
  const { bytes } = cleanup.use(memory.map());
  const places = new Int32Array(bytes.buffer, BUFFER, PLACES);
  const free = Semaphore.createAt(bytes, FREE, { value: PLACES });
  const filled = Semaphore.createAt(bytes, FILLED);

  console.log("Producing");
  for (let i = 0; i <= 20; i++) {
    free.wait();
    // A 0 says that no more will come.
    places[i % PLACES] = i < 20 ? (i + 1) ** 2 : 0;
    filled.post();
  }
  console.log("Produced 20 numbers");
}

try {
  produce(Deno.args[0] ?? "/buffer");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

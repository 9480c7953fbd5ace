// deno run --allow-ffi examples/locks/buffer_consumer.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Takes the numbers out of the buffer that buffer_producer.ts fills, and adds
// them up, until there is a 0.

import { SharedMemory } from "../../mod.ts";
import { Semaphore } from "../../sync/mod.ts";

const [FREE, FILLED, BUFFER] = [0, 32, 64];
const PLACES = 4;

async function consume(name: string): Promise<void> {
  using memory = SharedMemory.open(name, { size: BUFFER + 4 * PLACES });
  using mapping = memory.map();
  const { bytes } = mapping;
  const places = new Int32Array(bytes.buffer, BUFFER, PLACES);
  const free = Semaphore.openAt(bytes, FREE);
  const filled = Semaphore.openAt(bytes, FILLED);

  let sum = 0;
  for (let i = 0;; i++) {
    // Without blocking: other tasks of this program would go on.
    await filled.waitAsync();
    const number = places[i % PLACES] ?? 0;
    free.post();
    if (number === 0) break;
    sum += number;
  }
  console.log(`Consumed numbers with the sum ${sum}`);
}

try {
  await consume(Deno.args[0] ?? "/buffer");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

// deno run --allow-ffi examples/memory/segment_tour.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// One segment from its creation to its end: attach, ask for its size, write,
// detach, attach again at an address of our own choice, read, remove.

import { Segment } from "../../mod.ts";

const OWN_ADDRESS = 0x5000000n;

function tour(): void {
  using cleanup = new DisposableStack();
  const segment = cleanup.use(Segment.create({ size: 0x6400 }));
  cleanup.defer(() => segment.remove());
  {
    using mapping = segment.attach();
    const address = mapping.address.toString(16);
    console.log(`shared memory attached at address 0x${address}`);
    console.log(`segment size: ${segment.status().size}`);
    new TextEncoder().encodeInto("Hello, world.\0", mapping.bytes);
  }
  // Detached by the end of the block; the segment and its text are still there.
  using mapping = segment.attach({ address: OWN_ADDRESS });
  const address = mapping.address.toString(16);
  console.log(`shared memory reattached at address 0x${address}`);
  const text = mapping.bytes.subarray(0, mapping.bytes.indexOf(0));
  console.log(new TextDecoder().decode(text));
}

try {
  tour();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

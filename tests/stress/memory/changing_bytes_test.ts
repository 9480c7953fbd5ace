// Text is decoded, and numbers are sorted, while another thread changes the bytes. The
// engine reads them twice; what this library decodes, and the ways that the documentation
// names for programs, are copies.

import { assertEquals } from "../../../deps.ts";
import { needing } from "../../helpers/needs.ts";
import { survive } from "../../helpers/memory/child_report.ts";

Deno.test(needing(
  ["native"],
  "text() and the safe ways of sorting and decoding live on under a writer",
  async () => {
    const seen = await survive(
      `
const length = 300_000;
using memory = shmem.SharedMemory.anonymous({ size: length });
const source = \`
const LENGTH = \${length};
onmessage = async ({ data: [url, path, stop] }) => {
  const { SharedMemory } = await import(url);
  const { bytes } = SharedMemory.openPath(path).map();
  const texts = ["A", String.fromCharCode(0x20ac)].map((text) =>
    new TextEncoder().encode(text.repeat(LENGTH)).subarray(0, LENGTH)
  );
  postMessage("ready");
  for (let i = 0; Atomics.load(stop, 0) === 0; i++) {
    bytes.set(texts[i % 2]);
    if (i % 7 === 0) crypto.getRandomValues(bytes.subarray(0, 65536));
  }
};\`;
const stop = new Int32Array(new SharedArrayBuffer(4));
const worker = new Worker(URL.createObjectURL(new Blob([source])), { type: "module" });
await new Promise((resolve, reject) => { worker.onmessage = resolve; worker.onerror = reject; worker.postMessage([MOD, memory.path, stop]); });
using reader = memory.map({ access: "read" });
using writable = memory.map();
const end = performance.now() + 6000;
let rounds = 0;
while (performance.now() < end) {
  reader.bytes.text();
  new TextDecoder().decode(writable.bytes.slice());
  writable.view(Float64Array, 0, 5000).slice().sort();
  writable.view(Int32Array, 0, 5000).toSorted();
  rounds++;
}
see("rounds", () => rounds > 5);
Atomics.store(stop, 0, 1);
worker.terminate();
`,
    );
    assertEquals(seen, { "rounds": "true" });
  },
));

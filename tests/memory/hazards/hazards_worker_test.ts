/** Workers: each opens libc itself, and may own memory that came from another. */

import { assertEquals } from "../../../deps.ts";
import { survive } from "../../helpers/memory/child_report.ts";

/** Program text: starts a worker from source, with `MOD` at hand. */
const START = `
const start = (source) => new Worker(
  URL.createObjectURL(new Blob(["import * as shmem from '" + MOD + "';\\n" + source], { type: "text/javascript" })),
  { type: "module" },
);
const message = (worker) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => (event.preventDefault(), reject(new Error(event.message)));
});
`;

Deno.test("Memory that was transferred to a worker stays mapped when it is closed here, and the worker goes on", async () => {
  const seen = await survive(`${START}
const worker = start(\`
onmessage = ({ data }) => {
  const bytes = new Uint8Array(data);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 7;
  postMessage(bytes.length);
};
postMessage("ready");
\`);
await message(worker);
for (const kind of ["memory", "segment"]) {
  const memory = shmem.SharedMemory.anonymous({ size: 90_001 });
  const segment = shmem.Segment.create({ size: 90_001, removeOnLastDetach: true });
  const map = () => kind === "memory" ? memory.map() : segment.attach();
  using watching = map();
  const given = map();
  const { bytes } = given;
  worker.postMessage(bytes.buffer, [bytes.buffer]);
  see(kind + ": close", () => given[Symbol.dispose]());
  see(kind + ": close again", () => kind === "memory" ? shmem.munmap(bytes) : shmem.shmdt(bytes));
  see(kind + ": here", () => bytes.length);
  memory.close();
  segment.close();
  await seeLater(kind + ": in the worker", () => message(worker));
  see(kind + ": seen here", () => watching.bytes.every((byte) => byte === 7));
}
worker.terminate();
await turn();
`);
  for (const kind of ["memory", "segment"]) {
    assertEquals(seen[`${kind}: close`], "TypeError");
    assertEquals(seen[`${kind}: close again`], "TypeError");
    assertEquals(seen[`${kind}: here`], "0");
    assertEquals(seen[`${kind}: in the worker`], "90001");
    assertEquals(seen[`${kind}: seen here`], "true");
  }
});

Deno.test("A worker may be terminated while it holds memory, writes to it, and has errors of its own", async () => {
  const seen = await survive(`${START}
using memory = shmem.SharedMemory.anonymous({ size: 9004 });
using mapping = memory.map();
const words = new Int32Array(mapping.bytes.buffer);
for (let i = 0; i < 3; i++) {
  const worker = start(\`
const mapping = shmem.SharedMemory.openPath("\${memory.path}").map();
const segment = shmem.Segment.create({ size: 5003, removeOnLastDetach: true });
const attached = segment.attach({ access: "read" });
const words = new Int32Array(mapping.bytes.buffer);
try {
  shmem.SharedMemory.open("/shmem-test-none");
} catch (error) {
  postMessage(error.code);
}
setInterval(() => Atomics.add(words, 0, 1) + attached.bytes.at(0), 1);
\`);
  await seeLater("error " + i, () => message(worker));
  const count = Atomics.load(words, 0);
  while (Atomics.load(words, 0) === count) await turn();
  worker.terminate();
}
see("here", () => shmem.SharedMemory.open("/shmem-test-none"));
see("bytes", () => (words[2250] = 42, words[2250]));
`);
  assertEquals(seen, {
    "error 0": "ENOENT",
    "error 1": "ENOENT",
    "error 2": "ENOENT",
    "here": "NotFound ENOENT",
    "bytes": "42",
  });
});

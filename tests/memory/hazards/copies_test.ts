// Two copies of the library, or a worker, in one process: one must not cut a file short
// under the mapping of the other.

import { assertEquals } from "../../../deps.ts";
import { needing } from "../../helpers/needs.ts";
import { readableCopy } from "../../helpers/limits.ts";
import { survive } from "../../helpers/memory/child_report.ts";

for (const other of ["another copy", "a worker"] as const) {
  Deno.test(needing(
    ["native"],
    `resize() is refused while ${other} has more mapped`,
    async () => {
      const map = `
      const { MappedFile, SharedMemory } = await import(url);
      const fileMapping = MappedFile.open(path, { access: "read-write" }).map();
      const windowMapping = MappedFile.open(path).map({ offset: 8192, length: 5 });
      const memoryMapping = SharedMemory.openPath(memoryPath).map();
      const touch = () => fileMapping.bytes.fill(1)[20_000] + memoryMapping.bytes.fill(1)[20_000] + windowMapping.bytes.at(4);
    `;
      const seen = await survive(
        `
const path = Deno.makeTempFileSync();
Deno.writeFileSync(path, new Uint8Array(20_480));
const memory = shmem.SharedMemory.anonymous({ size: 20_480, resizable: true });
const memoryPath = memory.path;
const url = ${
          other === "another copy"
            ? JSON.stringify(readableCopy().module)
            : "MOD"
        };
let touchThere;
${
          other === "another copy"
            ? `${map} touchThere = async () => touch();`
            : `
const source = \`onmessage = async ({ data: [url, path, memoryPath] }) => {
  if (url !== undefined) { ${map} globalThis.touch = touch; }
  postMessage(touch());
};\`;
const worker = new Worker(URL.createObjectURL(new Blob([source])), { type: "module" });
const ask = (message) => new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); worker.postMessage(message); });
await ask([url, path, memoryPath]);
touchThere = () => ask([]);`
        }
using file = shmem.MappedFile.open(path, { access: "read-write" });
see("file", () => file.resize(100));
see("to its last page", () => file.resize(17_000));
see("memory", () => memory.resize(100));
await seeLater("touch", touchThere);
see("longer", () => { file.resize(30_000); return file.size; });
${other === "a worker" ? "worker.terminate();" : ""}
Deno.removeSync(path);
`,
      );
      assertEquals(seen, {
        "file": "Busy",
        // Bytes behind the end, in the page that it lies in, may be touched.
        "to its last page": "undefined",
        "memory": "Busy",
        "touch": "3",
        "longer": "30000",
      });
    },
  ));
}

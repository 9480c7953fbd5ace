import { assertEquals } from "../../../deps.ts";
import { needing } from "../../helpers/needs.ts";
import { survive } from "../../helpers/memory/child_report.ts";

Deno.test(needing(
  ["native"],
  "an object or file called [stack] does not hide where the stack grows",
  async () => {
    const seen = await survive(
      `
const folder = Deno.makeTempDirSync();
const path = folder + "/file [stack]";
Deno.writeFileSync(path, new Uint8Array(4096));
using file = shmem.MappedFile.open(path);
using low = file.map();
const name = "/shmem-test-" + Deno.pid + "-x [stack]";
using memory = shmem.SharedMemory.create(name, { size: 4096 });
using other = memory.map();
const lines = Deno.readTextFileSync("/proc/self/maps").split("\\n");
const stack = lines.find((line) => / 00:00 0 +\\[stack\\]$/.test(line));
const start = BigInt("0x" + stack.split("-")[0]);
see("named like it", () => lines.filter((line) => line.endsWith("[stack]")).length);
see("below it", () => shmem.mmap(null, { length: 4096, address: start - 4096n, fixed: true }));
const deep = (n) => n && 1 + deep(n - 1);
see("recursion", () => { try { return deep(5000); } catch { return "deep enough"; } });
memory.unlink();
Deno.removeSync(folder, { recursive: true });
`,
      { flags: ["--allow-all"] },
    );
    assertEquals(seen, {
      "named like it": "3",
      "below it": "RangeError",
      "recursion": "5000",
    });
  },
));

import { assert, assertEquals } from "../../../deps.ts";
import { needing } from "../../helpers/needs.ts";
import { survive } from "../../helpers/memory/child_report.ts";

const KINDS = {
  "map()": "memory.map()",
  "mmap()": "shmem.mmap(null, { length: 4096 })",
  "attach()": "segment.attach()",
};

for (const [kind, make] of Object.entries(KINDS)) {
  Deno.test(needing(
    ["native"],
    `${kind} ends with ENOMEM some way before the kernel's limit of mappings`,
    async () => {
      const seen = await survive(
        `
using memory = shmem.SharedMemory.anonymous({ size: 4096 });
using segment = shmem.Segment.create({ size: 4096, removeOnLastDetach: true });
const kept = [];
const limit = Number(Deno.readTextFileSync("/proc/sys/vm/max_map_count"));
try {
  // Every second page by itself: neighbours would be one mapping to the kernel.
  for (;;) kept.push(${make});
} catch (error) {
  seen.error = error.code + " " + error.syscall;
  seen.says = String(error.message.includes("vm.max_map_count"));
}
const count = Deno.readTextFileSync("/proc/self/maps").split("\\n").length;
seen.left = String(limit - count);
// The engine has what it needs.
const busy = Array.from({ length: 200 }, (_, i) => new Uint8Array(2 ** 20).fill(i));
see("goes on", () => busy.length);
see("and ends again", () => { try { kept.push(${make}); } catch (error) { return error.code; } });
for (const each of kept) each.unmap?.();
see("after unmapping", () => { if (kept[0].unmap) { const made = ${make}; made.unmap(); } return "fine"; });
`,
        { flags: ["--allow-all"] },
      );
      const { left, ...rest } = seen;
      assertEquals(rest, {
        "error": kind === "attach()" ? "ENOMEM shmat" : "ENOMEM mmap",
        "says": "true",
        "goes on": "200",
        "and ends again": "ENOMEM",
        "after unmapping": "fine",
      });
      assert(Number(left) >= 900 && Number(left) <= 1100, left);
    },
  ));
}

/** Kernels and sandboxes that have no `futex_waitv`. */

import { assert, assertEquals } from "../../../deps.ts";
import { compile } from "../../helpers/cc.ts";
import { ROOT } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { survive } from "../../helpers/memory/child_report.ts";

/** Errors that the call gives where it is missing, or cannot sleep. */
const ERRORS = { ENOSYS: 38, EPERM: 1, "ENOMEM as soon as it sleeps": -12 };

/** Waits in every way, then idles, and notes how much CPU that took. */
const PROGRAM = `
import { notify, waitAsync } from "${new URL("sync/mod.ts", ROOT)}";
using memory = shmem.SharedMemory.anonymous({ size: 4097 });
using mapping = memory.map();
const words = new Int32Array(mapping.bytes.buffer, 0, 9);
const controller = new AbortController();
const { signal } = controller;
const both = [
  seeLater("woken", () => waitAsync(words, 0, 0)),
  seeLater("aborted", () => waitAsync(words, 1, 0, { signal })),
];
setTimeout(() => {
  Atomics.store(words, 0, 1);
  notify(words, 0);
  controller.abort(new RangeError());
}, 30);
await Promise.all(both);
await seeLater("late", () => waitAsync(words, 1, 0, { timeoutMs: 20 }));
const ticks = () => {
  const { stdout } = new Deno.Command("cat", { args: ["/proc/" + Deno.pid + "/stat"] }).outputSync();
  const fields = new TextDecoder().decode(stdout).split(") ")[1].split(" ");
  return Number(fields[11]) + Number(fields[12]);
};
const before = ticks();
await seeLater("idle", () => waitAsync(words, 1, 0, { timeoutMs: 1000 }));
see("ticks", () => ticks() - before);
`;

for (const [name, number] of Object.entries(ERRORS)) {
  Deno.test(needing(
    ["cc", "native"],
    `waitAsync() keeps its promises without futex_waitv, and spends no time on it, where it fails with ${name}`,
    async () => {
      const launcher = await compile("tests/peers/c/libc/without_waitv.c");
      const seen = await survive(PROGRAM, {
        flags: ["--allow-ffi", "--allow-read", "--allow-write", "--allow-run"],
        through: [launcher.path, String(number)],
      });
      const { ticks, ...results } = seen;
      assertEquals(results, {
        woken: "ok",
        aborted: "RangeError",
        late: "timed-out",
        idle: "timed-out",
      });
      // A loop around a call that fails at once would take a hundred.
      assert(Number(ticks) < 30, `${ticks} ticks of 10 ms`);
    },
  ));
}

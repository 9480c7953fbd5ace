/** Blocking waits under signals whose handlers interrupt system calls. */

import { assertEquals } from "../../../deps.ts";
import { compile } from "../../helpers/cc.ts";
import { runDeno } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";

const URLS = ["sync", "queue"]
  .map((layer) => new URL(`../../../${layer}/mod.ts`, import.meta.url).href);

Deno.test(needing(
  ["cc", "native"],
  "blocking waits go on after signals that interrupt their system calls",
  async () => {
    const library = await compile(
      "tests/peers/c/locks/interrupting_library.c",
      ["-shared", "-fPIC"],
    );
    const { code, stdout, stderr } = await runDeno(
      `
      import { SharedMemory } from "mod.ts";
      import { Semaphore, SemaphoreSet, wait } from ${JSON.stringify(URLS[0])};
      import { MessageQueue, SystemMessageQueue } from ${
        JSON.stringify(URLS[1])
      };
      const { symbols: c } = Deno.dlopen(Deno.args[0], {
        interrupt: { parameters: [], result: "i32" },
        interrupted: { parameters: [], result: "i32" },
      });
      if (c.interrupt() !== 0) throw new Error("the handler is not there");
      // Another process interrupts this thread, while it waits.
      const sender = new Deno.Command("sh", {
        args: ["-c", "while kill -USR1 " + Deno.pid + "; do sleep 0.01; done"],
        stderr: "null",
      }).spawn();
      using memory = SharedMemory.anonymous({ size: 4096 });
      using mapping = memory.map();
      const words = new Int32Array(mapping.bytes.buffer);
      const semaphore = Semaphore.createAt(mapping.bytes, 64);
      using set = SemaphoreSet.create({ values: [0] });
      using posix = MessageQueue.create("/" + crypto.randomUUID(), { maxMessageLength: 64 });
      posix.unlink();
      using system = SystemMessageQueue.create();
      const timeoutMs = 150;
      const waits = {
        wait: () => wait(words, 0, 0, { timeoutMs }),
        semaphore: () => semaphore.wait({ timeoutMs }),
        set: () => set.operate([{ index: 0, delta: -1 }], { timeoutMs }),
        posix: () => posix.receive({ timeoutMs }),
        system: () => system.receive({ timeoutMs }),
      };
      try {
        for (const [name, wait] of Object.entries(waits)) {
          let told;
          // Where the machine is busy, few signals come in the time: once more.
          for (let i = 0; i < 50 && !told?.endsWith("true true"); i++) {
            const before = c.interrupted();
            const start = performance.now();
            const result = wait();
            const whole = performance.now() - start >= timeoutMs - 1;
            told = [name, String(result), whole, c.interrupted() - before > 2].join(" ");
            if (!whole) break;
          }
          console.log(told);
        }
      } finally {
        set.remove();
        system.remove();
        sender.kill("SIGKILL");
        await sender.status;
      }
      `,
      { args: [library.path], permissions: ["--allow-ffi", "--allow-run=sh"] },
    );
    assertEquals(
      { stdout, stderr },
      {
        stdout: [
          "wait timed-out true true",
          "semaphore timed-out true true",
          "set timed-out true true",
          "posix null true true",
          "system null true true",
          "",
        ].join("\n"),
        stderr: "",
      },
    );
    assertEquals(code, 0);
  },
));

/**
 * Locks of descriptors that a process has inherited and not closed yet.
 *
 * @module
 */

import { assertEquals } from "../../deps.ts";
import { compile } from "../helpers/cc.ts";
import { runDeno } from "../helpers/deno.ts";
import { namesOf } from "../helpers/names.ts";
import { needing } from "../helpers/needs.ts";

const CHANNEL = new URL("../../channel/mod.ts", import.meta.url).href;
const STORE = new URL("../../store/mod.ts", import.meta.url).href;

Deno.test(needing(
  ["cc", "native"],
  "what is closed is free at once, though a process that was just started has its descriptor",
  async () => {
    const flags = ["-shared", "-fPIC"];
    const library = await compile(
      "tests/peers/c/libc/forking_library.c",
      flags,
    );
    using names = namesOf();
    const { code, stdout, stderr } = await runDeno(
      `
      import { FileLock, SharedMemory } from "mod.ts";
      import { Publisher, Receiver, Sender } from ${JSON.stringify(CHANNEL)};
      import { Latest } from ${JSON.stringify(STORE)};
      const { symbols: c } = Deno.dlopen(Deno.args[0], {
        start: { parameters: [], result: "i32" },
        end: { parameters: [], result: "i32" },
      });
      const [, start] = Deno.args;
      const makers = {
        Receiver: (name) => Receiver.create(name, { ifExists: "open" }),
        Sender: (name) => Sender.create(name, { ifExists: "open" }),
        Publisher: (name) => Publisher.create(name, { ifExists: "open" }),
        Latest: (name) => {
          const latest = Latest.create(name, { byteLength: 8, ifExists: "open" });
          latest.write(new Uint8Array(8));
          return latest;
        },
      };
      for (const [what, make] of Object.entries(makers)) {
        const first = make(start + what);
        if (c.start() !== 1) throw new Error("no process");
        try {
          first.close();
          make(start + what).close();
        } finally {
          c.end();
        }
      }
      console.log("free");
      `,
      { args: [library.path, names.start] },
    );
    assertEquals([code, stdout, stderr], [0, "free\n", ""]);
  },
));

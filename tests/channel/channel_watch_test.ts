/**
 * Channels in a program that `deno run --watch` starts again: the process stays,
 * and what the program before had open must not be in the way.
 *
 * @module
 */

import { assertEquals } from "../../deps.ts";
import { Receiver, Sender } from "../../channel/mod.ts";
import { denoRun, ROOT } from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";
import { Program } from "../peers/program.ts";
import { until } from "../sync/size.ts";
import { Name } from "./ends.ts";

const source = (round: number) => `
import { Receiver } from "${new URL("channel/mod.ts", ROOT)}";
const receiver = Receiver.create(Deno.args[0], {
  ifExists: "open",
  keepOpen: true,
});
console.log("round ${round}");
for await (const { bytes } of receiver) console.log("got " + bytes[0]);
`;

Deno.test(needing(
  ["native"],
  "Receiver.create() works after each restart of `deno run --watch`, and messages come",
  async () => {
    using name = new Name();
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      await Deno.writeTextFile(file, source(0));
      const [deno = "", run = "", ...rest] = denoRun(file, {
        args: [name.text],
      });
      await using program = Program.start([
        ...[deno, run, "--watch", "--no-clear-screen", ...rest],
      ]);
      for (let round = 0; round < 3; round++) {
        if (round > 0) await Deno.writeTextFile(file, source(round));
        assertEquals(await program.line(), `round ${round}`);
        using sender = await Sender.waitFor(name.text);
        await until(() => sender.hasReceiver, "it receives");
        sender.trySend(new Uint8Array([round + 7]));
        assertEquals(await program.line(), `got ${round + 7}`);
      }
    } finally {
      await Deno.remove(file);
    }
    // The last program is killed; the channel goes on.
    using receiver = Receiver.open(name.text);
    assertEquals(receiver.closed, false);
  },
));

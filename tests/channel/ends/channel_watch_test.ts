/**
 * Channels and locks in a program that `deno run --watch` starts again: the process
 * stays, and what the program before had open must not be in the way.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { ROOT } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Watched } from "../../helpers/sync/watched.ts";
import { until } from "../../helpers/sync/size.ts";
import { Name } from "../../helpers/channel/ends.ts";

/** A receiver that says with each message how many pipes the process has. */
const receiving = (start: string) => `
import { Receiver } from "${new URL("channel/mod.ts", ROOT)}";
const receiver = Receiver.create(Deno.args[0], {
  ifExists: "open",
  keepOpen: true,
});
console.log("start ${start}");
const isPipe = ({ name }: Deno.DirEntry) => {
  try {
    return Deno.readLinkSync("/proc/self/fd/" + name).startsWith("pipe:");
  } catch {
    return false;
  }
};
for await (const { bytes } of receiver) {
  const pipes = [...Deno.readDirSync("/proc/self/fd")].filter(isPipe);
  console.log("got " + bytes[0] + ", with pipes: " + pipes.length);
}
`;

Deno.test(needing(
  ["native"],
  "Receiver.create() works after each restart of `deno run --watch`, messages come, and no pipe stays behind",
  async () => {
    using name = new Name();
    const rounds = 4;
    /** Numbers of pipes at the messages of each round. */
    const counts: number[][] = [];
    {
      await using watched = await Watched.start(name.text, receiving);
      for (let round = 0; round < rounds; round++) {
        await watched.restart(round);
        using sender = await Sender.waitFor(name.text);
        await until(() => sender.hasReceiver, "it receives");
        const pipes: number[] = [];
        counts.push(pipes);
        for (let i = 0; i < 3; i++) {
          sender.trySend(new Uint8Array([round + i]));
          await watched.program.hear(`got ${round + i}, with pipes: `);
          pipes.push(Number(await watched.program.line()));
          // By the second message it sleeps in the event loop.
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
      }
    }
    // Some are opened only when it has slept; one that stayed behind at each
    // restart would count for as many as there were.
    const [first = []] = counts;
    const grown = Math.max(...counts.at(-1) ?? []) - Math.min(...first);
    assert(grown < rounds - 1, counts.join(" "));
    // The last program was killed; the channel goes on.
    using receiver = Receiver.open(name.text);
    assertEquals(receiver.closed, false);
  },
));

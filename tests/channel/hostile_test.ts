/**
 * Memory that holds anything at all, as a broken or hostile peer leaves it. The
 * work is done by a process of its own, so that a loop without an end is
 * noticed, and ends with it.
 */

import { assertEquals } from "../../deps.ts";
import { denoRun, projectPath } from "../helpers/deno.ts";
import { Program } from "../peers/program.ts";
import { times } from "../sync/size.ts";

/** What holds, by the name that the program knows it by. */
const PROMISES = {
  rings: "Ring buffers fail, loop and write outside their memory in no case",
  ringTrailers: "Ring buffers write nothing between the words of their trailer",
  ringTypes: "Ring buffers deliver no type that cannot be written",
  receivers:
    "Broadcast receivers read only the data area, and write nothing at all",
  transmitters: "BroadcastTransmitter writes nothing but records and positions",
} as const;

for (const [name, promise] of Object.entries(PROMISES)) {
  Deno.test(`${promise}, whatever the memory holds`, async () => {
    const script = projectPath("tests/peers/deno/hostile_channels.ts");
    const runs = String(times(4000));
    await using program = Program.start(
      denoRun(script, { permissions: ["--allow-read"], args: [name, runs] }),
    );
    const { code, stderr } = await program.end();
    assertEquals(code, 0, stderr);
  });
}

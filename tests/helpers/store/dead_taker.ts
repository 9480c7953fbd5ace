/** A process that is killed while it has a job. */

import { assert } from "../../../deps.ts";
import { denoRun, projectPath } from "../deno.ts";
import { Program } from "../peers/program.ts";

/** Lets another process take a job of a queue, and kills it. */
export async function killTaker(name: string): Promise<void> {
  const script = projectPath("tests/peers/deno/store/queue_peer.ts");
  await using taker = Program.start(denoRun(script, { args: ["hold", name] }));
  assert((await taker.line()).startsWith("took "));
  Deno.kill(taker.pid, "SIGKILL");
  await taker.end();
}

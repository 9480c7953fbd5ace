/**
 * What becomes of a command whose output has no place.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { type Ended, run } from "../../helpers/deno.ts";
import { shmemLine } from "../helpers.ts";

/** Runs a command with some of its outputs where there is no room. */
async function runFull(redirection: string): Promise<Ended> {
  const line = `exec "$@" ${redirection}`;
  return await run(["sh", "-c", line, "sh", ...shmemLine(["help"])]);
}

Deno.test("a command says that its output did not find room", async () => {
  const { code, stderr } = await runFull(">/dev/full");
  assertEquals(code, 1);
  assertEquals(
    stderr,
    "shmem: Cannot write the output: No space left on device (os error 28); what is there is not complete\n",
  );
});

Deno.test("a command that cannot even say so ends with the same status", async () => {
  const { code, stderr } = await runFull(">/dev/full 2>&1");
  assertEquals([code, stderr], [1, ""]);
});

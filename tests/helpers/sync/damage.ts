/**
 * A Deno program that uses locks whose bytes are overwritten, by itself or by a
 * program in C.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { compile } from "../cc.ts";
import { denoRun, projectPath, run } from "../deno.ts";
import { Program } from "../peers/program.ts";
import { testMemory } from "./memory.ts";
import { randomBelow } from "../seed.ts";

/** Where the blocks lie, and their length, as in `lock_damage.ts`. */
const [OFFSET, LENGTH] = [64, 320];

/** A seed, which the failure of a test shows. */
export function randomSeed(): number {
  return randomBelow(2 ** 32);
}

/** Runs it for so many rounds; it must end by itself, and well. */
export async function surviveDamage(
  rounds: number,
  seed: number,
  who: "self" | "peer",
): Promise<void> {
  using memory = testMemory();
  const script = projectPath("tests/peers/deno/locks/lock_damage.ts");
  const args = [memory.path, `${rounds}`, `${seed}`, who];
  const command = denoRun(script, { args });
  await using scribbler = who === "peer"
    ? await startScribbler(memory.path, seed)
    : undefined;
  const { code, signal, stdout, stderr } = await run(command);
  const seen = { seed, code, signal, stderr, stdout };
  assertEquals(seen, {
    seed,
    code: 0,
    signal: null,
    stderr: "",
    stdout: "lived\n",
  });
  await scribbler?.end();
}

async function startScribbler(path: string, seed: number): Promise<Program> {
  const program = await compile("tests/peers/c/locks/scribbler.c");
  const where = [`${OFFSET}`, `${LENGTH}`];
  const scribbler = Program.start([program.path, path, ...where, `${seed}`]);
  await scribbler.line();
  return scribbler;
}

/**
 * Inputs that showed something once, in a file for each target: one a line, in
 * hexadecimal digits.
 *
 * @module
 */

import { projectPath } from "../helpers/deno.ts";
import type { Target } from "./target.ts";

function pathOf({ name }: Target): string {
  return projectPath(`tests/fuzz/corpus/${name.replaceAll(" ", "_")}.txt`);
}

/** Loads the corpus of a target. */
export function loadCorpus(target: Target): Uint8Array[] {
  const text = Deno.readTextFileSync(pathOf(target));
  return text.split("\n").filter((line) => line !== "").map((line) =>
    Uint8Array.fromHex(line)
  );
}

/** Stores the corpus of a target. */
export function storeCorpus(
  target: Target,
  inputs: readonly Uint8Array[],
): void {
  const lines = inputs.map((bytes) => `${bytes.toHex()}\n`);
  Deno.writeTextFileSync(pathOf(target), lines.join(""));
}

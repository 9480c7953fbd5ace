/**
 * Compares this library with what it stands in for.
 *
 * deno task bench [NAME...]
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this program is there to print

import { undoOnSignals } from "../demo/undo.ts";
import { copy } from "./copy.ts";
import { create } from "./create.ts";
import { file } from "./file.ts";
import { getters } from "./getters.ts";
import { mutex } from "./mutex.ts";
import { ping } from "./ping.ts";
import { print, type Report } from "./report.ts";
import { syscalls } from "./syscalls.ts";
import { wake } from "./wake.ts";

const BENCHMARKS = new Map<string, () => Promise<Report>>([
  ["create", create],
  ["copy", copy],
  ["file", file],
  ["getters", getters],
  ["mutex", mutex],
  ["wake", wake],
  ["ping", ping],
  ["syscalls", syscalls],
]);

undoOnSignals();
const names = Deno.args.length > 0 ? Deno.args : [...BENCHMARKS.keys()];
const unknown = names.filter((name) => !BENCHMARKS.has(name));
if (unknown.length > 0) {
  const known = [...BENCHMARKS.keys()].join(", ");
  console.error(`There is no ${unknown.join(", ")}: choose from ${known}`);
  Deno.exit(1);
}
let met = true;
for (const name of names) {
  const run = BENCHMARKS.get(name);
  if (run !== undefined) met = print(await run()) && met;
}
console.log(met ? "\nAll goals were met." : "\nNot all goals were met.");

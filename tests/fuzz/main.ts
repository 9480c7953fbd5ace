/**
 * Fuzzes rings and broadcast buffers with hostile memory.
 *
 *     deno task fuzz [--seconds N] [--inputs N] [--seed S] [--save]
 *
 * It prints the seed, and last how often it saw what. What hangs or ends by a
 * signal is reported with its input. With `--save` the inputs that show all that
 * was seen become the corpus.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this program is there to print

import { parseArgs } from "node:util";
import { denoRun, projectPath } from "../helpers/deno.ts";

/** So long no round of inputs takes, on a machine that has other work, too. */
const SILENCE_MS = 600_000;
/** How often to tell how far it is. */
const TELL_MS = 60_000;

/** What the worker tells of its input, before it begins with it. */
const NOTE_LENGTH = 4096;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    inputs: { type: "string", default: "0" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    save: { type: "boolean", default: false },
  },
});
const numbers = [values.seed, values.seconds, values.inputs].map(Number);
if (!numbers.every((number) => Number.isInteger(number) && number >= 0)) {
  console.error("--seed, --seconds and --inputs take integers from 0 on");
  Deno.exit(2);
}
console.log(`seed ${values.seed}`);

const path = await Deno.makeTempFile({ prefix: "shmem-fuzz-" });
using _ = { [Symbol.dispose]: () => Deno.removeSync(path) };
await Deno.writeFile(path, new Uint8Array(NOTE_LENGTH));
const [command = "", ...args] = denoRun(projectPath("tests/fuzz/worker.ts"), {
  args: [path, ...numbers, Number(values.save)].map(String),
});
const child = new Deno.Command(command, { args, stdout: "piped" }).spawn();

let isSilent = false;
const fall = () => {
  isSilent = true;
  child.kill("SIGKILL");
};
let watch = setTimeout(fall, SILENCE_MS);
let report = "";
let nextTell = performance.now() + TELL_MS;
for await (
  const text of child.stdout.pipeThrough(new TextDecoderStream())
) {
  clearTimeout(watch);
  watch = setTimeout(fall, SILENCE_MS);
  report += text.replaceAll(/^alive \d+\n/gm, "");
  const [, count] = text.match(/^alive (\d+)\n/m) ?? [];
  if (count === undefined || performance.now() < nextTell) continue;
  nextTell += TELL_MS;
  console.log(`${count} inputs`);
}
clearTimeout(watch);
const { code, signal } = await child.status;
console.log(report);
if (isSilent || signal !== null) {
  const note = await Deno.readFile(path);
  const length = (note[0] ?? 0) | (note[1] ?? 0) << 8;
  const bytes = note.slice(2, 2 + length);
  const why = isSilent ? "hangs" : `ends by ${signal}`;
  console.error(`${why} with the input ${bytes.toHex()}`);
}
if (code !== 0) Deno.exitCode = 1;

/**
 * Shares a real file between processes, through shared memory and through
 * pipes, and compares the two.
 *
 * deno task demo [FILE]
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this program is there to print

import { formatBytes, Table } from "../deps.ts";
import { type Figures, measure } from "./measure.ts";
import { PART_COUNT } from "./parts.ts";
import { PIPING } from "./piping.ts";
import { SHARING } from "./sharing.ts";
import { SourceFile } from "./source_file.ts";
import { undoOnSignals } from "./undo.ts";

undoOnSignals();
try {
  const [path = Deno.execPath(), ...more] = Deno.args;
  if (more.length > 0) throw new TypeError("Usage: deno task demo [FILE]");
  await demonstrate(path);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

async function demonstrate(path: string): Promise<void> {
  const source = await SourceFile.find(path);
  const size = formatBytes(source.size);
  console.log(`${PART_COUNT} processes hash a part each of ${path}, ${size}.`);
  // It comes first, so that both ways find the file in the system's cache.
  const expected = await source.hash();
  const figures = await measure([SHARING, PIPING], source, expected);
  console.log(`\n${tableOf(figures)}\n
Time: from the file to the last hash, median of three; the processes were
started before.
Memory: what all ${
    PART_COUNT + 1
  } processes hold together, private memory (RssAnon) of
each and the shared memory once; idle before the work, and at the most
during it, in a run of its own. The pipes never hold the whole file.
Hash: ${expected}`);
  if (figures.some(({ agrees }) => !agrees)) {
    throw new Error("The hashes differ: not all bytes arrived as they are");
  }
}

function tableOf(figures: readonly Figures[]): string {
  const table = new Table({
    head: ["", "time", "bytes copied", "idle memory", "peak memory", "hash"],
    colAligns: ["left", "right", "right", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const { name, timeMs, copied, agrees, ...memory } of figures) {
    table.push([
      name,
      `${timeMs.toFixed(timeMs < 10 ? 1 : 0)} ms`,
      formatBytes(copied),
      show(memory.idleMemory),
      show(memory.peakMemory),
      agrees ? "as of the file" : "WRONG",
    ]);
  }
  return table.toString();
}

function show(byteLength: number | null): string {
  return byteLength === null ? "not known here" : formatBytes(byteLength);
}

/**
 * Gets the bytes of a real file to other processes, through shared memory,
 * pipes and a Unix socket, for jobs in which sharing is what one would choose,
 * and for one in which it is not.
 *
 * deno task demo [FILE]
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this program is there to print

import { formatBytes, loadTable } from "../deps.ts";
import { undoOnSignals } from "../tools/undo.ts";
import { JOBS } from "./jobs.ts";
import { type Figures, measure } from "./measure.ts";
import { SHARING } from "./sharing.ts";
import { SourceFile } from "./source_file.ts";
import { PIPING, SOCKET } from "./streaming.ts";

const WAYS = [SHARING, PIPING, SOCKET];

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
  console.log(`The bytes of ${path}, ${formatBytes(source.size)}`);
  // So that all ways find the file in the system's cache.
  await source.readAll();
  const Table = await loadTable();
  const table = new Table({
    head: ["job", "way", "time", "", "bytes copied", "memory"],
    colAligns: ["left", "left", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const job of JOBS) {
    const all: Figures[] = [];
    for (const way of WAYS) {
      progress(`${job.title}: ${way.name} …`);
      all.push(await measure(job, way, source));
    }
    const [shared] = all;
    for (const [index, figures] of all.entries()) {
      table.push(rowOf(index === 0 ? job.title : "", figures, shared));
    }
    if (all.some(({ results }) => results !== shared?.results)) {
      throw new Error(`The results differ in "${job.title}"`);
    }
  }
  progress("");
  console.log(`${table}
All ways found the same in every process.
Time: of the work; the processes were started before. Memory: private memory
(RssAnon) of all processes at the most, and the shared memory once.
Bytes that are read once go as well through a pipe: no process has to wait for
the whole, and nobody holds it. Sharing is for what several processes need,
again and again, or in pieces.`);
}

function rowOf(
  title: string,
  { name, timeMs, copied, memory }: Figures,
  shared: Figures | undefined,
): string[] {
  const ratio = shared === undefined || name === shared.name
    ? ""
    : `${(timeMs / shared.timeMs).toFixed(1)} ×`;
  return [
    title,
    name,
    `${timeMs.toFixed(timeMs < 10 ? 1 : 0)} ms`,
    ratio,
    formatBytes(copied),
    memory === null ? "not known here" : formatBytes(memory),
  ];
}

/** Shows what is under way, on a terminal alone. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  // Back to the start of the line, and clear it.
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[2K${text}`));
}

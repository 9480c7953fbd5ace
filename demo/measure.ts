/**
 * What each way of doing a job takes.
 *
 * @module
 */

import { peakMemoryDuring } from "../tools/private_memory.ts";
import { Crew } from "./crew.ts";
import type { Job } from "./jobs.ts";
import type { SourceFile } from "./source_file.ts";
import type { Way } from "./way.ts";

/** What one way of doing a job took. */
export interface Figures {
  /** How the table calls the way. */
  readonly name: string;
  /** From the start of the work to the last result, in milliseconds. */
  readonly timeMs: number;
  /** How many bytes were copied, over all processes. */
  readonly copied: number;
  /** What all processes held at the most, in bytes; null where nobody knows. */
  readonly memory: number | null;
  /** What the processes found. */
  readonly results: string;
}

/** Measures one way of doing a job, with processes that were started before. */
export async function measure(
  job: Job,
  way: Way,
  source: SourceFile,
): Promise<Figures> {
  await using opened = way.open();
  using crew = await Crew.start(job, way, opened.args);
  await crew.unlessOneFails(opened.connect(crew));
  let timeMs = 0;
  const { result, peak } = await peakMemoryDuring(crew.pids, async () => {
    const start = performance.now();
    const done = await crew.unlessOneFails(opened.work(job, source, crew));
    timeMs = performance.now() - start;
    return done;
  });
  return {
    name: way.name,
    timeMs,
    copied: result.copied,
    memory: peak === null ? null : peak + result.shared,
    results: JSON.stringify(result.results),
  };
}

/**
 * What each way of doing the work takes.
 *
 * @module
 */

import { Crew } from "./crew.ts";
import { combine } from "./parts.ts";
import { peakMemoryDuring, privateMemoryOf } from "./private_memory.ts";
import type { SourceFile } from "./source_file.ts";
import type { Way } from "./way.ts";

/** How often each way is timed; the median counts. */
const ROUNDS = 3;

/** What one way of doing the work took. */
export interface Figures extends Memory {
  /** How the table calls it. */
  readonly name: string;
  /** What it took in the middle one of its rounds, in milliseconds. */
  readonly timeMs: number;
  /** How many bytes were copied, over all processes. */
  readonly copied: number;
  /** Whether the hash was right in every round. */
  readonly agrees: boolean;
}

/** What all processes held together, in bytes; null where nobody knows. */
interface Memory {
  /** Before the work. */
  readonly idleMemory: number | null;
  /** At the most during the work, with what they share counted once. */
  readonly peakMemory: number | null;
}

/** What came of one round. */
interface Round {
  readonly timeMs: number;
  readonly digest: string;
  readonly copied: number;
}

/** Measures ways of doing the same work, each round after round in turn. */
export async function measure(
  ways: readonly Way[],
  source: SourceFile,
  expected: string,
): Promise<Figures[]> {
  // Looking at the memory takes time, so it gets a run of its own.
  const memories: Memory[] = [];
  for (const way of ways) memories.push(await observe(way, source));
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways) rounds.push(await time(way, source));
  }
  return ways.map((way, index) => {
    const own = rounds.filter((_, turn) => turn % ways.length === index);
    const [round] = own.toSorted((a, b) => a.timeMs - b.timeMs)
      .slice(Math.floor(ROUNDS / 2));
    const agrees = own.every(({ digest }) => digest === expected);
    return { name: way.name, ...round!, ...memories[index]!, agrees };
  });
}

async function observe(way: Way, source: SourceFile): Promise<Memory> {
  using crew = await Crew.start(way.program, way.permissions);
  const idleMemory = await privateMemoryOf(crew.pids);
  const work = () => way.work(source, crew);
  const { result, peak } = await peakMemoryDuring(crew.pids, work);
  // Its pages are reserved, so all of it is there from the start to the end.
  return { idleMemory, peakMemory: peak && peak + result.shared };
}

async function time(way: Way, source: SourceFile): Promise<Round> {
  using crew = await Crew.start(way.program, way.permissions);
  const start = performance.now();
  const { answers, copied } = await way.work(source, crew);
  const timeMs = performance.now() - start;
  return {
    timeMs,
    digest: combine(answers.map(({ digest }) => digest)),
    copied: answers.reduce((sum, answer) => sum + answer.copied, copied),
  };
}

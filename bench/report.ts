/**
 * What a benchmark found, and how it is shown.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this file is there to print

import { loadTable } from "../deps.ts";

const Table = await loadTable();

/** A ratio that is aimed at: at most, or at least, so much. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** One line of a table. */
export interface Line {
  /** What was measured. */
  readonly what: string;
  /** What this library took, with its unit. */
  readonly ours: string;
  /** What its peer took, with its unit. */
  readonly peer: string;
  /** The one by the other, as the report's {@linkcode Report.ratio} says. */
  readonly ratio: number;
  /** What the ratio should be; nothing where it is only to be seen. */
  readonly goal?: Goal;
}

/** What a chart shows. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  /** The first is this library. */
  readonly bars: readonly Bar[];
}

/** One bar of a chart. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** The value as it was printed. */
  readonly shown: string;
}

/** What one benchmark found. */
export interface Report {
  /** The question that it answers. */
  readonly question: string;
  /** What the library is compared with. */
  readonly peer: string;
  /** What is divided by what. */
  readonly ratio: string;
  readonly lines: readonly Line[];
  /** The same as a chart, where it helps. */
  readonly chart?: Chart;
  /** Goals that are no ratios. */
  readonly checks?: readonly Check[];
}

/** A goal that was met or not. */
export interface Check {
  /** What was looked at, and what it should be. */
  readonly what: string;
  /** Whether it is so. */
  readonly met: boolean;
}

/** Prints what was found, and tells whether every goal was met. */
export function print(report: Report): boolean {
  console.log(`\n${report.question}`);
  if (report.lines.length > 0) printTable(report);
  const { checks = [] } = report;
  for (const { what, met } of checks) {
    console.log(`${what}: ${met ? "yes" : "NO"}`);
  }
  return checks.every(({ met }) => met) &&
    report.lines.every(({ ratio, goal }) =>
      goal === undefined || isMet(ratio, goal)
    );
}

function printTable(report: Report): void {
  const table = new Table({
    head: ["", "shmem", report.peer, report.ratio, "goal", "met"],
    colAligns: ["left", "right", "right", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const { what, ours, peer, ratio, goal } of report.lines) {
    const [aim, verdict] = goal === undefined
      ? ["", ""]
      : [describe(goal), isMet(ratio, goal) ? "yes" : "NO"];
    table.push([what, ours, peer, ratio.toFixed(2), aim, verdict]);
  }
  console.log(table.toString());
}

function isMet(ratio: number, goal: Goal): boolean {
  return "atMost" in goal ? ratio <= goal.atMost : ratio >= goal.atLeast;
}

function describe(goal: Goal): string {
  return "atMost" in goal
    ? `at most ${goal.atMost}`
    : `at least ${goal.atLeast}`;
}

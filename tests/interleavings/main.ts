/**
 * Explores all protocols, looks for all mutants, and writes what came of it into
 * `docs/proof.md`.
 *
 * ```sh
 * deno task proof                 # all, and the tables of the document
 * deno task proof doorbell        # what has this in its name; writes nothing
 * ```
 *
 * @module
 */

import { fromFileUrl } from "../../deps.ts";
import {
  type Bounds,
  explore,
  holdsUnbroken,
  type Report,
} from "./machine/explore.ts";
import { MUTANTS } from "./mutants.ts";
import { type Proof, PROOFS, TEXTBOOK } from "./proofs.ts";

const DOCUMENT = fromFileUrl(new URL("../../docs/proof.md", import.meta.url));
/** More than one mutant may take. */
const MOST = 100_000;

const write = (text: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(text));

const number = (value: number) => value.toLocaleString("en-US");

function boundOf({ preemptions, random, seed }: Bounds): string {
  if (random !== undefined) return `at random, seed ${seed}`;
  return preemptions === undefined ? "all" : `${preemptions} preemptions`;
}

function resultOf(report: Report, { random }: Bounds): string {
  if (report.violation !== undefined) return `**${report.violation.message}**`;
  if (random !== undefined) return "holds";
  return report.complete ? "holds, all tried" : "holds as far as tried";
}

let failures = 0;
let total = 0;

/** One way of exploring one world, as a row. */
function row({ protocol, file, world }: Proof, bounds: Bounds): string {
  const start = performance.now();
  const report = explore(file, world, bounds);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  total += report.schedules;
  if (report.violation !== undefined) {
    failures++;
    write(`${protocol}: ${report.violation.message}\n`);
    write(`  ${report.violation.schedule}\n`);
  }
  const cells = [
    protocol,
    bounds.order ?? "x86-64",
    boundOf(bounds),
    number(report.schedules),
    number(report.deaths),
    `${seconds} s`,
    resultOf(report, bounds),
  ];
  const line = `| ${cells.join(" | ")} |`;
  write(`${line}\n`);
  return line;
}

function proofs(only: string): string {
  const lines = [
    "| protocol | memory order | bound | schedules | deaths | time | result |",
    "| --- | --- | --- | ---: | ---: | ---: | --- |",
  ];
  for (const proof of PROOFS) {
    if (!proof.protocol.includes(only)) continue;
    for (const bounds of proof.ways) lines.push(row(proof, bounds));
  }
  lines.push(`\n${number(total)} schedules in all.`);
  return lines.join("\n");
}

function textbook(only: string): string {
  const lines = [
    "| algorithm | memory order | schedules | result |",
    "| --- | --- | ---: | --- |",
  ];
  for (const { world, bounds, wrong } of TEXTBOOK) {
    if (!world.includes(only)) continue;
    const { schedules, violation } = explore("textbook.ts", world, bounds);
    if ((violation !== undefined) !== wrong) failures++;
    const result = violation?.message ?? "right";
    const line = `| ${world} | ${bounds.order} | ${
      number(schedules)
    } | ${result} |`;
    write(`${line}\n`);
    lines.push(line);
  }
  return lines.join("\n");
}

function mutants(only: string): string {
  const lines = [
    "| fault | in | memory order | schedules until found | seen as |",
    "| --- | --- | --- | ---: | --- |",
  ];
  for (const mutant of MUTANTS) {
    const { fault, file, world: [from, world], bounds } = mutant;
    if (!fault.includes(only)) continue;
    const report = explore(from, world, {
      most: MOST,
      ...bounds,
      edits: [mutant],
    });
    const { schedules, violation } = report;
    const isCause = violation !== undefined &&
      holdsUnbroken(from, world, bounds, schedules);
    if (!isCause) failures++;
    const seen = isCause
      ? violation.message.slice(0, 80)
      : violation === undefined
      ? "**not found**"
      : "**found without it, too**";
    const line = `| ${fault} | \`${file}\` | ${bounds.order} | ${
      number(schedules)
    } | ${seen} |`;
    write(`${line}\n`);
    lines.push(line);
  }
  return lines.join("\n");
}

/** Puts a table between its marks in the document. */
function put(document: string, name: string, table: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < 0) throw new Error(`the document has no ${start}`);
  return `${document.slice(0, from)}${start}\n\n${table}\n\n${
    document.slice(to)
  }`;
}

const [only = ""] = Deno.args;
const tables = {
  textbook: textbook(only),
  mutants: mutants(only),
  proofs: proofs(only),
};
if (only === "") {
  let document = Deno.readTextFileSync(DOCUMENT);
  for (const [name, table] of Object.entries(tables)) {
    document = put(document, name, table);
  }
  Deno.writeTextFileSync(DOCUMENT, document);
}
if (failures > 0) {
  write(`${failures} did not come out as they must\n`);
  Deno.exit(1);
}

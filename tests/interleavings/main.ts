/**
 * Explores all protocols, looks for all mutants, and writes what came of it into
 * `docs/proof.md`, row by row: so it may be run in pieces.
 *
 * ```sh
 * deno task proof                 # all
 * deno task proof doorbell        # what has this in its name
 * deno task proof "" 1/2          # one row of two, while another program does the rest
 * ```
 *
 * @module
 */

import { explore, holdsUnbroken } from "./machine/explore.ts";
import type { Bounds, Report } from "./machine/explore.ts";
import { MUTANTS } from "./mutants.ts";
import { editsOf } from "./mutants/mutant.ts";
import { PROOFS } from "./proofs.ts";
import { TEXTBOOK } from "./proofs/textbook.ts";
import { type Row, Table } from "./tables.ts";

/** More than one mutant may take. */
const MOST = 100_000;

const number = (value: number) => value.toLocaleString("en-US");

function boundOf({ preemptions, deaths = 0, random, seed }: Bounds): string {
  const kind = random !== undefined
    ? `at random, seed ${seed}`
    : preemptions === undefined
    ? "all"
    : `${preemptions} preemptions`;
  return deaths === 0 ? kind : `${kind}, ${deaths} death`;
}

function resultOf(report: Report, { random }: Bounds): string {
  if (report.violation !== undefined) return `**${report.violation.message}**`;
  if (random !== undefined) return "holds";
  return report.complete ? "holds, all tried" : "holds as far as tried";
}

let failures = 0;

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function textbook(): Row[] {
  return TEXTBOOK.map(({ world, bounds, wrong }) => ({
    key: [world, bounds.order ?? "x86-64"],
    run() {
      const { schedules, violation } = explore("textbook.ts", world, bounds);
      if ((violation !== undefined) !== wrong) failures++;
      return [number(schedules), violation?.message ?? "right"];
    },
  }));
}

function mutants(): Row[] {
  return MUTANTS.map((mutant) => {
    const { fault, file, world: [from, world], bounds } = mutant;
    return {
      key: [fault, `\`${file}\``, bounds.order ?? "x86-64"],
      run() {
        const all = { most: MOST, ...bounds, edits: editsOf(mutant) };
        const { schedules, violation } = explore(from, world, all);
        if (violation === undefined) {
          failures++;
          return [number(schedules), "**not found**"];
        }
        if (!holdsUnbroken(from, world, bounds, schedules)) {
          failures++;
          return [number(schedules), "**found without it, too**"];
        }
        const [seen = ""] = violation.message.split("\n");
        return [number(schedules), seen.replaceAll("|", "\\|").slice(0, 80)];
      },
    };
  });
}

function proofs(): Row[] {
  return PROOFS.flatMap(({ protocol, file, world, ways }) =>
    ways.map((bounds) => ({
      key: [protocol, bounds.order ?? "x86-64", boundOf(bounds)],
      run() {
        const start = performance.now();
        const report = explore(file, world, bounds);
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        if (report.violation !== undefined) {
          failures++;
          say(`${report.violation.message}\n  ${report.violation.schedule}`);
        }
        return [
          number(report.schedules),
          number(report.deaths),
          `${seconds} s`,
          resultOf(report, bounds),
        ];
      },
    }))
  );
}

const TABLES = [
  new Table("textbook", textbook(), {
    keys: ["algorithm", "memory order"],
    results: ["schedules", "result"],
  }),
  new Table("mutants", mutants(), {
    keys: ["fault", "in", "memory order"],
    results: ["schedules until found", "seen as"],
  }),
  new Table("proofs", proofs(), {
    keys: ["protocol", "memory order", "bound"],
    results: ["schedules", "deaths", "time", "result"],
    total: "schedules in all",
  }),
];

const [only = "", part = "1/1"] = Deno.args;
const [which = 1, parts = 1] = part.split("/").map(Number);
let place = 0;
for (const table of TABLES) {
  table.write();
  for (const row of table.rows) {
    if (!row.key.some((cell) => cell.includes(only))) continue;
    if (++place % parts !== which % parts) continue;
    const results = row.run();
    table.put(row, results);
    say([...row.key, ...results].join(" | "));
  }
}
if (failures > 0) {
  say(`${failures} did not come out as they must`);
  Deno.exit(1);
}

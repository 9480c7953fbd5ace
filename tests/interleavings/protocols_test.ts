/** A share of what `deno task proof` explores, small enough for every run. */

import { assert, assertEquals } from "../../deps.ts";
import { ALL_ROUNDS } from "../helpers/sync/size.ts";
import { explore, holdsUnbroken } from "./machine/explore.ts";
import { MUTANTS } from "./mutants.ts";
import { editsOf } from "./mutants/mutant.ts";
import { PROOFS } from "./proofs.ts";

/** So many schedules of each world in an order of memory. */
const SHARE = 5;
/** Mutants that are found within a moment; the last ones are tried in every run. */
const QUICK = [
  ...["M10", "M15", "M16", "M17", "M12", "no room is kept", "its length"],
  ...["second look of a receiver", "may be seen before the intent"],
  ...[
    "about to be taken",
    "marks nothing",
    "taken by a plain store",
    "moved by a plain store",
    "freed by a plain store",
  ],
];

for (const [index, { protocol, file, world, ways }] of PROOFS.entries()) {
  Deno.test(`${protocol}: holds in every schedule of a share`, () => {
    const deaths = ways.some(({ deaths = 0 }) => deaths > 0) ? 1 : 0;
    // Less of those worlds of which the whole is less, too.
    const { most = Infinity } = ways[0]!;
    const share = Math.max(1, Math.min(SHARE, most / 500));
    const first = { preemptions: 1, deaths, most: share };
    const chance = { deaths, random: share, seed: 11 };
    const all = [
      { ...first, order: "x86-64" },
      { ...chance, order: "aarch64" },
      { ...first, order: "aarch64" },
      { ...chance, order: "x86-64" },
    ] as const;
    for (const bounds of ALL_ROUNDS ? all : [all[index % 2]!]) {
      const { violation, schedules } = explore(file, world, bounds);
      assertEquals(violation, undefined);
      assert(schedules > 0);
    }
  });
}

for (const mutant of MUTANTS) {
  const { fault, world: [file, world], bounds } = mutant;
  const quick = ALL_ROUNDS ? QUICK : QUICK.slice(-3);
  if (!quick.some((name) => fault.includes(name))) continue;
  Deno.test(`explore() notices that ${fault}`, () => {
    const report = explore(file, world, {
      most: 3000,
      ...bounds,
      edits: editsOf(mutant),
    });
    assert(report.violation !== undefined);
    assert(holdsUnbroken(file, world, bounds, report.schedules));
  });
}

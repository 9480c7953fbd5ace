/** A share of what `deno task proof` explores, small enough for every run. */

import { assert, assertEquals } from "../../deps.ts";
import { explore, holdsUnbroken } from "./machine/explore.ts";
import { MUTANTS } from "./mutants.ts";
import { editsOf } from "./mutants/mutant.ts";
import { PROOFS } from "./proofs.ts";

/** So many schedules of each world, half of them at random. */
const SHARE = 8;
/** Mutants that are found within a moment. */
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

for (const { protocol, file, world, ways } of PROOFS) {
  Deno.test(`${protocol}: holds in every schedule of a share`, () => {
    const deaths = ways.some(({ deaths = 0 }) => deaths > 0) ? 1 : 0;
    // Less of those worlds of which the whole is less, too.
    const { most = Infinity } = ways[0]!;
    const share = Math.max(1, Math.min(SHARE, most / 500));
    for (const order of ["x86-64", "aarch64"] as const) {
      const first = { order, preemptions: 1, deaths, most: share };
      const chance = { order, deaths, random: share, seed: 11 };
      for (const bounds of [first, chance]) {
        const { violation, schedules } = explore(file, world, bounds);
        assertEquals(violation, undefined);
        assert(schedules > 0);
      }
    }
  });
}

for (const mutant of MUTANTS) {
  const { fault, world: [file, world], bounds } = mutant;
  if (!QUICK.some((name) => fault.includes(name))) continue;
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

/** The machine that explores interleavings, tested with what is known. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  fromFileUrl,
} from "../../../deps.ts";
import {
  explore,
  printTrace,
  replay,
} from "../../interleavings/machine/explore.ts";
import { MUTANTS } from "../../interleavings/mutants.ts";
import { editsOf } from "../../interleavings/mutants/mutant.ts";
import { TEXTBOOK } from "../../interleavings/proofs/textbook.ts";

for (const { world, bounds, wrong } of TEXTBOOK) {
  const { order } = bounds;
  const verdict = wrong ? "wrong" : "right";
  Deno.test(`explore() finds ${world} ${verdict} where memory is ${order}`, () => {
    const report = explore("textbook.ts", world, bounds);
    assertEquals(report.violation !== undefined, wrong);
    if (!wrong) assert(report.complete);
  });
}

Deno.test("replay() comes to the same end as the schedule that was printed", () => {
  const bounds = { order: "x86-64" } as const;
  const { violation } = explore("textbook.ts", "dekkerWithout", bounds);
  assert(violation !== undefined);
  const { schedule, message } = violation;
  const again = replay("textbook.ts", "dekkerWithout", bounds, schedule);
  assertEquals(again.violation?.message, message);
  const trace = printTrace(again.trace);
  assertMatch(trace, /first +store at 0: 0 -> 1 \(waits\)/);
  assertStringIncludes(trace, "tests/interleavings/worlds/textbook.ts:");
});

Deno.test("replay() comes to the same end where a participant dies and loads are old", () => {
  const names = ["(M10)", "M17", "second look of a receiver may be early"];
  for (const name of names) {
    const mutant = MUTANTS.find(({ fault }) => fault.includes(name));
    assert(mutant !== undefined);
    const { world: [file, world] } = mutant;
    const bounds = { ...mutant.bounds, edits: editsOf(mutant) };
    const { violation } = explore(file, world, bounds);
    assert(violation !== undefined, name);
    const again = replay(file, world, bounds, violation.schedule);
    assertEquals(again.violation?.message, violation.message);
  }
});

Deno.test("explore() finds the same faults when it forgets what it has met", () => {
  // At random nothing is left out because it was met before.
  for (const name of ["seqlockOnce", "treiberWithoutCount", "dekkerWithout"]) {
    const bounds = { order: "x86-64", random: 3000, seed: 5 } as const;
    const { violation } = explore("textbook.ts", name, bounds);
    assert(violation !== undefined, name);
  }
});

Deno.test("explore() walks the same way from the same seed", () => {
  const walk = (seed: number) =>
    explore("channel/rings.ts", "manyToOneOfTwo", { random: 20, seed });
  assertEquals(walk(3), walk(3));
  assert(walk(3).last !== walk(4).last);
});

Deno.test("explore() refuses a participant that keeps something from run to run", () => {
  const edits = [{
    file: "tests/interleavings/worlds/textbook.ts",
    find: "const own = new Int32Array(1);",
    replace: "const own = new Int32Array(1); const kept = { runs: 0 };",
  }, {
    file: "tests/interleavings/worlds/textbook.ts",
    find: "    flags[2] = other;",
    replace: "    flags[2 + kept.runs++ % 2] = other;",
  }];
  const report = explore("textbook.ts", "petersonWith", { edits });
  assertMatch(report.violation?.message ?? "", /does not repeat itself/);
});

Deno.test("the world in the document is the one that is explored", () => {
  const url = new URL("../../../docs/proof.md", import.meta.url);
  const document = Deno.readTextFileSync(fromFileUrl(url));
  const file = new URL(
    "../../interleavings/worlds/example.ts",
    import.meta.url,
  );
  const example = Deno.readTextFileSync(fromFileUrl(file));
  assertStringIncludes(document, `\`\`\`ts ignore\n${example}\`\`\``);
  assert(example.split("\n").length < 60);
  const report = explore("example.ts", "mailboxWorld", { preemptions: 1 });
  assertEquals(report.violation, undefined);
  assert(report.complete);
});

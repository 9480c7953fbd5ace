/**
 * What the documents say is so: each block of code runs and prints what it
 * promises, and what they link to exists.
 *
 * @module
 */

import { assert, assertEquals, dirname, join } from "../../deps.ts";
import {
  type Block,
  blocksOf,
  documents,
  expectedLines,
  withImports,
  withNames,
} from "../helpers/blocks.ts";
import { projectPath, runDeno } from "../helpers/deno.ts";
import { randomName } from "../helpers/names.ts";
import { needing } from "../helpers/needs.ts";
import { pause } from "../helpers/sync/size.ts";

const PERMISSIONS = [
  "--allow-ffi",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env=SHMEM_TEST_EMULATOR",
];

/** Longer than what any of the programs does by itself takes. */
const LATE_MS = 2500;

const all = await documents();

for (const document of all) {
  const text = await Deno.readTextFile(projectPath(document));
  const programs = blocksOf(text)
    .filter(({ language, words }) =>
      language === "ts" && !words.includes("ignore")
    );
  for (const [index, group] of groupsOf(programs).entries()) {
    const [{ heading } = { heading: "" }] = group;
    // The emulated program would have to name the emulator to start another.
    const needs = group.some(({ code }) => code.includes("Deno.execPath()"))
      ? ["native" as const]
      : [];
    Deno.test(needing(
      needs,
      `${document}, "${heading}", program ${
        index + 1
      } prints what its comments say`,
      async () => {
        const prefix = randomName();
        await Promise.all(group.map(({ code }) => check(code, prefix)));
      },
    ));
    if (group.length === 1) continue;
    Deno.test(needing(
      needs,
      `${document}, "${heading}", program ${
        index + 1
      } prints the same whichever part of it comes late`,
      async () => {
        await Promise.all(group.map((late) => checkLate(group, late)));
      },
    ));
  }

  Deno.test(`${document} links to what exists, and has no wide cells`, async () => {
    for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      await Deno.stat(projectPath(join(dirname(document), target)));
    }
    for (const [, file = ""] of text.matchAll(/`(tests\/[\w/]+\.ts)`/g)) {
      await Deno.stat(projectPath(file));
    }
    assertEquals(text.match(/@[A-Z]+@/g), null);
  });
}

Deno.test("README fits on two screens: 150 lines, cells of at most 60 characters", async () => {
  const lines = (await Deno.readTextFile(projectPath("README.md"))).split("\n");
  assert(lines.length <= 151, `${lines.length} lines`);
  const wide = lines
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => line.split("|"))
    .map((cell) => cell.trim().replaceAll(/\]\([^)]*\)/g, "]"))
    .filter((cell) => cell.length > 60 && !/^[-:]+$/.test(cell));
  assertEquals(wide, []);
});

/** Runs programs that run together, one of them when the others have long begun. */
async function checkLate(group: readonly Block[], late: Block): Promise<void> {
  const prefix = randomName();
  // One that waits for the others in vain is ended.
  const launcher = ["timeout", "120"];
  await Promise.all(group.map(async (block) => {
    if (block === late) await pause(LATE_MS);
    await check(block.code, prefix, launcher);
  }));
}

/** Runs a program of a document. */
async function check(
  code: string,
  prefix: string,
  launcher: readonly string[] = [],
): Promise<void> {
  const source = withNames(withImports(code), prefix);
  const options = { permissions: PERMISSIONS, launcher };
  const { stdout, stderr, code: exit } = await runDeno(source, options);
  assertEquals({ exit, stderr }, { exit: 0, stderr: "" });
  const printed = stdout === "" ? [] : stdout.trimEnd().split("\n");
  assertEquals(printed, expectedLines(code));
}

/** Programs that run alone, and those that run together. */
function groupsOf(programs: readonly Block[]): Block[][] {
  const groups: Block[][] = [];
  for (const block of programs) {
    const last = groups.at(-1);
    const joins = block.words.includes("together") &&
      last?.[0]?.words.includes("together") &&
      last[0].heading === block.heading;
    if (last && joins) last.push(block);
    else groups.push([block]);
  }
  return groups;
}

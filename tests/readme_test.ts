import { SharedMemory } from "../mod.ts";
import { assert, assertEquals } from "../deps.ts";
import { compile } from "./helpers/cc.ts";
import { projectPath, ROOT, run, runDeno } from "./helpers/deno.ts";
import { randomName } from "./helpers/names.ts";
import { testWith } from "./helpers/needs.ts";

/** A fenced block of the README. */
interface Block {
  readonly language: string;
  readonly heading: string;
  readonly code: string;
}

const readme = await Deno.readTextFile(projectPath("README.md"));
const blocks = blocksOf(readme);

for (const [index, { heading, code }] of only("ts").entries()) {
  // The emulated program would have to name the emulator to start another.
  const needs = code.includes("Deno.execPath()") ? ["native" as const] : [];
  testWith(
    needs,
    `README, "${heading}", block ${index + 1} prints what its comments say`,
    async () => {
      const source = code.replaceAll(
        /"@shmem\/shmem(\/\w+)?"/g,
        (_, surface) => `"${new URL(`.${surface ?? ""}/mod.ts`, ROOT)}"`,
      );
      const { stdout, stderr, code: exit } = await runDeno(source, {
        permissions: [
          "--allow-ffi",
          "--allow-read",
          "--allow-write",
          "--allow-run",
          "--allow-env=SHMEM_TEST_EMULATOR",
        ],
      });
      assertEquals({ exit, stderr }, { exit: 0, stderr: "" });
      assertEquals(stdout.trimEnd().split("\n"), expectedLines(code));
    },
  );
}

testWith(
  ["cc"],
  "README's C program counts in memory that Deno created",
  async () => {
    const [{ code } = { code: "" }] = only("c");
    const source = await Deno.makeTempFile({ suffix: ".c" });
    try {
      await Deno.writeTextFile(source, code);
      using program = await compile(source);
      await countTogether((name) => [program.path, name], Int32Array);
    } finally {
      await Deno.remove(source);
    }
  },
);

testWith(
  ["python3"],
  "README's Python program counts in memory that Deno created",
  async () => {
    const [{ code } = { code: "" }] = only("python");
    await countTogether(
      (name) => ["python3", "-c", code, name.slice(1)],
      Uint8Array,
    );
  },
);

Deno.test("README has no place that is still to be filled in", () => {
  assertEquals(readme.match(/@[A-Z]+@/g), null);
});

Deno.test("README names only tests that exist", async () => {
  const files = new Set<string>();
  for (const [, file] of readme.matchAll(/`(tests\/[\w/]+_test\.ts)`/g)) {
    if (file !== undefined) files.add(file);
  }
  assert(files.size > 0, "the promises name their tests");
  for (const file of files) await Deno.stat(projectPath(file));
});

/** Lets a program add 1 twice to a counter that starts at 40. */
async function countTogether(
  command: (name: string) => string[],
  Words: typeof Int32Array | typeof Uint8Array,
): Promise<void> {
  const name = randomName();
  using memory = SharedMemory.create(name, { size: 4096 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => memory.unlink());
  using mapping = memory.map();
  const words = new Words(mapping.bytes.buffer);
  words[0] = 40;
  for (const expected of ["41", "42"]) {
    const { code, stdout, stderr } = await run(command(name));
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(stdout.trim(), expected);
  }
  assertEquals(words[0], 42);
}

function only(language: string): Block[] {
  return blocks.filter((block) => block.language === language);
}

/** What the comments behind `console.log` calls say is printed. */
function expectedLines(code: string): string[] {
  const lines: string[] = [];
  for (
    const [, call, comment] of code.matchAll(
      /console\.log\((.*)\);(?: \/\/ (.*))?$/gm,
    )
  ) {
    const [printed = ""] = (comment ?? "").split(/: /);
    // A remark instead of a value: the tour shows that it is true.
    lines.push(
      /another process/.test(printed) || call === undefined ? "true" : printed,
    );
  }
  return lines;
}

function blocksOf(text: string): Block[] {
  const found: Block[] = [];
  let heading = "";
  // Every second part lies between two fences.
  for (const [index, part] of text.split(/^```/m).entries()) {
    if (index % 2 === 0) {
      heading = [...part.matchAll(/^#+ (.*)/gm)].at(-1)?.[1] ?? heading;
      continue;
    }
    const [, language = "", code = ""] = /^(.*)\n([^]*)/.exec(part) ?? [];
    found.push({ language, heading, code });
  }
  return found;
}

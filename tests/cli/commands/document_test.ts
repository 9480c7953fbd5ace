/**
 * The lines that the guide and the help show are ones that can be typed.
 *
 * @module
 */

import { assert, assertEquals, join } from "../../../deps.ts";
import { COMMANDS } from "../../../cli/commands.ts";
import { checkUse } from "../../../cli/run.ts";
import { SharedMemory } from "../../../mod.ts";
import { blocksOf } from "../../helpers/blocks.ts";
import { projectPath } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { shmem } from "../helpers.ts";

/** Lines that start with `shmem`, of the guides. */
async function linesOfGuide(): Promise<string[]> {
  const texts = await Promise.all(
    ["docs/command.md", "docs/recordings.md"]
      .map((path) => Deno.readTextFile(projectPath(path))),
  );
  return texts.flatMap(blocksOf)
    .filter(({ language }) => language === "sh")
    .flatMap(({ code }) => code.split("\n"))
    .filter((line) => line.startsWith("shmem "));
}

/** The words behind `shmem`, without what the shell does with the output. */
function wordsOf(line: string): string[] {
  const [command = ""] = line.replace(/^.*?\bshmem /, "").split(/ [|>#]|\)$/);
  return [...command.matchAll(/'([^']*)'|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain ?? "");
}

Deno.test("every line of the guide and of the help has a command and options that there are", async () => {
  const guide = await linesOfGuide();
  const help = COMMANDS.flatMap(({ examples }) =>
    examples.map(({ line }) => line)
  );
  assert(guide.length > 10, `${guide.length} lines`);
  for (const line of [...guide, ...help]) {
    if (line.includes("shmem COMMAND")) continue;
    checkUse(wordsOf(line), COMMANDS);
  }
});

Deno.test("the guide names every command", async () => {
  const text = await Deno.readTextFile(projectPath("docs/command.md"));
  for (const { name } of COMMANDS) {
    assert(new RegExp(`\\b${name}\\b`).test(text), name);
  }
});

Deno.test("lines of the guide that look and change do what they say", async () => {
  const prefix = randomName();
  const folder = await Deno.makeTempDir({ prefix: "shmem-test-" });
  using cleanup = new DisposableStack();
  cleanup.defer(() => Deno.removeSync(folder, { recursive: true }));
  const file = join(folder, "quote.ts");
  const module = new URL("../../../struct/mod.ts", import.meta.url);
  await Deno.writeTextFile(
    file,
    `import { struct, u64 } from "${module}";
    export const Quote = struct({ id: u64 });\n`,
  );
  for (const name of ["state", "quotes"]) {
    cleanup.use(SharedMemory.create(`${prefix}-${name}`, { size: 3333 }));
    cleanup.defer(() => SharedMemory.unlinkName(`${prefix}-${name}`));
  }
  const kept = ["ticks", "sem.ready"].map((name) =>
    `${prefix}-${name}`.replace(/\/(.*)-sem\./, "/sem.$1-")
  );
  cleanup.defer(() => {
    for (const name of kept) Deno.removeSync(`/dev/shm${name}`);
  });
  const own = ["list", "info", "who", "dump", "top", "create", "rm"];
  const lines = (await linesOfGuide()).filter((line) =>
    own.includes(wordsOf(line)[0] ?? "")
  );
  // What is created must be there before it is looked at.
  const ordered = lines.toSorted((a, b) =>
    Number(b.includes(" create ")) - Number(a.includes(" create "))
  );
  for (const line of ordered) {
    const words = wordsOf(line).map((word) =>
      word.replace("./quote.ts", file)
        .replace(/^(sem:)?\/(?=[a-z]+\*?$)/, `$1${prefix}-`)
    );
    const { code, stderr } = await shmem(words);
    // 1 is an answer, too: nothing is stale, nobody receives, nobody can be asked.
    assert(code < 2, `${line}: ${stderr}`);
    if (words[0] === "create") assertEquals({ line, code }, { line, code: 0 });
  }
  await shmem(["rm", `${prefix}-frames`, "--yes"]);
});

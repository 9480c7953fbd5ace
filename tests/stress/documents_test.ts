/**
 * The programs of the documents as the compiler sees them, all at once, and the
 * examples of what is exported.
 *
 * @module
 */

import { assert, assertEquals, join } from "../../deps.ts";
import { blocksOf, documents, withImports } from "../helpers/blocks.ts";
import { projectFiles, SURFACES } from "../helpers/project/source_graph.ts";
import { denoCommand, projectPath, run } from "../helpers/deno.ts";

Deno.test("the programs of all documents pass the type checker", async () => {
  const folder = await Deno.makeTempDir({ prefix: "shmem-test-" });
  try {
    const files: string[] = [];
    for (const document of await documents()) {
      const text = await Deno.readTextFile(projectPath(document));
      for (const { language, words, code } of blocksOf(text)) {
        if (language !== "ts" || words.includes("ignore")) continue;
        const name = `${document.replaceAll(/\W/g, "_")}_${files.length}.ts`;
        await Deno.writeTextFile(join(folder, name), withImports(code));
        files.push(join(folder, name));
      }
    }
    const { code, stderr } = await run(
      [...denoCommand(), "check", "--quiet", ...files],
      { cwd: folder },
    );
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What is shown by an example of what returns it, or extends it. */
const SHOWN_ELSEWHERE = ["PublicationBase", "Recordings"];

/** A declaration as `deno doc --json` has it. */
interface Declaration {
  readonly kind: string;
  readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
}

/** A name with its declarations. */
interface Declared {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

Deno.test("every exported class and function has an example", async () => {
  const missing: string[] = [];
  let seen = 0;
  const files = await projectFiles();
  for (const surface of SURFACES.filter((file) => files.includes(file))) {
    const command = [...denoCommand(), "doc", "--json", projectPath(surface)];
    const { stdout } = await run(command);
    const modules: Record<string, { symbols: Declared[] }> = JSON.parse(stdout)
      .nodes;
    for (const { name, declarations } of Object.values(modules)[0]!.symbols) {
      const calls = declarations.filter(({ kind }) =>
        kind === "class" || kind === "function"
      );
      if (calls.length === 0 || SHOWN_ELSEWHERE.includes(name)) continue;
      seen++;
      // Of overloads one is enough.
      const shown = calls.some(({ jsDoc }) =>
        jsDoc?.tags?.some(({ kind }) => kind === "example")
      );
      if (!shown) missing.push(`${name} of ${surface}`);
    }
  }
  assertEquals(missing, []);
  assert(seen > 80, `${seen} were seen`);
});

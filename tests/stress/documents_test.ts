/**
 * The programs of the documents as the compiler sees them, all at once.
 *
 * @module
 */

import { assertEquals, join } from "../../deps.ts";
import { blocksOf, documents, withImports } from "../helpers/blocks.ts";
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

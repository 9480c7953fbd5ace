/**
 * What users get: a packed copy, imported in an empty project, with nothing in
 * it that only the project's own developers need.
 *
 * @module
 */

import { assert, assertEquals } from "../../deps.ts";
import { denoCommand, projectPath, run } from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";

const { exports: surfaces } = JSON.parse(
  await Deno.readTextFile(projectPath("deno.json")),
);

Deno.test(
  needing(["native"], "a packed copy works in an empty project", async () => {
    const folder = await Deno.makeTempDir({ prefix: "shmem-test-package-" });
    try {
      const archive = `${folder}/shmem.tgz`;
      await must([
        ...denoCommand(),
        "pack",
        "--quiet",
        "--allow-dirty",
        "--output",
        archive,
      ], projectPath("."));
      const files = (await must(["tar", "-tzf", archive], folder)).split("\n");
      assertEquals(
        files.filter((file) =>
          /^package\/(tests|bench|tools|examples|demo|docs|deps\.)/.test(file)
        ),
        [],
      );
      const home = `${folder}/node_modules/@shmem/shmem`;
      await Deno.mkdir(home, { recursive: true });
      await must(
        ["tar", "-xzf", archive, "--strip-components=1", "-C", home],
        folder,
      );
      await Deno.writeTextFile(`${folder}/package.json`, "{}");
      const imports = Object.keys(surfaces).map((surface) =>
        `import * as ${surface.replace(/\W/g, "_")} from "@shmem/shmem${
          surface.slice(1)
        }";\nconsole.log(Object.keys(${
          surface.replace(/\W/g, "_")
        }).length > 0);`
      );
      await Deno.writeTextFile(
        `${folder}/main.ts`,
        `${imports.join("\n")}
import { SharedMemory } from "@shmem/shmem";
using memory = SharedMemory.anonymous({ size: 5003 });
using mapping = memory.map();
mapping.bytes[5002] = 7;
using same = memory.map({ access: "read" });
console.log(same.bytes.at(5002));
`,
      );
      const printed = await must(
        [...denoCommand(), "run", "--quiet", "--allow-ffi", "main.ts"],
        folder,
      );
      assertEquals(
        printed.trim().split("\n"),
        [...Object.keys(surfaces).map(() => "true"), "7"],
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }),
);

/** Runs a command to its end, which must be a good one; returns what it printed. */
async function must(command: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, { cwd });
  assert(code === 0, `${command.join(" ")}: ${stderr}`);
  return stdout;
}

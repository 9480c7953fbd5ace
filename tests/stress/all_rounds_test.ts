/**
 * Tests that leave much to chance do a share of their rounds when the fast tests
 * run; here they do all of them.
 *
 * @module
 */

import { assert, assertEquals } from "../../deps.ts";
import { denoCommand, projectPath, run } from "../helpers/deno.ts";
import { projectFiles } from "../helpers/project/source_graph.ts";

/** The flags of the task, which this runs a part of. */
const { tasks } = JSON.parse(Deno.readTextFileSync(projectPath("deno.json")));
const FLAGS = String(tasks["test:stress"].command).split(" ")
  .filter((word) => /^--(no|allow|preload|trace)/.test(word));

const files = (await projectFiles()).filter((file) =>
  /^tests\/(?!stress\/).*_test\.ts$/.test(file) &&
  /\b(shareOf|ALL_ROUNDS)\b/.test(Deno.readTextFileSync(projectPath(file)))
);

Deno.test("there are tests that do a share of their rounds", () => {
  assert(files.includes("tests/channel/ring/model_test.ts"), files.join());
});

for (const file of files) {
  Deno.test(`all rounds of ${file} hold`, async () => {
    const command = [...denoCommand(), "test", ...FLAGS, file];
    const { code, stdout, stderr } = await run(command, {
      cwd: projectPath("."),
      env: { SHMEM_TEST_ROUNDS: "all" },
    });
    assertEquals(code, 0, stdout + stderr);
  });
}

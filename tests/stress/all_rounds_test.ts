/**
 * Tests that leave much to chance do a share of their rounds when the fast tests
 * run; here they do all of them.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "../../deps.ts";
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

Deno.test("all rounds hold of the tests that do a share of them in the fast run", async () => {
  assert(files.includes("tests/channel/ring/model_test.ts"), files.join());
  const command = [...denoCommand(), "test", "--parallel", ...FLAGS, ...files];
  const { code, stdout, stderr } = await run(command, {
    cwd: projectPath("."),
    env: { SHMEM_TEST_ROUNDS: "all", DENO_JOBS: "2" },
  });
  assertEquals(code, 0, stdout + stderr);
  // All that the fast run does, and each of these files.
  for (const file of files) assertStringIncludes(stdout, file);
});

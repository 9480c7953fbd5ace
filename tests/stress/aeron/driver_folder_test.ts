/**
 * The task that starts Aeron's media driver removes nothing that is another's.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "../../../deps.ts";
import { driverOfFile } from "../../helpers/aeron/aeron_client.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;

function start(directory: string): ReturnType<typeof run> {
  return run(denoRun(projectPath("tools/aeron_driver.ts"), {
    permissions: ["--allow-all"],
    args: ["--directory", directory],
  }));
}

Deno.test(needing(
  NEEDS,
  "aeron:driver refuses a folder in which something else is",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/thesis.txt`, "precious");
      const { code, stderr } = await start(folder);
      assertEquals(code, 1);
      assertMatch(stderr, /thesis\.txt, which is no driver's; name a folder/);
      assertEquals(await Deno.readTextFile(`${folder}/thesis.txt`), "precious");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
));

Deno.test(needing(
  NEEDS,
  "aeron:driver refuses the folder of a driver that runs, whose clients go on",
  async () => {
    using aeron = await driver.connect();
    const { code, stderr } = await start(driver.directory);
    assertEquals(code, 1);
    assertMatch(stderr, /one serves it; use that one, or name another/);
    using _other = await driver.connect();
    assert(!aeron.closed);
  },
));

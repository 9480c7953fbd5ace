/**
 * Where a client looks for the driver when nobody says.
 *
 * @module
 */

import { assertEquals, assertMatch } from "../../../deps.ts";
import { ROOT, runDeno } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";

const PROGRAM = `
import { defaultDirectory } from "${new URL(
  "aeron/client/directory.ts",
  ROOT,
)}";
try {
  console.log(defaultDirectory());
} catch (error) {
  console.log(error.message);
}
`;

/** What a program is told that may read what it is given. */
async function found(
  env: Record<string, string>,
  permissions: string[],
): Promise<string> {
  const unset = { AERON_DIR: "", USER: "", LOGNAME: "" };
  const { stdout, stderr } = await runDeno(PROGRAM, {
    permissions,
    env: { ...unset, ...env },
  });
  assertEquals(stderr, "");
  return stdout.trimEnd();
}

Deno.test("the default directory is that of AERON_DIR, or of the user", async () => {
  const all = ["--allow-env", "--allow-sys=uid"];
  assertEquals(await found({ AERON_DIR: "/a/b", USER: "ann" }, all), "/a/b");
  assertMatch(await found({ USER: "ann" }, all), /\/aeron-ann$/);
  assertMatch(await found({ LOGNAME: "bob" }, all), /\/aeron-bob$/);
  assertMatch(await found({ USER: "ann" }, []), /^Cannot find .*--allow-env=/);
});

Deno.test(needing(
  ["root"],
  "the default directory is root's where root has no name",
  async () => {
    const all = ["--allow-env", "--allow-sys=uid"];
    assertMatch(await found({}, all), /\/aeron-root$/);
    assertMatch(await found({}, ["--allow-env"]), /^Cannot find /);
  },
));

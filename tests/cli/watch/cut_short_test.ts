/**
 * What another program cuts short while it is watched.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "../../../deps.ts";
import { Latest } from "../../../store/mod.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testPath } from "../../helpers/store/place.ts";
import { pause } from "../../helpers/sync/size.ts";
import { shmemLine } from "../helpers.ts";

function writeOnce(path: string, text: string): void {
  using latest = Latest.create({ path }, { byteLength: 5000 });
  latest.write(new TextEncoder().encode(text));
}

Deno.test("tail outlives that what it watches is cut short, and goes on when it is there again", async () => {
  using place = testPath();
  const file = place.name;
  // Nobody here has it mapped when it is cut.
  writeOnce(file, "before");
  await using tail = Program.start(
    shmemLine(["tail", file, "--from", "oldest"]),
  );
  assertStringIncludes(await tail.line(), "before");
  // It looks at the size between two turns, not between two messages of one.
  await pause(300);
  Deno.truncateSync(file, 0);
  // Time in which it would touch what is gone.
  await pause(300);
  Deno.removeSync(file);
  writeOnce(file, "after");
  assertStringIncludes(await tail.line(), "after");
  Deno.kill(tail.pid, "SIGINT");
  const { code, stderr } = await tail.end();
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "another program has cut it short");
});

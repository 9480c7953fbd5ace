// The doctor finds faults that are made for it here, and in `tests/stress/cli`.

import { assert, assertEquals, assertStringIncludes } from "../../../deps.ts";
import { run } from "../../helpers/deno.ts";
import { examine } from "./examine.ts";
import { shmem } from "../helpers.ts";
import { needing } from "../../helpers/needs.ts";

Deno.test(needing(
  // An emulator lacks system calls, of which it warns.
  ["native"],
  "doctor looks at everything, tries a round trip, and leaves nothing behind",
  async () => {
    const ended = await shmem(["doctor", "--verbose"]);
    assert(ended.stdout.includes("why: "), ended.stderr);
    for (
      const title of [
        "Deno",
        "System",
        "Objects with a name",
        "Memory",
        "Limits",
        "Kernel",
        "Containers",
        "Altogether",
      ]
    ) assert(ended.stdout.split("\n").includes(title), title);
    assertStringIncludes(ended.stdout, "round trip of two processes: ");
    assertStringIncludes(ended.stdout, "while both are awake");
    const { stdout } = await run(["ls", "/dev/shm"]);
    assert(!stdout.includes("shmem-doctor-"), stdout);
  },
));

Deno.test("doctor with a word looks at that alone, and refuses one that nothing has", async () => {
  const { code, found } = await examine(["glibc", "libc"]);
  assertEquals(code, 0);
  assertEquals(Object.keys(found), ["libc"]);
  assertStringIncludes(found["libc"]?.found ?? "", "glibc 2.");
  const wrong = await shmem(["doctor", "nothing-of-this-name"]);
  assertEquals(wrong.code, 2);
});

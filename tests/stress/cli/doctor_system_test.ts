/**
 * What the doctor finds in a small /dev/shm, and without permissions.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "../../../deps.ts";
import { inSmallShm, withTmpfs } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import { examine } from "../../cli/doctor/examine.ts";
import { PERMISSIONS } from "../../cli/helpers.ts";

Deno.test(needing(
  ["root", "unshare", "native"],
  "doctor finds a small /dev/shm, and a full one",
  async () => {
    const small = await examine(
      ["/dev/shm"],
      (command) => inSmallShm(2 ** 20, command),
    );
    assertEquals(small.code, 0);
    const room = small.found["/dev/shm, room"];
    assertEquals([room?.state, room?.found], [
      "warning",
      "1 MiB of 1 MiB left",
    ]);
    assertStringIncludes(room?.advice ?? "", "--shm-size");
    const full = await examine(
      ["/dev/shm"],
      (command) =>
        withTmpfs("/dev/shm", "size=8k,mode=1777", [
          "sh",
          "-c",
          'head -c 8192 /dev/zero > /dev/shm/all && exec "$@"',
          "sh",
          ...command,
        ]),
    );
    assertEquals(full.code, 1);
    assertEquals(full.found["/dev/shm, room"]?.state, "bad");
    assertEquals(full.found["/dev/shm, creating"]?.state, "bad");
  },
));

Deno.test("doctor finds permissions of Deno that are missing, and goes on", async () => {
  const { code, found } = await examine(
    [],
    (command) => command,
    PERMISSIONS.filter((each) => each !== "--allow-ffi"),
  );
  assertEquals(code, 1);
  assertEquals(found["--allow-ffi"]?.state, "bad");
  assertEquals(found["/dev/shm, creating"]?.state, "unknown");
  const alone = await examine(
    ["allow-run", "round trip"],
    (command) => command,
    PERMISSIONS.filter((each) => each !== "--allow-run"),
  );
  assertEquals(alone.code, 0);
  assertEquals(alone.found["--allow-run"]?.state, "note");
  assertEquals(alone.found["round trip of two processes"]?.state, "unknown");
});

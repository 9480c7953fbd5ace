/**
 * The examples of this layer, run as their first lines say.
 *
 * @module
 */

import { assertEquals, assertMatch } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { compile } from "../../helpers/cc.ts";
import { deadline } from "../../helpers/deadline.ts";
import { run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { deno, output } from "./programs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName } from "../../helpers/store/place.ts";

Deno.test(needing(
  ["cc", "native"],
  "camera_viewer.ts shows the newest frames of camera.c, fast and slow",
  async () => {
    using at = testName();
    const camera = await compile("examples/jobs/c/camera.c");
    const viewers = [0, 90].map((pauseMs) =>
      output(deno("camera_viewer", at.name, String(pauseMs)))
    );
    assertEquals(await output([camera.path, at.name]), "Wrote 40 frames\n");
    for (const line of await Promise.all(viewers)) {
      assertMatch(line, /^Shown \d+, passed over \d+, torn 0\n$/);
      const [shown = 0, passedOver = 0] = line.match(/\d+/g)?.map(Number) ?? [];
      assertEquals(shown + passedOver, 40);
    }
  },
));

Deno.test("live_config.ts follows what another one changes", async () => {
  using at = testName();
  await output(deno("live_config", at.name, '{"limit":10}'));
  await using follower = Program.start(deno("live_config", at.name));
  assertEquals(await follower.line(), "The limit is 10");
  await output(deno("live_config", at.name, '{"limit":20}'));
  assertEquals(await follower.line(), "The limit is 20");
  await output(deno("live_config", at.name, '{"limit":30,"stop":true}'));
  assertEquals(await follower.line(), "The limit is 30");
  assertEquals(await follower.end(), { code: 0, stdout: "", stderr: "" });
  const { code, stderr } = await run(deno("live_config", at.name, "{"));
  assertEquals(code, 1);
  assertMatch(stderr, /^[^\n]+\n$/);
  SharedMemory.unlink(at.name);
});

Deno.test(needing(
  ["native"],
  "hash_workers.ts hashes every file, though one of four workers is killed",
  async () => {
    using at = testName();
    // More than the two queues have room for, together with the workers.
    const folder = await Deno.makeTempDir({ prefix: "shmem-example-" });
    try {
      for (let i = 0; i < 250; i++) {
        await Deno.writeTextFile(`${folder}/file ${i}`, `${i}`);
      }
      assertEquals(
        await deadline(
          output(deno("hash_workers", folder, at.name)),
          () => "hangs",
        ),
        "Hashed 250 of 250 files\n",
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
));

Deno.test("session_cache.ts finds what another process set, until it expires", async () => {
  using at = testName();
  const call = (...args: string[]) =>
    output(deno("session_cache", at.name, ...args));
  await call("set", "4f2a", "Zoë");
  assertEquals(await call("get", "4f2a"), "Session 4f2a is of Zoë\n");
  await call("set", "4f2a", "Zoë", "0");
  assertEquals(await call("get", "4f2a"), "There is no session 4f2a\n");
});

Deno.test("price_service.ts answers price_client.ts, errors too", async () => {
  using at = testName();
  await using service = Program.start(deno("price_service", at.name));
  assertMatch(await service.line(), /^Answering at /);
  assertEquals(
    await output(deno("price_client", at.name, "DENO", "NONE", "ACME")),
    '{"symbol":"DENO","price":250.25}\nThere is no NONE\n{"symbol":"ACME","price":100.5}\n',
  );
  await service.tell("");
  assertEquals(await service.end(), { code: 0, stdout: "", stderr: "" });
});

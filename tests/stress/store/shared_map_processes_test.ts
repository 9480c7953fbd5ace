/**
 * `SharedMap` between processes: nothing torn, nothing lost, no memory lost,
 * whichever of them dies.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { SharedMap } from "../../../store/mod.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName } from "../../helpers/store/place.ts";

function peer(...args: (string | number)[]): string[] {
  return denoRun(projectPath("tests/peers/deno/store/map_peer.ts"), {
    args: args.map(String),
  });
}

for (const eviction of ["none", "lru"] as const) {
  Deno.test(`two processes that set, read and delete see whole values, eviction ${eviction}`, async () => {
    using at = testName();
    using map = SharedMap.create(at.place, {
      budget: eviction === "lru" ? 50_000 : 500_000,
      eviction,
    });
    const ended = await Promise.all(
      [1, 2].map((seed) => run(peer("churn", at.name, 50_000, seed))),
    );
    for (const { code, stdout, stderr } of ended) {
      assertEquals([code, stderr], [0, ""]);
      assert(Number(stdout.split(" ")[1]) > 0);
    }
    assert(map.usage().usedBytes <= map.usage().budget);
    map.clear();
    assertEquals(map.usage().usedBytes, 0);
  });
}

Deno.test("two processes that update one entry lose nothing", async () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 10_000 });
  const each = 20_000;
  const ended = await Promise.all(
    [1, 2].map(() => run(peer("count", at.name, "n", each))),
  );
  for (const { code, stderr } of ended) assertEquals([code, stderr], [0, ""]);
  const value = map.get("n");
  assert(value !== undefined);
  assertEquals(new DataView(value.buffer).getUint32(0), 2 * each);
});

Deno.test("processes that are killed leave whole values, and no memory is lost", async () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 60_000, eviction: "lru" });
  map.set("stays", new TextEncoder().encode("whole"));
  for (let round = 0; round < 6; round++) {
    await using victim = Program.start(peer("forever", at.name, round + 1));
    assertEquals(await victim.line(), "churning");
    await new Promise((done) => setTimeout(done, 10 + round * 7));
    Deno.kill(victim.pid, "SIGKILL");
    await victim.end();
    for (const [key, value] of map) {
      if (key === "stays") continue;
      const number = Number(String(key).slice(1));
      const words = new Int32Array(value.buffer);
      assert(words.every((word) => word === number), `torn: ${key}`);
    }
  }
  map.clear();
  assertEquals(map.usage().usedBytes, 0);
});

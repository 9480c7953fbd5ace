/**
 * `SharedMap` between processes: nothing torn, nothing lost, no memory lost,
 * whichever of them dies.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { SharedMap } from "../../../store/mod.ts";
import { run } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { churn, mapPeer } from "../../helpers/store/map_peers.ts";
import { testName } from "../../helpers/store/place.ts";

for (const eviction of ["none", "lru"] as const) {
  Deno.test(`two processes that set, read and delete see whole values, eviction ${eviction}`, async () => {
    using at = testName();
    using map = SharedMap.create(at.place, {
      budget: eviction === "lru" ? 50_000 : 500_000,
      eviction,
    });
    await churn(map, at.name, [1, 2], 50_000);
  });
}

Deno.test("two processes that update one entry lose nothing", async () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 10_000 });
  const each = 20_000;
  const ended = await Promise.all(
    [1, 2].map(() => run(mapPeer("count", at.name, "n", each))),
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
    await using victim = Program.start(mapPeer("forever", at.name, round + 1));
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

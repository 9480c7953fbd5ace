/**
 * `SharedMap` under load: four processes with a million operations each, and
 * processes that are killed a hundred times.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { SharedMap } from "../../../store/mod.ts";
import { needing } from "../../helpers/needs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { churn, mapPeer } from "../../helpers/store/map_peers.ts";
import { testName } from "../../helpers/store/place.ts";

Deno.test(needing(
  ["native"],
  "four processes with a million operations each see whole values, and no memory is lost",
  async () => {
    using at = testName();
    using map = SharedMap.create(at.place, { budget: 60_000, eviction: "lru" });
    await churn(map, at.name, [1, 2, 3, 4], 1_000_000);
  },
));

Deno.test(needing(
  ["native"],
  "processes that are killed a hundred times leave whole values, and no memory is lost",
  async () => {
    using at = testName();
    using map = SharedMap.create(at.place, { budget: 60_000, eviction: "lru" });
    for (let round = 0; round < 50; round++) {
      await using first = Program.start(mapPeer("forever", at.name, round + 1));
      await using second = Program.start(
        mapPeer("forever", at.name, round + 77),
      );
      await Promise.all([first.line(), second.line()]);
      await new Promise((done) => setTimeout(done, (round * 7) % 60));
      Deno.kill(first.pid, "SIGKILL");
      Deno.kill(second.pid, "SIGKILL");
      await Promise.all([first.end(), second.end()]);
      for (const [key, value] of map) {
        const number = Number(String(key).slice(1));
        const words = new Int32Array(value.buffer);
        assert(words.every((word) => word === number), `torn: ${key}`);
      }
      // The next process that changes it repairs what was left.
      map.delete("k0");
      const { usedBytes, budget } = map.usage();
      assert(usedBytes >= 0 && usedBytes <= budget);
    }
    map.clear();
    assertEquals(map.usage().usedBytes, 0);
  },
));

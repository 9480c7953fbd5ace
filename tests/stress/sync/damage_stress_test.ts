/**
 * A million rounds of locks and counters whose bytes are overwritten.
 *
 * @module
 */

import { needing } from "../../helpers/needs.ts";
import { randomSeed, surviveDamage } from "../../helpers/sync/damage.ts";
import { times } from "../../helpers/sync/size.ts";

const ROUNDS = times(500_000);

Deno.test("a program that overwrites its locks for half a million rounds lives", async () => {
  await surviveDamage(ROUNDS, randomSeed(), "self");
});

Deno.test(needing(
  ["cc"],
  "a program lives whose locks another program overwrites for half a million rounds",
  async () => {
    await surviveDamage(ROUNDS, randomSeed(), "peer");
  },
));

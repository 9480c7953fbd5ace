/**
 * One process goes to sleep on a doorbell at the very moment when another one
 * has something for it: either that one sees the sleeper and rings, or the sleeper
 * sees what there is. Without the fence in `ring()` both miss each other, now and
 * then; no timer looks again here.
 *
 * @module
 */

import { random } from "../../helpers/seed.ts";
import { assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Doorbell } from "../../../channel/waiting/doorbell.ts";
import { ROOT } from "../../helpers/deno.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import { times } from "../../helpers/sync/size.ts";
import { Name } from "../../helpers/channel/ends.ts";

const ROUNDS = times(100_000);
/**
 * Seconds for two processors. Where there is only one for the two processes, each
 * round takes a turn of the scheduler: as many as there are in this time.
 */
const LONGEST_MS = 60_000;
/** A lost wake-up is never made good, so any time will do. */
const LOST_MS = 20_000;
/** How long each side dawdles at most, in turns of an empty loop. */
const LONGEST_DELAY = 64;

// Words of the memory, each in a cache line of its own.
const [BELL, START, MESSAGE, DONE] = [0, 32, 64, 96];

const RINGER = `
import { SharedMemory } from "${new URL("mod.ts", ROOT)}";
import { Doorbell } from "${new URL("channel/waiting/doorbell.ts", ROOT)}";
const memory = SharedMemory.open(Deno.args[0]);
const words = new Int32Array(memory.map().bytes.buffer);
const bell = new Doorbell(words, ${BELL});
console.log("ready");
for (let round = 1; round <= ${ROUNDS}; round++) {
  const delay = Math.random() * ${LONGEST_DELAY};
  while (Atomics.load(words, ${START}) !== round);
  for (let i = 0; i < delay; i++);
  // A plain store, as that of a message's length.
  words[${MESSAGE}] = round;
  bell.ring();
  Atomics.store(words, ${DONE}, round);
}
`;

Deno.test("No wake-up is lost between one that goes to sleep and one that rings at the same moment", async () => {
  using name = new Name();
  using memory = SharedMemory.create(name.text, { size: 4096 });
  using mapping = memory.map();
  const words = new Int32Array(mapping.bytes.buffer);
  const bell = new Doorbell(words, BELL);
  await using program = startProgram(RINGER, [name.text]);
  assertEquals(await program.line(), "ready");
  const end = performance.now() + LONGEST_MS;
  for (let round = 1; round <= ROUNDS && performance.now() < end; round++) {
    const delay = random() * LONGEST_DELAY;
    const isReady = () => words[MESSAGE] === round;
    Atomics.store(words, START, round);
    for (let i = 0; i < delay; i++);
    const rung = await bell.park(isReady, LOST_MS);
    assertEquals(words[MESSAGE], round);
    assertEquals(rung, true, `round ${round}: it slept, and nobody rang`);
    while (Atomics.load(words, DONE) !== round);
  }
});

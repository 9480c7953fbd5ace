/**
 * Values that the writer copies by words, and on x86-64 the reader, too, from one array
 * into another while the writer goes on: few enough for emulation.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { Latest } from "../../../store/mod.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName } from "../../helpers/store/place.ts";

const LENGTH = 64;
/** Values that are written without a pause. */
const RUN = 100;
const RUNS = Deno.env.get("SHMEM_TEST_EMULATOR") === undefined ? 500 : 50;

function wordOf(number: number): bigint {
  return BigInt.asUintN(64, BigInt(number) * 0x9e37_79b9_7f4a_7c15n);
}

Deno.test("a reader that copies by words sees whole values of a writer that does", async () => {
  using at = testName();
  const count = RUN * RUNS;
  using latest = Latest.create(at.place, { byteLength: LENGTH, slots: 2 });
  await using reader = Program.start(
    denoRun(projectPath("tests/peers/deno/store/latest_peer.ts"), {
      args: ["copy", at.name, String(count), String(LENGTH)],
    }),
  );
  assertEquals(await reader.line(), "reading");
  const words = new BigUint64Array(LENGTH / 8);
  const bytes = new Uint8Array(words.buffer);
  for (let number = 1; number <= count; number++) {
    words.fill(wordOf(number));
    assertEquals(latest.write(bytes), number);
    if (number % RUN === 0) await new Promise((done) => setTimeout(done, 0));
  }
  const [seen, many] = (await reader.line()).split(" ");
  assertEquals(seen, "seen");
  assert(Number(many) > 0);
});

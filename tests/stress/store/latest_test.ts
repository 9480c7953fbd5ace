/**
 * `Latest` under load: frames of 3.7 MB at 60 a second, two million small values
 * as fast as possible, and writers that are killed again and again.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { Latest } from "../../../store/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName } from "../../helpers/store/place.ts";

function denoPeer(...args: (string | number)[]): string[] {
  return denoRun(projectPath("tests/peers/deno/store/latest_peer.ts"), {
    args: args.map(String),
  });
}

Deno.test(needing(
  ["cc", "native"],
  "three readers, one of them slow, see whole frames of 3.7 MB of a writer in C",
  async () => {
    using at = testName();
    const program = await compile("tests/peers/c/store/latest_peer.c");
    const frame = 3_686_400;
    const count = 300;
    await using writer = Program.start([
      program.path,
      "write",
      at.name,
      String(frame),
      "4",
      String(count),
      "16666",
    ]);
    assertEquals(await writer.line(), "writing");
    const ended = await Promise.all(
      [0, 0, 100].map((pauseMs) =>
        run(denoPeer("read", at.name, count, pauseMs))
      ),
    );
    for (const { code, stdout, stderr } of ended) {
      assertEquals([code, stderr], [0, ""], stdout);
    }
  },
));

const COUNT = Deno.env.get("SHMEM_TEST_EMULATOR") === undefined
  ? 2_000_000
  : 20_000;

for (const byteLength of [16, 64, 248]) {
  Deno.test(`two readers that copy ${byteLength} bytes by words see whole values of two million`, async () => {
    using at = testName();
    using first = Latest.create(at.place, { byteLength, slots: 2 });
    const readers = [0, 0].map(() =>
      run(denoPeer("copy", at.name, COUNT, byteLength))
    );
    const writer = run(denoPeer("put", at.name, byteLength, 2, COUNT));
    for (
      const { code, stdout, stderr } of await Promise.all([writer, ...readers])
    ) {
      assertEquals([code, stderr], [0, ""], stdout);
    }
    assertEquals(first.read()?.number, COUNT);
  });
}

Deno.test("two readers see whole values of two million, written as fast as possible", async () => {
  using at = testName();
  const count = COUNT;
  using first = Latest.create(at.place, { byteLength: 64, slots: 4 });
  const readers = [0, 0].map(() => run(denoPeer("read", at.name, count, 0)));
  const writer = run(denoPeer("write", at.name, 64, 4, count));
  const ended = await Promise.all([writer, ...readers]);
  for (const { code, stdout, stderr } of ended) {
    assertEquals([code, stderr], [0, ""], stdout);
  }
  assertEquals(first.read()?.number, count);
});

Deno.test(needing(
  ["native"],
  "fifty writers that are killed leave whole values, and numbers that go on",
  async () => {
    using at = testName();
    using latest = Latest.create(at.place, { byteLength: 40_000, slots: 4 });
    let last = 0;
    for (let round = 0; round < 50; round++) {
      await using writer = Program.start(
        denoPeer("forever", at.name, 40_000, 4),
      );
      assertEquals(await writer.line(), "writing");
      for (let i = 0; i < 20 + (round * 7) % 60; i++) {
        const { number, bytes } = await latest.next({ timeoutMs: 60_000 });
        const word = BigInt.asUintN(
          64,
          BigInt(number) * 0x9e37_79b9_7f4a_7c15n,
        );
        for (const each of new BigUint64Array(bytes.buffer)) {
          assert(each === word, `torn: ${number}`);
        }
        assert(number > last);
        last = number;
      }
      Deno.kill(writer.pid, "SIGKILL");
    }
  },
));

/**
 * `Latest` between processes, in Deno and in C, and what their deaths leave.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { Latest } from "../../../store/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName, testPath } from "../../helpers/store/place.ts";

const C_PEER = "tests/peers/c/store/latest_peer.c";

function denoPeer(...args: (string | number)[]): string[] {
  return denoRun(projectPath("tests/peers/deno/store/latest_peer.ts"), {
    args: args.map(String),
  });
}

/** Every word of a value, and its number. */
function wordsOf(latest: Latest): { number: number; words: Set<bigint> } {
  const value = latest.read();
  assert(value !== null);
  return {
    number: value.number,
    words: new Set(new BigUint64Array(value.bytes.buffer)),
  };
}

function wordOf(number: number): bigint {
  return BigInt.asUintN(64, BigInt(number) * 0x9e37_79b9_7f4a_7c15n);
}

Deno.test(needing(
  ["cc"],
  "readers in Deno and C see whole values of a writer in C",
  async () => {
    using at = testName();
    const program = await compile(C_PEER);
    const count = 3000;
    await using writer = Program.start([
      program.path,
      "write",
      at.name,
      "4000",
      "4",
      String(count),
      "100",
    ]);
    assertEquals(await writer.line(), "writing");
    const ended = await Promise.all([
      run(denoPeer("read", at.name, count, 0)),
      run([program.path, "read", at.name, String(count)]),
    ]);
    for (const { code, stdout, stderr } of ended) {
      assertEquals([code, stderr], [0, ""], stdout);
      assert(Number(stdout.split(" ")[1]) > 0);
    }
  },
));

Deno.test(needing(
  ["cc"],
  "a reader in C sees whole values of a writer in Deno",
  async () => {
    using at = testName();
    const program = await compile(C_PEER);
    const count = 20_000;
    using latest = Latest.create(at.place, { byteLength: 800, slots: 4 });
    const reader = run([program.path, "read", at.name, String(count)]);
    for (let i = 1; i <= count; i++) {
      const to = latest.claim();
      new BigUint64Array(to.buffer, to.byteOffset, 100).fill(wordOf(i));
      latest.commit();
      if (i % 100 === 0) await new Promise((done) => setTimeout(done, 1));
    }
    const { code, stdout, stderr } = await reader;
    assertEquals([code, stderr], [0, ""], stdout);
  },
));

Deno.test(needing(
  ["cc"],
  "a writer in C that dies at any step leaves the value before, and the next goes on",
  async () => {
    const program = await compile(C_PEER);
    for (let step = 0; step <= 5; step++) {
      using at = testName();
      const { signal } = await run([
        program.path,
        "die",
        at.name,
        "4000",
        "2",
        String(step),
      ]);
      assertEquals(signal, "SIGKILL");
      using latest = Latest.open(at.place);
      const newest = step < 5 ? 2 : 3;
      assertEquals(wordsOf(latest), {
        number: newest,
        words: new Set([wordOf(newest)]),
      });
      assertEquals(latest.hasWriter, false);
      const to = latest.claim();
      assertEquals(wordsOf(latest).number, newest);
      new BigUint64Array(to.buffer, to.byteOffset, 500).fill(
        wordOf(newest + 1),
      );
      assertEquals(latest.commit(), newest + 1);
      assertEquals(wordsOf(latest).words, new Set([wordOf(newest + 1)]));
    }
  },
));

for (const place of [testName, testPath]) {
  Deno.test(`a writer in Deno that dies in a claim leaves the value before, by ${place.name}`, async () => {
    using at = place();
    if (place === testPath) {
      using latest = Latest.create(at.place, { byteLength: 80, slots: 2 });
      latest.write(new Uint8Array(80).fill(1));
      latest.claim().fill(0xee, 0, 40);
      // As a process that dies: its lock is given up, its claim is not.
      latest.close();
      using next = Latest.open(at.place);
      assertEquals(next.read()?.bytes, new Uint8Array(80).fill(1));
      assertEquals(next.write(new Uint8Array(80).fill(2)), 2);
      return;
    }
    const { signal } = await run(denoPeer("die", at.name, 4000, 2));
    assertEquals(signal, "SIGKILL");
    using latest = Latest.open(at.place);
    assertEquals(wordsOf(latest), { number: 2, words: new Set([wordOf(2)]) });
    assertEquals(latest.write(new Uint8Array(8)), 3);
  });
}

Deno.test(needing(
  ["cc"],
  "a reader in Deno that waits is woken by writers in C, one after the other",
  async () => {
    using at = testName();
    const program = await compile(C_PEER);
    using latest = Latest.create(at.place, { byteLength: 4000, slots: 2 });
    const write = () =>
      run([program.path, "write", at.name, "4000", "2", "1", "0"]);
    for (let i = 1; i <= 3; i++) {
      const next = latest.next({ timeoutMs: 60_000 });
      const { code, stderr } = await write();
      assertEquals([code, stderr], [0, ""]);
      assertEquals((await next).number, i);
    }
  },
));

Deno.test(needing(
  ["cc"],
  "include/shmem/latest.h compiles without warnings as C11",
  async () => {
    const program = await compile(C_PEER, [
      "-std=c11",
      "-Wpedantic",
      "-Wconversion",
      "-Wno-sign-conversion",
      "-Werror",
    ]);
    assert(program.path.length > 0);
  },
));

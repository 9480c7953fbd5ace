/**
 * Memory that holds anything at all, as a broken or hostile peer leaves it: a
 * short share of what `deno task fuzz` does.
 */

import { assert, assertEquals, assertThrows } from "../../deps.ts";
import { denoRun, projectPath } from "../helpers/deno.ts";
import { Program } from "../helpers/peers/program.ts";
import { SEED } from "../helpers/seed.ts";
import { shareOf } from "../helpers/sync/size.ts";
import { Fuzzer } from "./fuzzer.ts";
import { Random } from "./input.ts";
import { attempt, type Target } from "./target.ts";

Deno.test("Rings and broadcast buffers fail, loop and write outside their memory in no case, whatever it holds", async () => {
  const seed = String(SEED);
  const args = ["--inputs", String(shareOf(10_000)), "--seed", seed];
  const script = projectPath("tests/fuzz/main.ts");
  const permissions = [
    ...["--allow-ffi", "--allow-read", "--allow-write", "--allow-run"],
    "--allow-env=SHMEM_TEST_EMULATOR",
  ];
  await using program = Program.start(denoRun(script, { permissions, args }));
  const { code, stdout, stderr } = await program.end();
  assertEquals(code, 0, `seed ${seed}: ${stderr}`);
  // It did what it says that it does.
  for (
    const feature of [
      "message",
      "write: true",
      "writeBatch: above 0",
      "read: Cannot read ring buffer: corrupt ring",
      "repairClaim: true",
      "takeOverProducer: undefined",
      "unblock: true",
      "validate: false",
      "transmit: true",
    ]
  ) assert(stdout.includes(`  ${feature}`), `never seen: ${feature}`);
});

Deno.test("The fuzzer finds a fault behind three decisions, and keeps what led there", () => {
  const target: Target = {
    name: "three decisions",
    run(input, see) {
      for (const step of [17, 34, 51]) {
        if (input.byte() !== step) return;
        see(`after ${step}`);
      }
      throw new Error("the fault");
    },
  };
  const fuzzer = new Fuzzer(target, new Random(7), []);
  assertThrows(
    () => {
      // By chance alone it takes 16 million inputs.
      for (let i = 0; i < 500_000; i++) fuzzer.feed(fuzzer.next());
    },
    Error,
    "the fault",
  );
  assertEquals([...fuzzer.seen.keys()], ["after 17", "after 34", "after 51"]);
  assert(fuzzer.kept.length >= 2);
});

Deno.test("The fuzzer lets errors pass that are the product's own, and no others", () => {
  const seen: string[] = [];
  const see = (feature: string) => void seen.push(feature);
  const fail = (error: Error) => () => {
    throw error;
  };
  attempt("read", fail(new RangeError("Cannot read: 5 is beyond 3")), see);
  attempt("read", () => 5, see);
  assertEquals(seen, ["read: Cannot read: N is beyond N", "read: above 0"]);
  for (
    const error of [
      new RangeError("Offset is outside the bounds of the DataView"),
      new SyntaxError("Cannot convert"),
    ]
  ) assertThrows(() => attempt("read", fail(error), see));
});

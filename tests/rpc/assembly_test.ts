/** How parts of messages are put together. */

import { assert, assertEquals } from "../../deps.ts";
import { Assembly } from "../../rpc/wire/assembly.ts";

Deno.test("parts without bytes and of one byte take about what they bring", () => {
  const assembly = new Assembly();
  const before = Deno.memoryUsage();
  const nothing = new Uint8Array();
  for (let i = 0; i < 10_000_000; i++) assembly.add(nothing, 10);
  const one = Uint8Array.of(7);
  for (let i = 0; i < 1_000_000; i++) assembly.add(one, 2 ** 20);
  const { heapTotal } = Deno.memoryUsage();
  assert(heapTotal - before.heapTotal < 40e6, `${heapTotal}`);
  const whole = assembly.finish(one);
  assertEquals(whole.byteLength, 1_000_001);
  assert(whole.every((byte) => byte === 7));
});

Deno.test("an assembly keeps the order of short and long parts", () => {
  const assembly = new Assembly();
  const expected: number[] = [];
  for (let i = 0; i < 90; i++) {
    const part = new Uint8Array([1, 999, 1023, 1024, 5000][i % 5]!).fill(i);
    expected.push(...part);
    assertEquals(assembly.add(part, 2 ** 20), true);
  }
  assertEquals(assembly.byteLength, expected.length);
  assertEquals(
    assembly.finish(Uint8Array.of(200)),
    Uint8Array.from([
      ...expected,
      200,
    ]),
  );
});

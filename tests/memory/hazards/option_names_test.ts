// Every options object of the layer: unknown names, wrong types and hostile getters.

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { FileLock } from "../../../mod.ts";
import {
  CALLS,
  type Fixture,
  fixture,
  undo,
} from "../../helpers/memory/option_calls.ts";

for (const [label, [call, good, optional]] of Object.entries(CALLS)) {
  Deno.test(`${label}() takes its options, and refuses what is none`, () => {
    using made = fixture();
    undo(call(made, { ...good }));
    const { message } = assertThrows(
      () => undo(call(made, { ...good, acces: "read" })),
      TypeError,
    );
    assert(message.includes('there is no option "acces"'), message);
    for (const wrong of [null, 1, "read", true, 5n, Symbol("x")]) {
      const { message } = assertThrows(
        () => undo(call(made, wrong)),
        TypeError,
      );
      // The engine's own sentences tell nobody what to do.
      assert(message.startsWith("Cannot "), message);
    }
    if (optional) undo(call(made, undefined));
  });

  Deno.test(`${label}() outlives options that answer differently, throw, or close`, () => {
    for (const option of Object.keys(good)) {
      for (const [kind, hostile] of Object.entries(HOSTILE)) {
        using made = fixture();
        let reads = 0;
        const options = Object.defineProperty({ ...good }, option, {
          enumerable: true,
          get: () => hostile(made, good[option], ++reads),
        });
        try {
          undo(call(made, options));
        } catch (error) {
          assert(error instanceof Error, `${option} ${kind}`);
          assert(
            error.message.startsWith("Cannot ") || error.message === "mine",
            error.message,
          );
        }
        assert(reads <= 1, `${option} was read ${reads} times (${kind})`);
      }
    }
  });

  Deno.test(`${label}() outlives a Proxy that lies about its options`, () => {
    using made = fixture();
    const proxy = new Proxy({ ...good }, {
      ownKeys: () => [...Object.keys(good), "extra"],
      getOwnPropertyDescriptor: () => ({
        configurable: true,
        enumerable: true,
        value: 1,
      }),
      get: () => 2 ** 31,
      has: () => true,
    });
    assertThrows(() => undo(call(made, proxy)), TypeError, "extra");
  });
}

/** What a getter may do. */
const HOSTILE: Record<
  string,
  (fixture: Fixture, good: unknown, reads: number) => unknown
> = {
  "differs": (_, good, reads) => reads === 1 ? good : 2 ** 40,
  "throws": () => {
    throw new Error("mine");
  },
  "closes": ({ memory, file, segment, mapping }, good) => {
    memory.close();
    file.close();
    segment.close();
    mapping.unmap();
    return good;
  },
  "object": (_, good) => ({ valueOf: () => good, toString: () => good }),
  "symbol": () => Symbol("x"),
  "bigint": () => 1n,
  "null": () => null,
  "minus zero": () => -0,
  "not a number": () => NaN,
  "huge": () => 1e300,
  "function": () => () => {},
};

Deno.test("every option that is -0 is 0", () => {
  using made = fixture();
  using mapping = made.memory.map({ offset: -0, length: 5 });
  assertEquals(mapping.byteLength, 5);
  using lock = FileLock.tryLock(made.file, { byteOffset: -0 });
  assert(Object.is(lock?.byteOffset, 0));
});

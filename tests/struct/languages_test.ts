/**
 * Layouts against other languages: a C compiler, Rust and numpy say where the
 * fields lie, and read what is there.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../deps.ts";
import { array, enumeration, i64, struct, u32, u8 } from "../../struct/mod.ts";
import { needing } from "../helpers/needs.ts";
import {
  assertPrinted,
  casesOf,
  CC,
  cProgram,
  inBytesOnly,
  memoryOf,
  numpyPrinted,
  numpyProgram,
  printedBy,
  RUSTC,
  rustProgram,
} from "../helpers/struct/foreign_layouts.ts";
import { sampleLayouts } from "../helpers/struct/random_layouts.ts";

const cases = casesOf(sampleLayouts(25, 11));

Deno.test(needing(
  ["cc"],
  "a C program finds all fields of 25 random layouts",
  async () => {
    assertPrinted(
      "C",
      cases,
      await printedBy(CC, ".c", cProgram(cases), memoryOf(cases)),
    );
  },
));

Deno.test(needing(
  ["rustc", "native"],
  "a Rust program finds all fields of 25 random layouts",
  async () => {
    assertPrinted(
      "Rust",
      cases,
      await printedBy(
        RUSTC,
        ".rs",
        rustProgram(cases),
        memoryOf(cases),
      ),
      inBytesOnly,
    );
  },
));

Deno.test(
  needing(
    ["numpy"],
    "numpy finds all fields of 25 random layouts",
    async () => {
      assertPrinted(
        "numpy",
        cases,
        await numpyPrinted(numpyProgram(cases), memoryOf(cases)),
      );
    },
  ),
);

Deno.test("Struct.toC() names structs within after the way to them", () => {
  const Point = struct({ x: u32 });
  const Line = struct({ ends: array(Point, 2) }, { name: "Line" });
  assert(Line.toC().includes("  Line_ends ends[2];\n"), Line.toC());
  assert(Line.toC("Path").includes("} Path;"));
});

Deno.test("Struct.toC() refuses names that mean something in C", () => {
  assertThrows(() => struct({ int: u32 }).toC(), RangeError, "int");
});

Deno.test("Struct.toRust() writes keywords as raw identifiers", () => {
  assert(struct({ type: u32 }).toRust().includes("pub r#type: u32,"));
  assertThrows(() => struct({ self: u32 }).toRust(), RangeError, "self");
});

Deno.test("Struct.toC() writes members that C reads as the same numbers", async () => {
  const T = struct({
    a: enumeration({ least: -(2n ** 63n), most: 2n ** 63n - 1n }, i64),
  }, { name: "T" });
  const printed = await printedBy(
    ["cc", "-Wall", "-Werror"],
    ".c",
    `${T.toC()}#include <stdio.h>
int main(void) { printf("%lld %lld\\n", (long long)T_a_least, (long long)T_a_most); }
`,
    new Uint8Array(0),
  );
  assertEquals(printed, "-9223372036854775808 9223372036854775807\n");
});

Deno.test("Struct.toJsonSchema() describes what read() returns", () => {
  const T = struct({ n: array(u8, 2), side: enumeration({ a: 1 }, u8) }, {
    name: "T",
  });
  assertEquals(T.toJsonSchema(), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "T",
    type: "object",
    properties: {
      n: {
        type: "array",
        items: { type: "integer", minimum: 0, maximum: 255 },
        minItems: 2,
        maxItems: 2,
      },
      side: { enum: ["a"] },
    },
    required: ["n", "side"],
    additionalProperties: false,
  });
});

import { assertEquals, assertThrows, loadFastCheck } from "../../../deps.ts";
import { UsageError } from "../../../cli/command.ts";
import { parseFilter } from "../../../cli/filter/expression.ts";

const fc = await loadFastCheck();

const VALUES: Readonly<Record<string, unknown>> = {
  type: 7,
  text: "hello world",
  price: 10.5,
  id: 2n ** 63n,
  point: { x: -3, deep: [1, { y: "z" }] },
  yes: true,
  nothing: null,
};

function passes(expression: string): boolean {
  return parseFilter(expression)((name) => VALUES[name]);
}

const TRUE = [
  "type == 7",
  "type == 7.0 && price > 10",
  "price >= 10.5 && price <= 10.5",
  "!(type == 8) || unknown",
  "text ~ 'lo wo'",
  'text == "hello world"',
  "id == 9223372036854775808",
  "id > 9223372036854775807",
  "id > 5",
  "point.x == -3",
  "point.deep[1].y == 'z'",
  "yes",
  "yes == true",
  "nothing == null && unknown == null",
  "text < 'i'",
  "0x10 == 16",
  "1 == 2 || 1 == 1 && 2 == 2",
  "!!yes",
];

const FALSE = [
  "type != 7",
  "price > 10.5",
  "unknown > 0 || unknown <= 0",
  "text > 5",
  "point.constructor",
  "point.deep.length == 2 && 1 == 2",
  "text ~ 'x'",
  "type == '7'",
  "yes && nothing",
  "id == 9223372036854775809",
];

for (const [expressions, wanted] of [[TRUE, true], [FALSE, false]] as const) {
  for (const expression of expressions) {
    Deno.test(`the filter ${expression} is ${wanted}`, () => {
      assertEquals(passes(expression), wanted);
    });
  }
}

Deno.test("a filter that is wrong is refused with the place", () => {
  for (
    const [expression, message] of [
      ["", "empty"],
      ["type ==", "is expected where it ends"],
      ["type = 7", "nothing begins with"],
      ["(type", '")" is expected'],
      ["type 7", '"7" is there'],
      ["a.7", "name of a field"],
      ["a[x]", "an index"],
      ["- x", "a number"],
      ["'open", "nothing begins with"],
      ["(".repeat(200) + "1" + ")".repeat(200), "100 brackets"],
      ["!".repeat(5000) + "1", "100 brackets"],
    ]
  ) {
    assertThrows(() => parseFilter(expression!), UsageError, message);
  }
});

Deno.test("no text makes the parser of filters fail otherwise than by refusing it", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "type",
      "==",
      "&&",
      "||",
      "!",
      "(",
      ")",
      "7",
      "'x'",
      ".",
      "[",
      "]",
      "-",
      "~",
    ),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      try {
        passes(words.join(" "));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

import { assertEquals, assertThrows } from "../../deps.ts";
import { cString } from "../../ffi/libc/cstring.ts";

Deno.test("cString() ends with exactly one NUL", () => {
  assertEquals([...cString("abc")], [0x61, 0x62, 0x63, 0]);
});

Deno.test("cString() of an empty string is the NUL alone", () => {
  assertEquals([...cString("")], [0]);
});

Deno.test("cString() keeps its NUL behind characters of several bytes", () => {
  assertEquals([...cString("é")], [0xc3, 0xa9, 0]);
  assertEquals([...cString("共")], [0xe5, 0x85, 0xb1, 0]);
  assertEquals([...cString("🦕")], [0xf0, 0x9f, 0xa6, 0x95, 0]);
});

Deno.test("cString() gives bytes of its own at each call", () => {
  const first = cString("name");
  const second = cString("name");
  first.fill(0x7a);
  assertEquals([...second], [...new TextEncoder().encode("name"), 0]);
});

for (const text of ["\0", "\0name", "na\0me", "name\0"]) {
  Deno.test(`cString() refuses a NUL in ${JSON.stringify(text)}`, () => {
    assertThrows(
      () => cString(text),
      TypeError,
      `Cannot pass ${JSON.stringify(text)} to C: it contains a NUL`,
    );
  });
}

/**
 * Layouts as headers of C.
 *
 * @module
 */

import type { PlacedField } from "../layout.ts";
import { codecOf } from "../types/codec.ts";
import type { ShapedType, StructShape } from "../types/shape.ts";
import {
  constantsOf,
  keyOf,
  type NamedStruct,
  namedStructs,
  numberOf,
  withoutDimensions,
} from "./names.ts";

const NUMBERS: Readonly<Record<string, string>> = {
  u8: "uint8_t",
  u16: "uint16_t",
  u32: "uint32_t",
  u64: "uint64_t",
  i8: "int8_t",
  i16: "int16_t",
  i32: "int32_t",
  i64: "int64_t",
  f32: "float",
  f64: "double",
};

// C11, with what C23 and C++20 add.
const KEYWORDS = new Set(
  `alignas alignof and and_eq asm auto bitand bitor bool break case catch char
  char8_t char16_t char32_t class compl concept const consteval constexpr
  constinit const_cast continue co_await co_return co_yield decltype default
  delete do double dynamic_cast else enum explicit export extern false float for
  friend goto if inline int long mutable namespace new noexcept not not_eq
  nullptr operator or or_eq private protected public register reinterpret_cast
  requires restrict return short signed sizeof static static_assert static_cast
  struct switch template this thread_local throw true try typedef typeid typename
  typeof typeof_unqual union unsigned using virtual void volatile wchar_t while
  xor xor_eq`.split(/\s+/),
);

/** Writes a header. */
export function toC(shape: StructShape, name: string): string {
  const structs = namedStructs(shape, name);
  const guard = `${name.toUpperCase()}_H`;
  return `#ifndef ${guard}
#define ${guard}

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

${structs.map((each) => definition(each, structs)).join("\n")}
#endif
`;
}

function definition(
  { shape, name }: NamedStruct,
  structs: readonly NamedStruct[],
): string {
  requireFree(name);
  const lines: string[] = [];
  let end = 0;
  for (const field of shape.fields) {
    requireFree(field.name);
    const natural = Math.ceil(end / field.align) * field.align;
    if (natural !== field.offset) {
      lines.push(`  uint8_t shmem_gap_${end}[${field.offset - end}];`);
    }
    lines.push(`  ${declaration(field, structs)}`);
    end = field.offset + field.type.size;
  }
  const ownAlign = shape.fields.reduce(
    (most, each) => Math.max(most, each.align),
    1,
  );
  const attributes = [
    ...(shape.packed ? ["packed"] : []),
    ...(shape.align > ownAlign ? [`aligned(${shape.align})`] : []),
  ].map((each) => ` __attribute__((${each}))`).join("");
  const constants = shape.fields.flatMap((field) =>
    constantsOf(field.type).map(([member, value]) =>
      `#define ${name}_${field.name}_${member} ${literal(value)}\n`
    )
  );
  const asserts = shape.fields.map((field) =>
    `static_assert(offsetof(${name}, ${field.name}) == ${field.offset}, "${name}.${field.name}");\n`
  );
  return `typedef struct${attributes} ${name} {
${lines.join("\n")}
} ${name};
${constants.join("")}static_assert(sizeof(${name}) == ${shape.size}, "${name}");
${asserts.join("")}`;
}

function declaration(
  { name, type, align, aligned, little }: PlacedField,
  structs: readonly NamedStruct[],
): string {
  const { element, dimensions } = withoutDimensions(type);
  const { shape } = codecOf(element);
  const sizes = [...dimensions];
  if (shape.kind === "chars" || shape.kind === "bytes") {
    sizes.push(shape.length);
  }
  const suffix = sizes.map((size) => `[${size}]`).join("");
  const attribute = aligned ? ` __attribute__((aligned(${align})))` : "";
  const remarks = [
    ...(shape.kind === "atomic" ? ["atomic"] : []),
    ...(little || element.size === 1 ? [] : ["big-endian"]),
  ];
  const remark = remarks.length === 0 ? "" : ` /* ${remarks.join(", ")} */`;
  return `${typeName(element, structs)} ${name}${suffix}${attribute};${remark}`;
}

function typeName(type: ShapedType, structs: readonly NamedStruct[]): string {
  const { shape } = codecOf(type);
  switch (shape.kind) {
    case "bool":
      return "bool";
    case "chars":
      return "char";
    case "bytes":
      return "uint8_t";
    case "struct": {
      const key = keyOf(shape.struct);
      const found = structs.find((each) => keyOf(each.shape) === key);
      return found?.name ?? "struct";
    }
    default:
      return NUMBERS[numberOf(type)] ?? "uint8_t";
  }
}

function literal(value: number | bigint): string {
  if (value > 0x7fffffff) return `${value}u${value > 0xffffffff ? "ll" : ""}`;
  // There is no literal of the least number: it is made from the next one.
  if (value === -(2n ** 63n)) return "(-9223372036854775807ll - 1)";
  return value < 0
    ? `(${value}${value < -0x7fffffff ? "ll" : ""})`
    : `${value}`;
}

function requireFree(name: string): void {
  if (!KEYWORDS.has(name)) return;
  throw new RangeError(
    `Cannot write C: ${name} means something in C or C++; give it another name`,
  );
}

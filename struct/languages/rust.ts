/**
 * Layouts as Rust.
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

const KEYWORDS = new Set(
  `abstract as async await become box break const continue do dyn else enum
  extern false final fn for gen if impl in let loop macro match mod move mut
  override priv pub ref return static struct trait true try type typeof unsafe
  unsized use virtual where while yield`.split(/\s+/),
);

// Not even raw identifiers may be called so.
const NEVER = new Set(["_", "self", "Self", "super", "crate"]);

/** Writes types of Rust. */
export function toRust(shape: StructShape, name: string): string {
  const structs = namedStructs(shape, name);
  return structs.map((each) => definition(each, structs)).join("\n");
}

function definition(
  { shape, name }: NamedStruct,
  structs: readonly NamedStruct[],
): string {
  const packed = isPacked(shape);
  const lines: string[] = [];
  let end = 0;
  for (const field of shape.fields) {
    const plain = asBytes(field, shape);
    const natural = packed || plain
      ? end
      : Math.ceil(end / field.type.align) * field.type.align;
    if (natural !== field.offset) {
      lines.push(`    pub shmem_gap_${end}: [u8; ${field.offset - end}],`);
    }
    const type = plain
      ? `[u8; ${field.type.size}]`
      : typeText(field.type, structs);
    const remark = remarkOf(field, plain);
    lines.push(`    pub ${ident(field.name)}: ${type},${remark}`);
    end = field.offset + field.type.size;
  }
  const repr = packed
    ? "C, packed"
    : isAligned(shape)
    ? `C, align(${shape.align})`
    : "C";
  const constants = shape.fields.flatMap((field) =>
    constantsOf(field.type).map(([member, value]) =>
      `#[allow(non_upper_case_globals)]\npub const ${name}_${field.name}_${member}: ${
        numberOf(withoutDimensions(field.type).element)
      } = ${value};\n`
    )
  );
  const asserts = shape.fields.map((field) =>
    `const _: () = assert!(core::mem::offset_of!(${ident(name)}, ${
      ident(field.name)
    }) == ${field.offset});\n`
  );
  return `#[allow(non_camel_case_types)]
#[derive(Clone, Copy)]
#[repr(${repr})]
pub struct ${ident(name)} {
${lines.join("\n")}
}
${constants.join("")}const _: () = assert!(core::mem::size_of::<${
    ident(name)
  }>() == ${shape.size});
${asserts.join("")}`;
}

/** Rust has no struct that is packed and aligned. */
function isPacked(shape: StructShape): boolean {
  return shape.packed && shape.align === 1;
}

/** Whether a struct is aligned to more than what it holds asks for. */
function isAligned(shape: StructShape): boolean {
  if (isPacked(shape)) return false;
  const natural = shape.fields
    .filter((each) => !asBytes(each, shape))
    .map((each) => each.type.align);
  return shape.align > Math.max(1, ...natural);
}

/** Whether Rust can hold a field at its place as bytes only. */
function asBytes({ offset, type }: PlacedField, shape: StructShape): boolean {
  // A packed type must not have one with repr(align) within.
  if (isPacked(shape)) return holdsAligned(type);
  return offset % type.align !== 0 || type.align > shape.align;
}

function holdsAligned(type: ShapedType): boolean {
  const { shape } = codecOf(withoutDimensions(type).element);
  return shape.kind === "struct" &&
    (isAligned(shape.struct) ||
      shape.struct.fields.some((each) => holdsAligned(each.type)));
}

function typeText(type: ShapedType, structs: readonly NamedStruct[]): string {
  const { shape } = codecOf(type);
  switch (shape.kind) {
    case "array":
      return `[${typeText(shape.element, structs)}; ${shape.length}]`;
    case "chars":
    case "bytes":
      return `[u8; ${shape.length}]`;
    case "bool":
      return "bool";
    case "struct": {
      const key = keyOf(shape.struct);
      const found = structs.find((each) => keyOf(each.shape) === key);
      return ident(found?.name ?? "Struct");
    }
    default:
      return numberOf(type);
  }
}

function remarkOf({ type, little }: PlacedField, plain: boolean): string {
  const { element } = withoutDimensions(type);
  const { kind } = codecOf(element).shape;
  const remarks = [
    ...(plain ? ["not aligned"] : []),
    ...(kind === "atomic" ? ["atomic"] : []),
    ...(little || element.size === 1 ? [] : ["big-endian"]),
  ];
  return remarks.length === 0 ? "" : ` // ${remarks.join(", ")}`;
}

function ident(name: string): string {
  if (NEVER.has(name)) {
    throw new RangeError(
      `Cannot write Rust: ${name} means something in Rust; give it another name`,
    );
  }
  return KEYWORDS.has(name) ? `r#${name}` : name;
}

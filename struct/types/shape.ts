import type { PlacedField } from "../layout.ts";

/** The plain number types. */
export type NumberName =
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "f32"
  | "f64";

/** What a type is, for those who describe it in other words. */
export type Shape =
  | { readonly kind: "number"; readonly number: NumberName }
  | { readonly kind: "bool" }
  | { readonly kind: "chars"; readonly length: number }
  | { readonly kind: "bytes"; readonly length: number }
  | {
    readonly kind: "array";
    readonly length: number;
    readonly element: ShapedType;
  }
  | {
    readonly kind: "enumeration";
    readonly base: ShapedType;
    readonly members: readonly (readonly [string, number | bigint])[];
  }
  | {
    readonly kind: "bitset";
    readonly base: ShapedType;
    readonly bits: readonly (readonly [string, number])[];
  }
  | { readonly kind: "safe"; readonly base: ShapedType }
  | { readonly kind: "atomic"; readonly base: ShapedType }
  | { readonly kind: "struct"; readonly struct: StructShape };

/** A type, as descriptions see it. */
export interface ShapedType {
  /** What messages and hashes call it. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** What its offset is a multiple of. */
  readonly align: number;
}

/** A struct, as descriptions see it. */
export interface StructShape extends ShapedType {
  /** What the struct was named, or nothing. */
  readonly title: string | undefined;
  /** Its fields, in order of their offsets. */
  readonly fields: readonly PlacedField[];
  /** Whether it has no gaps of its own. */
  readonly packed: boolean;
}

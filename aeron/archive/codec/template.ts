/**
 * Messages of the archive as data: Simple Binary Encoding, with the fields in a
 * row without gaps and texts behind them, each after its length.
 *
 * @module
 */

/** A field of fixed length. */
export type FieldType = "i32" | "i64";

/** A part of variable length. */
export type PartType = "text" | "bytes";

/** How a message is laid out; the order of the names is that of the bytes. */
export interface Template {
  readonly id: number;
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly parts: Readonly<Record<string, PartType>>;
}

/** The values of a message. */
export type ValuesOf<T extends Template> =
  & {
    readonly [Name in keyof T["fields"]]: T["fields"][Name] extends "i64"
      ? bigint
      : number;
  }
  & {
    readonly [Name in keyof T["parts"]]: T["parts"][Name] extends "text"
      ? string
      : Uint8Array;
  };

/** Identity of the archive's schema. */
export const SCHEMA_ID = 101;

/** The version of it that is spoken here: the one of Aeron 1.51. */
export const SCHEMA_VERSION = 13;

/** Bytes of the header in front: block length, template, schema, version, 16 bits each. */
export const HEADER_LENGTH = 8;

/** Bytes of a field. */
export const FIELD_LENGTHS: Readonly<Record<FieldType, number>> = {
  i32: 4,
  i64: 8,
};

/** Bytes of all fields of a message. */
export function blockLengthOf({ fields }: Template): number {
  return Object.values(fields)
    .reduce((sum, type) => sum + FIELD_LENGTHS[type], 0);
}

import {
  blockLengthOf,
  FIELD_LENGTHS,
  HEADER_LENGTH,
  SCHEMA_ID,
  SCHEMA_VERSION,
  type Template,
  type ValuesOf,
} from "./template.ts";

const encoder = new TextEncoder();

/** The bytes of a message. */
export function encode<T extends Template>(
  template: T,
  values: ValuesOf<T>,
): Uint8Array<ArrayBuffer> {
  return encodeObject(template, values);
}

/**
 * The bytes of a message whose values the type checker has seen elsewhere.
 *
 * @param values By the names of the template's fields and parts.
 */
export function encodeObject(
  template: Template,
  values: object,
): Uint8Array<ArrayBuffer> {
  const parts = Object.keys(template.parts)
    .map((name) => bytesOf(Reflect.get(values, name)));
  const block = blockLengthOf(template);
  const length = parts
    .reduce((sum, part) => sum + 4 + part.length, HEADER_LENGTH + block);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  [block, template.id, SCHEMA_ID, SCHEMA_VERSION]
    .forEach((word, index) => view.setUint16(2 * index, word, true));
  let offset = HEADER_LENGTH;
  for (const [name, type] of Object.entries(template.fields)) {
    const value: unknown = Reflect.get(values, name);
    if (type === "i64") view.setBigInt64(offset, toBigInt(value), true);
    else view.setInt32(offset, Number(value), true);
    offset += FIELD_LENGTHS[type];
  }
  for (const part of parts) {
    view.setUint32(offset, part.length, true);
    bytes.set(part, offset + 4);
    offset += 4 + part.length;
  }
  return bytes;
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : encoder.encode(String(value));
}

function toBigInt(value: unknown): bigint {
  return typeof value === "bigint" ? value : BigInt(String(value));
}

import {
  FIELD_LENGTHS,
  HEADER_LENGTH,
  SCHEMA_ID,
  type Template,
  type ValuesOf,
} from "./template.ts";

const decoder = new TextDecoder();

/** The header of a message. */
export interface Header {
  readonly templateId: number;
  readonly blockLength: number;
}

/**
 * Reads the header of a message.
 *
 * @param bytes A copy of the message, which nobody changes.
 * @returns The header; `undefined` for a message that is not the archive's.
 */
export function decodeHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  const view = viewOf(bytes);
  if (view.getUint16(4, true) !== SCHEMA_ID) return undefined;
  return {
    blockLength: view.getUint16(0, true),
    templateId: view.getUint16(2, true),
  };
}

/**
 * Reads a message.
 *
 * @param template Its layout.
 * @param bytes A copy of the message, with its header.
 * @returns Its values; fields that an older archive does not send are 0.
 * @throws {Error} When lengths in it lead beyond its end.
 */
export function decode<T extends Template>(
  template: T,
  bytes: Uint8Array,
): ValuesOf<T>;
export function decode(
  template: Template,
  bytes: Uint8Array,
): Record<string, bigint | number | string | Uint8Array> {
  const view = viewOf(bytes);
  const end = HEADER_LENGTH + (decodeHeader(bytes)?.blockLength ?? 0);
  if (end > bytes.length) throw damaged(template, bytes);
  const values: Record<string, bigint | number | string | Uint8Array> = {};
  let offset = HEADER_LENGTH;
  for (const [name, type] of Object.entries(template.fields)) {
    const length = FIELD_LENGTHS[type];
    const sent = offset + length <= end;
    if (type === "i64") {
      values[name] = sent ? view.getBigInt64(offset, true) : 0n;
    } else values[name] = sent ? view.getInt32(offset, true) : 0;
    offset += length;
  }
  // A newer archive sends more fields than are known here.
  offset = end;
  for (const [name, type] of Object.entries(template.parts)) {
    const start = offset + 4;
    if (start > bytes.length) throw damaged(template, bytes);
    offset = start + view.getUint32(start - 4, true);
    if (offset > bytes.length) throw damaged(template, bytes);
    const part = bytes.slice(start, offset);
    values[name] = type === "text" ? decoder.decode(part) : part;
  }
  return values;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged({ id }: Template, { length }: Uint8Array): Error {
  return new Error(
    `Cannot read a message of the archive: template ${id} does not fit its ${length} bytes`,
  );
}

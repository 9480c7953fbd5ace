/**
 * Commands to the media driver, as they lie in its ring.
 *
 * @module
 */

/** Types of commands. */
export const COMMAND = {
  addPublication: 0x01,
  removePublication: 0x02,
  addExclusivePublication: 0x03,
  addSubscription: 0x04,
  removeSubscription: 0x05,
  addDestination: 0x07,
  removeDestination: 0x08,
  addCounter: 0x09,
  removeCounter: 0x0a,
  closeClient: 0x0b,
  addReceiveDestination: 0x0c,
  removeReceiveDestination: 0x0d,
  addStaticCounter: 0x0f,
  rejectImage: 0x10,
  removeDestinationById: 0x11,
  nextSessionId: 0x12,
} as const;

/** A type of a command. */
export type CommandType = typeof COMMAND[keyof typeof COMMAND];

/** A field of a command. */
export type Field =
  | { readonly i32: number }
  | { readonly i64: bigint }
  | { readonly text: string }
  | { readonly bytes: Uint8Array };

const encoder = new TextEncoder();

/** Lays out a command: client and correlation first, then the fields in a row. */
export function encodeCommand(
  clientId: bigint,
  correlationId: bigint,
  fields: readonly Field[],
): Uint8Array {
  const parts = fields.map((field) =>
    "text" in field ? { bytes: encoder.encode(field.text) } : field
  );
  const length = parts.reduce((end, part) => placeOf(end, part).end, 16);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, clientId, true);
  view.setBigInt64(8, correlationId, true);
  let at = 16;
  for (const part of parts) {
    const { start, end } = placeOf(at, part);
    if ("i32" in part) view.setInt32(start, part.i32, true);
    else if ("i64" in part) view.setBigInt64(start, part.i64, true);
    else {
      view.setInt32(start, part.bytes.length, true);
      bytes.set(part.bytes, start + 4);
    }
    at = end;
  }
  return bytes;
}

type Part = Exclude<Field, { readonly text: string }>;

/** Where a field lies that comes behind `at`: each at a multiple of 4. */
function placeOf(at: number, part: Part): { start: number; end: number } {
  const start = (at + 3) & -4;
  const size = "i32" in part ? 4 : "i64" in part ? 8 : 4 + part.bytes.length;
  return { start, end: start + size };
}

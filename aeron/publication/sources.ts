import {
  checkAvailable,
  checkSource,
} from "../../channel/buffers/message_checks.ts";
import { checkInteger, describe } from "../../memory/checks/integers.ts";

/** Parts of a message, checked, in an array that nobody else has. */
export interface Parts {
  readonly sources: readonly Uint8Array[];
  readonly length: number;
}

/**
 * Checks parts of a message.
 *
 * @throws {TypeError} When they are no array of `Uint8Array`.
 */
export function checkParts(parts: readonly Uint8Array[]): Parts {
  if (!Array.isArray(parts)) {
    throw new TypeError(
      `Cannot offer parts: it takes an array of Uint8Array: received ${
        describe(parts)
      }`,
    );
  }
  const sources: Uint8Array[] = [];
  let length = 0;
  // By index, once each: what a getter returns the next time is not asked.
  const count = parts.length;
  for (let i = 0; i < count; i++) {
    const part: Uint8Array = parts[i]!;
    length += checkSource(part, 0);
    sources.push(part);
  }
  return { sources, length };
}

/**
 * Checks a source, and the part of it that is the message.
 *
 * @returns How long the message is.
 */
export function checkRange(
  bytes: Uint8Array,
  offset: number,
  length: number | undefined,
): number {
  const available = checkSource(bytes, offset);
  if (length === undefined) return available;
  const size = checkInteger(length, "length", 0, Number.MAX_SAFE_INTEGER);
  checkAvailable(size, available);
  return size;
}

/** Checks the 64 bits that go with a message. */
export function checkReserved(value: bigint | undefined): void {
  if (value === undefined || typeof value === "bigint") return;
  throw new TypeError(
    `Cannot use reservedValue: it must be a bigint: received ${
      describe(value)
    }`,
  );
}

/** Refuses a message that is too long. */
export function refuseLength(length: number, maximum: number): never {
  throw new RangeError(
    `Cannot offer message: it has ${length} bytes, and one may have ${maximum}; raise term-length of the channel, or send it in pieces`,
  );
}

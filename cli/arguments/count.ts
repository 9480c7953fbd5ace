import { UsageError } from "../command.ts";

/** Reads a number from 1 on. */
export function parseCount(text: string, what: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && Number.isSafeInteger(count)) {
    return count;
  }
  throw new UsageError(
    `${what} must be a whole number from 1 on: received ${
      JSON.stringify(text)
    }`,
  );
}

/** Reads a number from 0 on, decimal or as `0x2a`. */
export function parseOffset(text: string, what: string): number {
  const offset = Number(text);
  if (/^(\d+|0x[\da-f]+)$/i.test(text) && Number.isSafeInteger(offset)) {
    return offset;
  }
  throw new UsageError(
    `${what} must be a whole number from 0 on, such as 128 or 0x80: received ${
      JSON.stringify(text)
    }`,
  );
}

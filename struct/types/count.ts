import { shown } from "./codec.ts";

/** The largest struct: what one typed array surely takes. */
export const LARGEST = 2 ** 32 - 1;

/** Throws unless it is a number of elements. */
export function checkCount(count: unknown, what: string): void {
  if (typeof count !== "number") {
    throw new TypeError(
      `Cannot make ${what}: the length must be a number: received ${
        shown(count)
      }`,
    );
  }
  if (!Number.isInteger(count) || count < 1 || count > LARGEST) {
    throw new RangeError(
      `Cannot make ${what}: the length must be an integer from 1 to ${LARGEST}: received ${
        shown(count)
      }`,
    );
  }
}

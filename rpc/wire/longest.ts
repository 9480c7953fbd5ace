import { describe } from "../../memory/checks/integers.ts";

/**
 * Checks how long the longest request or answer may be.
 *
 * @param what What was to be done, and the option: `listen: maxRequestLength`.
 */
export function checkLongest(longest: unknown, what: string): void {
  if (Number.isInteger(longest) && Number(longest) >= 1) return;
  throw new RangeError(
    `Cannot ${what} must be an integer, 1 or more: received ${
      describe(longest)
    }`,
  );
}

import { describe } from "../../memory/checks/integers.ts";

const ASCII = /^[\x20-\x7e]*$/;

/**
 * Checks text that goes to the driver, which takes ASCII.
 *
 * @param what What messages call it.
 * @param longest Most characters.
 */
export function checkAsciiText(
  text: string,
  what: string,
  longest: number,
  operation: string,
): void {
  if (typeof text !== "string" || !ASCII.test(text)) {
    throw new TypeError(
      `Cannot ${operation}: ${what} must be text of ASCII characters: received ${
        describe(text)
      }`,
    );
  }
  if (text.length > longest) {
    throw new RangeError(
      `Cannot ${operation}: ${what} has ${text.length} characters, and one may have ${longest}`,
    );
  }
}

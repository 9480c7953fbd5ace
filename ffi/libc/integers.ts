/**
 * Range checks of integers that go to libc. Deno's fast path does not check: it
 * wraps 2^32 + 1 to 1 silently.
 *
 * @module
 */

/** Smallest and largest value of `int` and `key_t`. */
const I32 = [-0x8000_0000, 0x7fff_ffff] as const;
/** Smallest and largest value of `uid_t`, `gid_t` and `mode_t`. */
const U32 = [0, 0xffff_ffff] as const;

/** Checks a value of `int` or `key_t`. */
export function checkI32(value: number, what: string): number {
  return checkInteger(value, what, ...I32);
}

/** Checks a value of `uid_t` or `gid_t`. */
export function checkU32(value: number, what: string): number {
  return checkInteger(value, what, ...U32);
}

/**
 * Checks that a value is an integer of a range.
 *
 * @returns `value`; 0 for -0.
 * @throws {TypeError} When it is not a number.
 * @throws {RangeError} When it is not an integer, or outside the range.
 */
export function checkInteger(
  value: number,
  what: string,
  minimum: number,
  maximum: number,
): number {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot use ${what}: it must be a number: received ${describe(value)}`,
    );
  }
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new RangeError(
      `Cannot use ${what}: it must be an integer from ${minimum} to ${maximum}: received ${
        describe(value)
      }`,
    );
  }
  // Deno takes -0 for no integer.
  return value + 0;
}

/** How many characters of a wrong value a message shows: paths fit. */
const MOST_SHOWN = 4200;

/** Shows a wrong value in a message; the beginning of one that is very long. */
export function describe(value: unknown): string {
  const text = textOf(value);
  if (text.length <= MOST_SHOWN) return text;
  return `${text.slice(0, MOST_SHOWN)}… (${text.length} characters)`;
}

function textOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  // Without its n, 1n would look like a number that is refused for being none.
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  try {
    // All elements of an array of bytes would say less than what it is.
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
    return String(value);
  } catch {
    // An object may refuse to be text.
    return Object.prototype.toString.call(value);
  }
}

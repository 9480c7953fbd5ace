/**
 * Checks of arguments, before libc sees them.
 *
 * @module
 */

import { checkInteger, describe } from "../../ffi/libc/integers.ts";
import { platform } from "../../ffi/platforms/platform.ts";

/** Checks a size: a positive integer of bytes that a number holds exactly. */
export function checkSize(size: number, what: string): number {
  return checkInteger(size, what, 1, Number.MAX_SAFE_INTEGER);
}

/** Checks an offset: 0, or a positive integer of bytes. */
export function checkOffset(offset: number, what: string): number {
  return checkInteger(offset, what, 0, Number.MAX_SAFE_INTEGER);
}

/** Checks that options were given where they are needed. */
export function checkOptions(options: object, operation: string): void {
  if (typeof options === "object" && options !== null) return;
  throw new TypeError(
    `Cannot ${operation}: it takes options with a size: received ${
      describe(options)
    }`,
  );
}

/** Checks permission bits: 0 to 0o777. */
export function checkMode(mode: number): number {
  if (typeof mode !== "number") {
    throw new TypeError(
      `Cannot use the mode: it must be a number: received ${describe(mode)}`,
    );
  }
  const highest = 0o777;
  if (!Number.isInteger(mode) || mode < 0 || mode > highest) {
    throw new RangeError(
      `Cannot use the mode: it must be from 0 to 0o777: received 0o${
        mode.toString(8)
      }`,
    );
  }
  return mode;
}

/** Checks an address: not negative, and at most 64 bits wide. */
export function checkAddress(
  address: bigint | undefined,
): bigint | undefined {
  if (address === undefined) return undefined;
  if (typeof address !== "bigint") {
    throw new TypeError(
      `Cannot use the address: it must be a bigint: received ${
        describe(address)
      }`,
    );
  }
  // The first page is where null pointers lead, and stays empty.
  const lowest = 4096n;
  if (address < lowest || address >= 1n << 64n) {
    throw new RangeError(
      `Cannot use the address: it must be from ${lowest} on and below 2^64: received ${address}`,
    );
  }
  return address;
}

/** Checks that an option is one of a few words. */
export function checkWord<Word extends string>(
  value: Word,
  words: readonly Word[],
  what: string,
): Word {
  if (words.includes(value)) return value;
  const list = words.map((word) => JSON.stringify(word)).join(", ");
  throw new TypeError(
    `Cannot use ${what}: it must be one of ${list}: received ${
      describe(value)
    }`,
  );
}

/**
 * Checks the name of a POSIX object, and puts the slash in front that
 * `shm_open(3)` asks for.
 *
 * @returns The name with exactly one slash, at its start.
 */
export function checkName(name: string): string {
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot use the name: it must be a string: received ${describe(name)}`,
    );
  }
  const bare = name.startsWith("/") ? name.slice(1) : name;
  const shown = JSON.stringify(name);
  if (name.includes("\0")) {
    throw new TypeError(`Cannot use the name ${shown}: it contains a NUL`);
  }
  if (bare === "" || bare === "." || bare === ".." || bare.includes("/")) {
    throw new TypeError(
      `Cannot use the name ${shown}: it must be one component, such as "/frames"`,
    );
  }
  if (!name.isWellFormed()) {
    throw new TypeError(
      `Cannot use the name ${shown}: it has half of a surrogate pair, which no UTF-8 can hold`,
    );
  }
  const { maxNameLength } = platform().capabilities;
  // A UTF-16 unit takes 3 bytes at most, so short names need no counting.
  const byteLength = bare.length * 3 <= maxNameLength
    ? bare.length
    : new TextEncoder().encode(bare).byteLength;
  if (byteLength > maxNameLength) {
    throw new RangeError(
      `Cannot use the name ${shown}: it has ${byteLength} bytes, and ${platform().name} allows ${maxNameLength} after the slash`,
    );
  }
  return `/${bare}`;
}

/** Checks the sizes that something is expected to have. */
export function checkSizes(
  size: number | undefined,
  minSize: number | undefined,
): void {
  if (size !== undefined) checkSize(size, "size");
  if (minSize !== undefined) checkSize(minSize, "minSize");
}

/** Compares the size that something has with what was expected. */
export function checkFits(
  actual: number,
  size: number | undefined,
  minSize: number | undefined,
  what: string,
): void {
  if (size !== undefined && size !== actual) {
    throw new RangeError(
      `Cannot open ${what}: it has ${actual} bytes, and ${size} were expected; ask for the same, or remove it and create it again when no process uses it`,
    );
  }
  if (minSize !== undefined && minSize > actual) {
    throw new RangeError(
      `Cannot open ${what}: it has ${actual} bytes, and at least ${minSize} were expected; ask for less, or remove it and create it again when no process uses it`,
    );
  }
}

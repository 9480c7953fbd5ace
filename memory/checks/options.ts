/**
 * Options are read here, once: each by its name, into a copy that nobody else
 * can change. A getter that answers differently the next time is not asked
 * again, and a name that does not exist is refused instead of ignored.
 *
 * @module
 */

import { describe } from "../../ffi/libc/integers.ts";

/** Every name of an options type, for {@linkcode readOptions}. */
export type OptionNames<Options> = {
  readonly [Name in keyof Required<Options>]: true;
};

// Taken now: what someone replaces later must not see or change options.
const { keys, create, hasOwn } = Object;
const { get } = Reflect;

/**
 * Reads options.
 *
 * @param options What the caller passed; `undefined` stands for none.
 * @param names Every name that there is.
 * @param operation What they are for, for the message of an error: `create segment`.
 * @returns A copy without prototype; what was `undefined` is not in it.
 * @throws {TypeError} When it is not an object, or has a name that there is not.
 */
export function readOptions<Options extends object>(
  options: Options | undefined,
  names: OptionNames<Options>,
  operation: string,
): Options {
  const copy = create(null);
  if (options === undefined) return copy;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${operation}: the options must be an object: received ${
        describe(options)
      }`,
    );
  }
  for (const name of keys(options)) {
    if (hasOwn(names, name)) continue;
    throw new TypeError(
      `Cannot ${operation}: there is no option ${describe(name)}; there are ${
        keys(names).join(", ")
      }`,
    );
  }
  for (const name of keys(names)) {
    const value: unknown = get(options, name);
    // -0 is 0 to everyone but libc's border.
    if (value !== undefined) copy[name] = value === 0 ? 0 : value;
  }
  return copy;
}

/** Checks an option that is true or false; `undefined` stands for false. */
export function checkFlag(value: boolean | undefined, what: string): boolean {
  if (value === undefined) return false;
  if (typeof value === "boolean") return value;
  throw new TypeError(
    `Cannot use ${what}: it must be true or false: received ${describe(value)}`,
  );
}

import { describe } from "../../ffi/libc/integers.ts";
import { isSignal } from "../../memory/waiting/wait_options.ts";

/** Options of what waits. */
export const WAIT_OPTIONS: readonly string[] = ["timeoutMs", "signal"];

/**
 * Checks that options are an object with no other names than these: a name that
 * was misspelt would be ignored.
 *
 * @param options What the caller passed; nothing at all will do.
 * @param known The names that there are.
 * @param operation What is to be done with them.
 * @throws {TypeError} Naming the first option that is unknown.
 */
export function checkOptionNames(
  options: object,
  known: readonly string[],
  operation: string,
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${operation}: the options must be an object: received ${
        describe(options)
      }`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `Cannot ${operation}: there is no option ${
        JSON.stringify(name)
      }; there are ${known.join(", ")}`,
    );
  }
}

/** Checks a switch. */
export function checkBoolean(value: boolean, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw new TypeError(
    `Cannot use ${what}: it must be true or false: received ${describe(value)}`,
  );
}

/** Checks a signal. */
export function checkSignal(
  signal: AbortSignal | undefined,
  operation: string,
): AbortSignal | undefined {
  if (signal === undefined || isSignal(signal)) return signal;
  throw new TypeError(
    `Cannot ${operation}: the signal must be an AbortSignal: received ${
      describe(signal)
    }`,
  );
}

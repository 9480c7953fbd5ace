import { UsageError } from "../command.ts";

/** Milliseconds of each unit. */
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** `1m30s`, `1.5s`, `200ms`: numbers, each with its unit. */
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/**
 * Reads a duration. A number alone is refused: everybody means another unit.
 *
 * @param what How a message calls it: `"--timeout"`.
 * @returns Milliseconds, more than 0.
 */
export function parseDuration(text: string, what: string): number {
  const parts = [...text.matchAll(PART)];
  const whole = parts.map(([part]) => part).join("");
  const sum = parts.reduce(
    (sum, [, number = "", unit = ""]) =>
      sum + Number(number) * (UNITS[unit] ?? NaN),
    0,
  );
  // The largest that a timer takes, some 24 days.
  if (whole === text && sum > 0 && sum < 2 ** 31) return sum;
  throw new UsageError(
    `${what} must be a duration with its unit, such as 5s, 200ms or 1m30s: received ${
      JSON.stringify(text)
    }`,
  );
}

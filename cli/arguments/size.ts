import { UsageError } from "../command.ts";

/** Powers of 1024 of each unit. */
const POWERS: Readonly<Record<string, number>> = { "": 0, k: 1, m: 2, g: 3 };

/**
 * Reads a size: `4096`, `64k`, `1MiB`, `2g`. Units are of 1024, as everywhere where
 * memory is meant.
 *
 * @param what How a message calls it: `"--size"`.
 * @returns Bytes, more than 0.
 */
export function parseSize(text: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?$/i.exec(text);
  const [, number = "", unit = ""] = match ?? [];
  const bytes = Number(number) * 1024 ** (POWERS[unit.toLowerCase()] ?? 0);
  if (match !== null && Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new UsageError(
    `${what} must be a size in whole bytes, such as 4096, 64k or 1MiB: received ${
      JSON.stringify(text)
    }`,
  );
}

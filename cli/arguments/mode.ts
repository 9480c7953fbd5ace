import { UsageError } from "../command.ts";

/** Reads permission bits as `chmod(1)` takes them: `600`, `0640`. */
export function parseMode(text: string, what: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new UsageError(
    `${what} must be permission bits in octal digits, such as 600 or 0640: received ${
      JSON.stringify(text)
    }`,
  );
}

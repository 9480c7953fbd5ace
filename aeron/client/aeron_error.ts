import { printableLines } from "../../memory/checks/printable.ts";

/** What a media driver may answer instead of doing it, by its number. */
const CODES: readonly string[] = [
  "unused",
  "invalid-channel",
  "unknown-subscription",
  "unknown-publication",
  "channel-endpoint-error",
  "unknown-counter",
  "unknown-command",
  "malformed-command",
  "not-supported",
  "unknown-host",
  "resource-temporarily-unavailable",
  "generic",
  "storage-space",
  "image-rejected",
  "publication-revoked",
];

/**
 * The media driver refused something, or told that something went wrong.
 *
 * @example Look at the code
 * ```ts
 * import { Aeron, AeronError } from "@shmem/shmem/aeron";
 *
 * /** Whether the driver knows this channel. *\/
 * async function isUsable(aeron: Aeron, channel: string): Promise<boolean> {
 *   try {
 *     using _publication = await aeron.addPublication(channel, 1001);
 *     return true;
 *   } catch (error) {
 *     if (!(error instanceof AeronError)) throw error;
 *     console.log(error.code); // "invalid-channel"
 *     return false;
 *   }
 * }
 * ```
 */
export class AeronError extends Error {
  /** The driver's word for it, such as `"invalid-channel"` or `"storage-space"`. */
  readonly code: string;
  /** The driver's number for it. */
  readonly errorCode: number;

  /**
   * Makes an error of a driver's answer.
   *
   * @param operation What was tried, with its object: `add publication …`.
   * @param errorCode The driver's number.
   * @param text What the driver says.
   */
  constructor(operation: string, errorCode: number, text: string) {
    const code = CODES[errorCode] ?? `error-${errorCode}`;
    super(
      `Cannot ${operation}: the media driver says ${code}: ${
        printableLines(text)
      }`,
    );
    this.name = "AeronError";
    this.code = code;
    this.errorCode = errorCode;
  }
}

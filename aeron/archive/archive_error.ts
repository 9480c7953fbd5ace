import { printableLines } from "../../memory/checks/printable.ts";

/** What the archive may say is wrong, by its number. */
const CODES: Readonly<Record<number, string>> = {
  0: "generic",
  1: "active-listing",
  2: "active-recording",
  3: "active-subscription",
  4: "unknown-subscription",
  5: "unknown-recording",
  6: "unknown-replay",
  7: "max-replays",
  8: "max-recordings",
  9: "invalid-extension",
  10: "authentication-rejected",
  11: "storage-space",
  12: "unknown-replication",
  13: "unauthorised-action",
  14: "replication-connection-failure",
  16: "invalid-position",
};

/**
 * The archive refused something, or told that something went wrong.
 *
 * @example Look at the code
 * ```ts
 * import { type AeronArchive, ArchiveError } from "@shmem/shmem/aeron";
 *
 * async function tell({ recordings }: AeronArchive, id: bigint) {
 *   try {
 *     console.log(await recordings.position(id));
 *   } catch (error) {
 *     if (!(error instanceof ArchiveError)) throw error;
 *     console.log(error.code); // unknown-recording, when it has none of this id
 *   }
 * }
 * ```
 */
export class ArchiveError extends Error {
  /** The archive's word for it, such as `"unknown-recording"` or `"storage-space"`. */
  readonly code: string;
  /** The archive's number for it. */
  readonly errorCode: number;

  /**
   * Makes an error of an archive's answer.
   *
   * @param operation What was tried, with its object: `truncate recording 7`.
   * @param errorCode The archive's number.
   * @param text What the archive says.
   */
  constructor(operation: string, errorCode: number, text: string) {
    const code = CODES[errorCode] ?? `error-${errorCode}`;
    const said = text === "" ? code : `${code}: ${printableLines(text)}`;
    super(`Cannot ${operation}: the archive says ${said}`);
    this.name = "ArchiveError";
    this.code = code;
    this.errorCode = errorCode;
  }
}

/**
 * Reading a file's bytes without mapping it: a copy, and no SIGBUS when another
 * process cuts the file short meanwhile.
 *
 * @module
 */

import { libc } from "../libc/library.ts";
import { retry } from "../libc/retry.ts";

/**
 * Reads from a place in a file (`pread(2)`). Holes read as zeros and take no page.
 *
 * @returns How many bytes there were; fewer than asked for at the end of the file.
 */
export function readAt(
  fd: number,
  target: Uint8Array<ArrayBuffer>,
  offset: number,
  operation: string,
): number {
  let done = 0;
  while (done < target.byteLength) {
    const part = target.subarray(done);
    const length = retry(
      () =>
        Number(
          libc().pread(fd, part, BigInt(part.length), BigInt(offset + done)),
        ),
      "read",
      operation,
    );
    if (length === 0) break;
    done += length;
  }
  return done;
}

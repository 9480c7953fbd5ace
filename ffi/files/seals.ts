/**
 * Seals of memory without a name (`fcntl(2)`); Linux.
 *
 * @module
 */

import { libc } from "../libc/library.ts";
import { retry } from "../libc/retry.ts";
import { F_ADD_SEALS, F_GET_SEALS } from "../platforms/constants.ts";

/** Adds seals (`F_ADD_SEALS`). */
export function addSeals(fd: number, seals: number, operation: string): void {
  control(fd, F_ADD_SEALS, seals, operation);
}

/** Reads the seals (`F_GET_SEALS`). */
export function readSeals(fd: number, operation: string): number {
  return control(fd, F_GET_SEALS, 0, operation);
}

function control(
  fd: number,
  command: number,
  argument: number,
  operation: string,
): number {
  const value = BigInt(argument);
  const { fcntl } = libc();
  return retry(
    () => fcntl(fd, command, value, 0n, 0n, 0n, 0n, 0n, value),
    "fcntl:seal",
    operation,
  );
}

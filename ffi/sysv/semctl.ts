/**
 * The call of libc itself: `semctl(2)`.
 *
 * @module
 */

import { checkNotMinusOne } from "../libc/check.ts";
import { errnoCell, libc } from "../libc/library.ts";

/** Calls `semctl` and throws when it fails. */
export function control(
  id: number,
  index: number,
  command: number,
  argument: bigint,
  operation: string,
): number {
  const result = rawControl(id, index, command, argument);
  return checkNotMinusOne(result, errnoCell[0], "semctl", operation);
}

/** Calls it; the argument is a `union semun` by value: a number or an address. */
export function rawControl(
  id: number,
  index: number,
  command: number,
  argument: bigint,
): number {
  return libc().semctl(
    id,
    index,
    command,
    argument,
    0n,
    0n,
    0n,
    0n,
    argument,
  );
}

/** Where an array lies, for the call that it is an argument of. */
export function addressOf(
  array: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>,
) {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(array));
}

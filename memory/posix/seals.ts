/**
 * Seals: guarantees of memory without a name, which even its creator cannot take
 * back (`F_ADD_SEALS`, `fcntl(2)`); Linux.
 *
 * @module
 */

import {
  F_SEAL_FUTURE_WRITE,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
} from "../../ffi/platforms/constants.ts";
import { addSeals, readSeals } from "../../ffi/files/seals.ts";
import { checkWord } from "../checks/checks.ts";

/**
 * A guarantee about memory: `"shrink"` and `"grow"`, that nobody changes its size
 * this way; `"write"`, that nobody writes to it; `"future-write"`, that nobody
 * maps it for writing from now on; `"seal"`, that no seal is added.
 */
export type Seal = "shrink" | "grow" | "write" | "future-write" | "seal";

const BITS: Readonly<Record<Seal, number>> = {
  "shrink": F_SEAL_SHRINK,
  "grow": F_SEAL_GROW,
  "write": F_SEAL_WRITE,
  "future-write": F_SEAL_FUTURE_WRITE,
  "seal": F_SEAL_SEAL,
};

const SEALS: readonly Seal[] = [
  "shrink",
  "grow",
  "write",
  "future-write",
  "seal",
];

/** Adds seals to the memory behind a descriptor. */
export function addSealsTo(
  fd: number,
  seals: readonly Seal[],
  operation: string,
) {
  let bits = 0;
  for (const seal of seals) bits |= BITS[checkWord(seal, SEALS, "seal")];
  addSeals(fd, bits, operation);
}

/** Lists the seals of the memory behind a descriptor. */
export function sealsOf(fd: number, operation: string): Seal[] {
  const bits = readSeals(fd, operation);
  return SEALS.filter((seal) => (bits & BITS[seal]) !== 0);
}

/**
 * Lines of the shipped files, each broken in one way that the machine must find.
 *
 * @module
 */

import { AERON_MUTANTS } from "./mutants/aeron.ts";
import { BELL_MUTANTS } from "./mutants/bells.ts";
import { BROADCAST_MUTANTS } from "./mutants/broadcasts.ts";
import { END_MUTANTS } from "./mutants/ends.ts";
import { LOCK_MUTANTS } from "./mutants/locks.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { OBJECT_MUTANTS } from "./mutants/objects.ts";
import { RING_MUTANTS } from "./mutants/rings.ts";
import { RPC_MUTANTS } from "./mutants/rpc.ts";
import { STORE_MUTANTS } from "./mutants/store.ts";
import { WATCHING_MUTANTS } from "./mutants/watching.ts";

/** Every mutant. */
export const MUTANTS: readonly Mutant[] = [
  ...BELL_MUTANTS,
  ...LOCK_MUTANTS,
  ...RING_MUTANTS,
  ...BROADCAST_MUTANTS,
  ...END_MUTANTS,
  ...OBJECT_MUTANTS,
  ...STORE_MUTANTS,
  ...WATCHING_MUTANTS,
  ...RPC_MUTANTS,
  ...AERON_MUTANTS,
];

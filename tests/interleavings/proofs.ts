/**
 * What is explored of each protocol, and how far.
 *
 * @module
 */

import { AERON_PROOFS } from "./proofs/aeron.ts";
import { CHANNEL_PROOFS } from "./proofs/channel.ts";
import { MEMORY_PROOFS } from "./proofs/memory.ts";
import type { Proof } from "./proofs/proof.ts";
import { RPC_PROOFS } from "./proofs/rpc.ts";
import { STORE_PROOFS } from "./proofs/store.ts";
import { SYNC_PROOFS } from "./proofs/sync.ts";

/** Every protocol. */
export const PROOFS: readonly Proof[] = [
  ...CHANNEL_PROOFS,
  ...SYNC_PROOFS,
  ...MEMORY_PROOFS,
  ...STORE_PROOFS,
  ...RPC_PROOFS,
  ...AERON_PROOFS,
];

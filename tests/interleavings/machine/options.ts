/**
 * What a machine is told, and what it tells.
 *
 * @module
 */

import type { Actor } from "./actor.ts";
import type { MemoryOrder, Participant } from "./world.ts";

/** How a run of a participant goes: its code, made new where need be. */
export type Runner = (actor: Actor, self: Participant) => unknown;

/** What a machine explores under. */
export interface MachineOptions {
  readonly byteLength: number;
  /** Bytes that each file has; 0 when the first has all of them. */
  readonly fileLength?: number;
  readonly names: readonly string[];
  readonly order: MemoryOrder;
  readonly longest: number;
  /** Who may wait for more at the end. */
  readonly daemons?: readonly string[];
  /** First values of the semaphore set. */
  readonly semaphores?: readonly number[];
  /** How often time limits may run out. */
  readonly timeouts?: number;
  /** Whether timers that look again help after a death. */
  readonly nets?: boolean;
}

/** Something that must not be. */
export class Violation extends Error {
  override readonly name = "Violation";
}

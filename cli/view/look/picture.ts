/**
 * What the page shows of everything: plain values without `null`, as merge
 * patches need them.
 *
 * @module
 */

import type { Finding, Kind } from "../../inspect/mod.ts";
import type { Limit } from "./machine.ts";

/** How a process has an object; `died`: it took part, and the kernel says it ended. */
export type Hold = "mapped" | "open" | "died";

/** One end of a channel. */
export interface ParticipantView {
  readonly role: "sender" | "receiver" | "publisher" | "subscriber";
  /** Its process; 0 when it is not known. */
  readonly pid: number;
  readonly state: "open" | "closed" | "aborted" | "died" | "stopped";
  /** Bytes that it has not read yet; absent where nobody can tell. */
  readonly lag?: number;
}

/** An object. */
export interface ObjectView {
  /** What commands take as its NAME. */
  readonly address: string;
  readonly kind: Kind;
  /** Empty without one. */
  readonly label: string;
  readonly size: number;
  /** Bytes that have pages. */
  readonly used?: number;
  readonly owner?: string;
  readonly mode?: string;
  /** Process that created it. */
  readonly creator?: number;
  readonly stale: boolean;
  readonly findings: readonly Finding[];
  /** Bytes that rings and broadcasts have room for. */
  readonly capacity?: number;
  /** Bytes between head and tail of a ring. */
  readonly fill?: number;
  /** Positions; of a broadcast what is not overwritten lies between. */
  readonly head?: number;
  readonly tail?: number;
  /** Numbers whose last minutes are shown. */
  readonly measures: Readonly<Record<string, number>>;
  readonly participants: readonly ParticipantView[];
  /** Processes that have it. */
  readonly holders: Readonly<Record<string, Hold>>;
}

/** A process. */
export interface ProcessView {
  /** Its program, up to 15 bytes; empty when it is gone. */
  readonly name: string;
  readonly commandLine: string;
  readonly alive: boolean;
  /** Whether it is stopped, as by SIGSTOP or a debugger. */
  readonly stopped: boolean;
}

/** Everything. */
export interface Picture {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Until the next one. */
  readonly intervalMs: number;
  readonly allowChanges: boolean;
  /** By their addresses. */
  readonly objects: Readonly<Record<string, ObjectView>>;
  /** By their numbers. */
  readonly processes: Readonly<Record<string, ProcessView>>;
  readonly machine: readonly Limit[];
  /** What could not be looked at, as sentences. */
  readonly notes: readonly string[];
}

/**
 * What the page shows of the selected object alone: its locks, what it says of
 * itself, and its newest value.
 *
 * @module
 */

import {
  describe,
  type Description,
  type Finding,
  type LockState,
  type ProcessScan,
} from "../../inspect/mod.ts";
import { type Fields, type ValueView, valueView } from "./forms.ts";
import { newestOf } from "./newest.ts";

/** A claim that was not committed. */
export interface ClaimView {
  readonly position: number;
  /** In bytes; 0 where it is not written yet. */
  readonly length: number;
  /** The sender's process; 0 when it is not known. */
  readonly pid: number;
  readonly state: string;
}

/** A lock. */
export interface LockView {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  /** Who has it, as a text; empty when nobody does. */
  readonly owner: string;
  readonly waiters: number;
  /** Whether somebody sleeps until it is free. */
  readonly contended: boolean;
  /** What else is to be told; empty for nothing. */
  readonly more: string;
}

/** All that is known of one object. */
export interface Detail {
  readonly findings: readonly Finding[];
  readonly locks: readonly LockView[];
  readonly claims: readonly ClaimView[];
  /** What the object says of itself: groups of names and texts. */
  readonly inside: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly newest?: ValueView;
}

/** How to look. */
export interface DetailOptions {
  readonly scan: ProcessScan;
  /** Where locks lie in plain objects that are not found there, in bytes. */
  readonly locks: readonly number[];
  readonly fields: Fields | undefined;
}

/**
 * Looks at one object.
 *
 * @throws {Deno.errors.NotFound} When there is none.
 */
export function detailOf(
  address: string,
  { scan, locks, fields }: DetailOptions,
): Detail {
  let description = describe(address, { scan });
  if (description.kind === "object" && locks.length > 0) {
    description = describe(address, { scan, locks });
  }
  const value = newestOf(description);
  return {
    findings: description.findings,
    locks: description.locks.map(lockView),
    claims: claimsOf(description),
    inside: insideOf(description),
    ...(value === undefined ? {} : { newest: valueView(value, fields) }),
  };
}

function lockView(lock: LockState): LockView {
  const { name, state, owner, ownerPid, ownerCommand, waiters, contended } =
    lock;
  const process = ownerPid === null ? "" : ` of process ${ownerPid}`;
  const program = ownerCommand === null ? "" : `, ${ownerCommand}`;
  return {
    name,
    kind: lock.kind.replaceAll("-", " "),
    state,
    more: lock.detail ?? "",
    owner: owner === 0 ? "" : `thread ${owner}${process}${program}`,
    waiters,
    contended,
  };
}

/** The record that a receiver has to wait at, with the sender that announced it. */
function claimsOf({ ring }: Description): ClaimView[] {
  const incomplete = ring?.records?.incomplete ?? undefined;
  if (ring === undefined || incomplete === undefined) return [];
  const { position, length } = incomplete;
  // Only the low half of a position is announced.
  const sender = ring.senders.find(({ claim }) =>
    claim !== null && (claim | 0) === (position | 0)
  );
  return [{
    position,
    length: length ?? 0,
    pid: sender?.pid ?? 0,
    state: sender?.state ?? "open",
  }];
}

const GROUPS = [
  "ring",
  "broadcast",
  "latest",
  "map",
  "workQueue",
  "semaphore",
  "aeron",
  "segment",
  "set",
  "messageQueue",
  "systemQueue",
] as const;

function insideOf(
  description: Description,
): Record<string, Record<string, string>> {
  const inside: Record<string, Record<string, string>> = {};
  for (const group of GROUPS) {
    const members = description[group];
    if (members === undefined) continue;
    const texts = Object.entries(members).flatMap(([name, value]) => {
      const text = textOf(value);
      return text === undefined ? [] : [[name, text] as const];
    });
    inside[group] = Object.fromEntries(texts);
  }
  return inside;
}

/** A value as a text; nothing for what is shown elsewhere, or has no value. */
function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case "boolean":
      return value ? "yes" : "no";
    case "number":
    case "bigint":
      return String(value);
    case "string":
      return value === "" ? undefined : value;
  }
  return value instanceof Date ? value.toISOString() : undefined;
}

/**
 * What the kernel can be told about mapped memory.
 *
 * @module
 */

import { describe } from "../../ffi/libc/integers.ts";
import type { OptionNames } from "../checks/options.ts";

/** Options of `Mapping.sync` and `msync`. */
export interface SyncOptions {
  /** Return before the disk has it (`MS_ASYNC`). Default: false. */
  readonly async?: boolean;
  /** Make other mappings of the file see it (`MS_INVALIDATE`). Default: false. */
  readonly invalidate?: boolean;
}

/** Every option of {@linkcode SyncOptions}. */
export const SYNC_NAMES: OptionNames<SyncOptions> = {
  async: true,
  invalidate: true,
};

/**
 * How memory will be used, for `Mapping.advise` and `madvise`: the
 * names of `madvise(2)` in lower case. macOS knows only the first six and
 * `"page-out"`. Advice that would make a later access kill the process has no
 * name here.
 */
export type Advice =
  | "normal"
  | "random"
  | "sequential"
  | "will-need"
  | "dont-need"
  | "free"
  | "dont-fork"
  | "do-fork"
  | "mergeable"
  | "unmergeable"
  | "huge-page"
  | "no-huge-page"
  | "dont-dump"
  | "do-dump"
  | "cold"
  | "page-out"
  | "populate-read"
  | "populate-write"
  | "collapse";

/** Checks that advice is a word at all: an object would be asked again at each look. */
export function checkAdvice(advice: Advice): Advice {
  if (typeof advice === "string") return advice;
  throw new TypeError(
    `Cannot advise: the advice must be a string: received ${describe(advice)}`,
  );
}

/** What is tried when advice is given, for the message of an error. */
export function adviceOperation(advice: string): string {
  return `advise ${describe(advice)}`;
}

/**
 * What a command of `shmem` is: a file of its own exports one, and
 * `commands.ts` lists them.
 *
 * @module
 */

import type { Context } from "./context.ts";

/** Exit statuses: each is an answer. */
export const STATUS = {
  /** It was found, or done, or is in order. */
  found: 0,
  /** It was not found, failed, or is not in order. */
  unhealthy: 1,
  /** The command line is wrong. */
  wrongUse: 2,
} as const;

/** An option of a command, as `parseArgs` of `node:util` takes it. */
export interface Option {
  /** Whether it has a value. */
  readonly type: "boolean" | "string";
  /** One letter. */
  readonly short?: string;
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
  /** What it does, for the help: "how many messages". */
  readonly help: string;
  /** How the help calls its value: "DURATION". */
  readonly value?: string;
  /** The values that it may have, for completion. */
  readonly values?: readonly string[];
}

/** Options by their long names. */
export type Options = Readonly<Record<string, Option>>;

/** A line that can be typed, and what it does. */
export interface Example {
  /** The line: `shmem list '/frames*'`. */
  readonly line: string;
  /** What it does, as a sentence without a period. */
  readonly does: string;
}

/** A command. */
export interface Command {
  /** What is typed: `"tail"`. */
  readonly name: string;
  /** What it does, in one line without a period. */
  readonly summary: string;
  /** How it is called, without the `shmem` in front: `"tail NAME [options]"`. */
  readonly usage: string;
  /** What else one must know, as lines of at most 80 characters. */
  readonly details?: string;
  /** Its options, without those that every command has. */
  readonly options: Options;
  /** At least one. */
  readonly examples: readonly Example[];
  /** What its arguments are completed to. Default: nothing. */
  readonly completes?: "objects" | "files" | "commands" | "shells";
  /**
   * Runs it.
   *
   * @returns An exit status of {@linkcode STATUS}.
   * @throws {UsageError} When the command line is wrong.
   */
  run(context: Context): Promise<number> | number;
}

/** A command line that is wrong: exit status 2, with a way to the help. */
export class UsageError extends Error {
  /** What `name` of this class is. */
  override readonly name = "UsageError";
}

/** Options that every command has. */
export const COMMON_OPTIONS: Options = {
  json: {
    type: "boolean",
    help: "print JSON Lines, whatever the output is",
  },
  help: { type: "boolean", short: "h", help: "print this help" },
};

/**
 * The one way in which locks and counters wait: try, count oneself in, look once
 * more, sleep on a word, and again.
 *
 * @module
 */

import type { Word } from "../../ffi/sync/futex.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import { inTurn } from "../../memory/waiting/turns.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import { transferred } from "../parking/poller.ts";
import type { Deadline } from "./deadline.ts";
import { sleep, sleepAsync } from "./wait.ts";

/** Who counts those who sleep. */
interface Counter {
  enter(): void;
  exit(): void;
}

/** What is waited for, and how. */
export interface Waiting<Result> {
  /** Tries; returns nothing when it has to wait. */
  readonly attempt: () => Result | undefined;
  /**
   * Looks once more, now that it is counted: the value with which the word is
   * slept on, or nothing to try again at once.
   */
  readonly prepare: () => number | undefined;
  /** What wakes it. */
  readonly word: Word;
  /** Who is told that it sleeps. */
  readonly sleepers: Counter;
  /** How long it sleeps at most before it looks again. */
  readonly lookAgainMs: number;
}

/**
 * Waits, blocking this thread.
 *
 * @returns The result, or nothing when the timeout expires.
 */
export function waitBlocking<Result>(
  waiting: Waiting<Result>,
  deadline: Deadline,
): Result | undefined {
  const { attempt, prepare, word, sleepers, lookAgainMs } = waiting;
  // Who is counted, or has taken something, must come to the end of it.
  requireStack("change");
  for (;;) {
    const result = attempt();
    if (result !== undefined) return result;
    const { leftMs } = deadline;
    if (leftMs === 0) return undefined;
    sleepers.enter();
    try {
      const value = prepare();
      if (value !== undefined) {
        sleep(word, value, Math.min(leftMs, lookAgainMs));
      }
    } finally {
      sleepers.exit();
    }
  }
}

/**
 * Waits without blocking.
 *
 * @param mapping Where the word lies: the wait ends with it.
 * @returns The result, or nothing when the timeout expires. Rejects with the
 * signal's reason, or with `Deno.errors.BadResource` when the memory goes.
 */
export async function waitPending<Result>(
  waiting: Waiting<Result>,
  deadline: Deadline,
  signal: AbortSignal | undefined,
  mapping: Mapping,
): Promise<Result | undefined> {
  const { attempt, prepare, word, sleepers, lookAgainMs } = waiting;
  // Who is counted, or has taken something, must come to the end of it.
  requireStack("change");
  for (;;) {
    const result = attempt();
    if (result !== undefined) return result;
    const { leftMs } = deadline;
    if (leftMs === 0) return inTurn(undefined);
    signal?.throwIfAborted();
    sleepers.enter();
    try {
      const value = prepare();
      if (value !== undefined) {
        const timeoutMs = Math.min(leftMs, lookAgainMs);
        const options = signal === undefined
          ? { timeoutMs }
          : { timeoutMs, signal };
        await sleepAsync(word, value, mapping, options);
        if (word.gone) throw transferred();
      }
    } finally {
      sleepers.exit();
    }
  }
}

/**
 * Two sides that hand a word to each other, one turn after the other: the word
 * is the number of turns so far, so that one wake-up that is lost stops both,
 * and the last turn is the exact count.
 *
 * @module
 */

import { notify, wait, waitAsync, type WaitResult } from "../../sync/mod.ts";

/** A watchdog, not a measure: a lost wake-up fails instead of hanging. */
export const PATIENCE_MS = 60_000;

/** Takes every other turn from `first` on, up to `turns`, blocking. */
export function passTurns(
  words: Int32Array,
  word: number,
  first: number,
  turns: number,
): void {
  for (let turn = first; turn < turns; turn += 2) {
    // The other side has the turn before.
    while (Atomics.load(words, word) !== turn) {
      check(wait(words, word, turn - 1, PATIENCE_MS), turn);
    }
    Atomics.store(words, word, turn + 1);
    notify(words, word, 1);
  }
}

/** The same without blocking. */
export async function passTurnsAsync(
  words: Int32Array,
  word: number,
  first: number,
  turns: number,
): Promise<void> {
  for (let turn = first; turn < turns; turn += 2) {
    while (Atomics.load(words, word) !== turn) {
      const options = { timeoutMs: PATIENCE_MS };
      check(await waitAsync(words, word, turn - 1, options), turn);
    }
    Atomics.store(words, word, turn + 1);
    notify(words, word, 1);
  }
}

function check(result: WaitResult, turn: number): void {
  if (result === "timed-out") throw new Error(`turn ${turn} was lost`);
}

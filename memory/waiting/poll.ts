/**
 * Trying again with growing pauses: for what the kernel cannot wait for without
 * holding a thread.
 *
 * @module
 */

import { inTurn } from "./turns.ts";

// Taken now, so that fake timers of a test do not stop a wait.
const { setTimeout, clearTimeout } = globalThis;
const now = performance.now.bind(performance);

const cell = new Int32Array(new SharedArrayBuffer(4));

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;
const GROWTH = 1.5;

/** Tries something; `undefined` stands for "not yet". */
export type Attempt<Result> = () => Result | undefined;

/**
 * Tries until it succeeds, blocking the thread.
 *
 * @returns What the attempt returned, or `undefined` when the timeout expires.
 */
export function poll<Result>(
  attempt: Attempt<Result>,
  timeoutMs: number,
): Result | undefined {
  const end = now() + timeoutMs;
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    const result = attempt();
    if (result !== undefined) return result;
    const left = end - now();
    if (left <= 0) return undefined;
    Atomics.wait(cell, 0, 0, Math.min(pause, left));
    pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS);
  }
}

/**
 * Tries until it succeeds, without blocking.
 *
 * @returns What the attempt returned, or `undefined` when the timeout expires.
 * @throws The reason of the signal.
 */
export async function pollAsync<Result>(
  attempt: Attempt<Result>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  const end = now() + timeoutMs;
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    signal?.throwIfAborted();
    const result = attempt();
    if (result !== undefined) return inTurn(result);
    const left = end - now();
    if (left <= 0) return inTurn(undefined);
    await sleep(Math.min(pause, left), signal);
    pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS);
  }
}

/** Waits for a time, or for the signal. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

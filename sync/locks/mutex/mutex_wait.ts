/**
 * Taking a mutex that may be held by others: at once, blocking, and pending.
 *
 * @module
 */

import { Deadline } from "../../waiting/deadline.ts";
import { lookAgainMs } from "../../waiting/safety_nets.ts";
import type { Patience } from "../../waiting/options.ts";
import {
  waitBlocking,
  type Waiting,
  waitPending,
} from "../../waiting/wait_loop.ts";
import {
  BUSY,
  CLEAN,
  type DIED,
  type MutexCore,
  type Taken,
} from "./mutex_core.ts";
import { failure } from "./mutex_errors.ts";
import { SLEEPERS_BIT } from "./mutex_layout.ts";
import { announce, passOn } from "./mutex_sleep.ts";

/**
 * A lock that someone overwrites, or that a thread dies with between being woken
 * and taking it, may leave sleepers behind whom nobody wakes.
 */
const LOOK_AGAIN_MS = 200;

/** Whether it was taken, and from a dead owner. */
export type Success = typeof CLEAN | typeof DIED;

/** Takes it if it is free, or, where that is wanted, if this thread has it. */
export function takeNow(core: MutexCore, nesting: boolean): Taken {
  if (core.depth === 0) return core.take(0);
  if (!nesting) return BUSY;
  core.takeAgain();
  return CLEAN;
}

/**
 * Takes it, blocking this thread.
 *
 * @returns How; nothing when the timeout expires.
 * @throws {SystemError} When this thread has it already (EDEADLK).
 */
export function takeBlocking(
  core: MutexCore,
  patience: Patience,
): Success | undefined {
  const deadline = new Deadline(patience.timeoutMs);
  if (core.heldHere) throw failure("EDEADLK");
  // Until it is taken or given up, not only while this thread sleeps: one that
  // dies between its wake-up and the next try has used that up for nobody.
  const awaiting = { enter: () => core.startAwaiting(), exit: () => {} };
  try {
    const taken = waitBlocking(waitingFor(core, awaiting), deadline);
    if (taken === undefined) passOn(core);
    return taken;
  } finally {
    core.stopAwaiting();
  }
}

/**
 * Takes it, waiting without blocking; tasks of this thread in order of arrival.
 *
 * @returns How; nothing when the timeout expires.
 */
export async function takePending(
  core: MutexCore,
  { timeoutMs, signal }: Patience,
): Promise<Success | undefined> {
  const deadline = new Deadline(timeoutMs);
  // In order of arrival, or one that comes back at once would always win.
  const turn = await core.turnstile.enter(timeoutMs, signal);
  if (turn === null) return undefined;
  try {
    const { sleepers } = core;
    const counted = {
      enter: () => {
        sleepers.enter();
        core.startAwaiting();
      },
      exit: () => sleepers.exit(),
    };
    const waiting = waitingFor(core, counted);
    const { mapping } = core;
    const taken = await waitPending(waiting, deadline, signal, mapping);
    // It may have taken a wake-up that is for another one.
    if (taken === undefined) passOn(core);
    return taken;
  } catch (error) {
    passOn(core);
    throw error;
  } finally {
    core.stopAwaiting();
    turn[Symbol.dispose]();
  }
}

function waitingFor(
  core: MutexCore,
  sleepers: Waiting<Success>["sleepers"],
): Waiting<Success> {
  // One that has slept shares the bit with others that may sleep still.
  let sleepersBit = 0;
  return {
    attempt: () => {
      if (core.depth > 0) return undefined;
      const taken = core.take(sleepersBit);
      return taken === BUSY ? undefined : taken;
    },
    prepare: () => {
      sleepersBit = SLEEPERS_BIT;
      return announce(core);
    },
    word: core.word,
    sleepers,
    lookAgainMs: lookAgainMs(LOOK_AGAIN_MS),
  };
}

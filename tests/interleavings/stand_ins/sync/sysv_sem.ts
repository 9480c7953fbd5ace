/** One semaphore set, which the machine keeps. */

import type { Operation } from "../../machine/kernel/semaphores.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Tasks } from "../../machine/program/tasks.ts";

declare const $machine: Machine;
declare const $tasks: Tasks;

/** Keeps operations as they are. */
export function packOperations(operations: readonly Operation[]) {
  return operations;
}

/** `semtimedop(2)`; a time limit of 0 tries only. */
export function operate(
  _id: number,
  operations: readonly Operation[],
  ms: number,
  _operation: string,
): boolean {
  const actor = $machine.current!;
  const done = $machine.act("semop", 0, () => {
    $machine.memory.fence(actor.index);
    const { semaphores } = $machine.kernel;
    if (semaphores.try(operations)) return 1;
    if (ms === 0) return 0;
    semaphores.calls.push({ who: actor.index, call: 0, operations });
    actor.blocked = true;
    return 2;
  });
  if (done < 2) return done === 1;
  if ($machine.awaitWake() === 0) return true;
  $tasks.now += ms;
  return false;
}

/** The same on a thread of the pool. */
export function operateOnPool(
  _id: number,
  operations: readonly Operation[],
  ms: number,
): Promise<boolean> {
  const actor = $machine.current!;
  const call = ++actor.calls;
  $machine.act("start semop in the pool", 0, () => {
    const { semaphores } = $machine.kernel;
    semaphores.calls.push({ who: actor.index, call, operations });
    return 0;
  });
  return $tasks.promise((resolve) => {
    $tasks.onCall(call, (result) => {
      if (result !== 0) $tasks.now += ms;
      resolve(result === 0);
    });
  });
}

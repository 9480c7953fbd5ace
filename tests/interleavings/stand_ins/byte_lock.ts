/** Locks on bytes of an object: those of a process go with it. */

import type { Machine } from "../machine/machine.ts";

declare const $machine: Machine;

function act(what: string, offset: number, action: () => number): boolean {
  const actor = $machine.current;
  // The kernel's own locks around it are barriers.
  const touched = actor === null ? [] : $machine.memory.spans(actor.index);
  return $machine.act(
    `${what} byte ${offset}`,
    0,
    () => {
      if (actor !== null) $machine.memory.fence(actor.index);
      return action();
    },
    true,
    touched,
  ) === 1;
}

const self = () => $machine.current?.index ?? -1;

/** Tries to lock one byte. */
export function tryLockByte(_: unknown, offset: number): boolean {
  const { locks } = $machine.kernel;
  return act("lock", offset, () => {
    const owner = locks.get(`${offset}`);
    if (owner !== undefined && owner !== self()) return 0;
    locks.set(`${offset}`, self());
    return 1;
  });
}

/** Gives it up. */
export function unlockByte(_: unknown, offset: number): void {
  const { locks } = $machine.kernel;
  act("unlock", offset, () => {
    if (locks.get(`${offset}`) === self()) locks.delete(`${offset}`);
    return 1;
  });
}

/** Whether another has it. */
export function isByteLocked(_: unknown, offset: number): boolean {
  const { locks } = $machine.kernel;
  return act("look at the lock of", offset, () => {
    const owner = locks.get(`${offset}`);
    return owner !== undefined && owner !== self() ? 1 : 0;
  });
}

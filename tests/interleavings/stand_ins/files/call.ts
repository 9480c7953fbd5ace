/** A call of the kernel that is about files: a step, and a barrier. */

import type { Files } from "../../machine/kernel/files.ts";
import type { Machine } from "../../machine/machine.ts";

declare const $machine: Machine;

export type { Machine };

/**
 * Makes it; what may have changed is looked at again by who waits for that.
 *
 * @param changes Whether it changes what others see, if that is known, or what its
 * result says about it: two that look again whenever the other one does would
 * leave no time to the third.
 */
export function call(
  what: string,
  action: (files: Files, who: number) => number,
  changes: boolean | ((result: number) => boolean) = true,
): number {
  const actor = $machine.current;
  if (actor === null) return action($machine.kernel.files, -1);
  const { memory } = $machine;
  return $machine.act(
    what,
    0,
    () => {
      memory.fence(actor.index);
      const result = action($machine.kernel.files, actor.index);
      const changed = typeof changes === "boolean" ? changes : changes(result);
      if (changed) $machine.stored(actor.index, null);
      return result;
    },
    true,
    memory.spans(actor.index),
  );
}

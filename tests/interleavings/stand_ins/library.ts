/** The few functions of libc that worlds reach past the other stand-ins. */

import type { Machine } from "../machine/machine.ts";
import { headAddress, threadOf } from "../machine/kernel/robust_list.ts";

declare const $machine: Machine;

/** Where failing calls leave their number. */
export const errnoCell = new Int32Array(1);

const FUNCTIONS: Readonly<Record<string, unknown>> = {
  // Whose turn it is next is for the explorer to say.
  // deno-lint-ignore camelcase -- the name of the call
  sched_yield: () => 0,
  gettid: () => threadOf($machine.current?.index ?? 99),
  // deno-lint-ignore camelcase -- the name of the call
  get_robust_list: (
    _number: bigint,
    _thread: bigint,
    address: BigUint64Array,
    length: BigUint64Array,
  ) => {
    if ($machine.current === null) return -1;
    address[0] = headAddress($machine.current.index);
    length[0] = 24n;
    return 0;
  },
};

const library = new Proxy(FUNCTIONS, {
  get: (functions, name) => {
    const known = functions[String(name)];
    if (known !== undefined) return known;
    throw new Error(`a world called ${String(name)} of libc`);
  },
});

/** Gives them; any other is refused. */
export function libc(): Readonly<Record<string, unknown>> {
  return library;
}

/** Making pipes. */

import type { Machine } from "../../machine/machine.ts";
import { call } from "./call.ts";

declare const $machine: Machine;

/** `pipe2(2)`. */
export function openPipe(): {
  readonly reader: number;
  readonly writer: number;
} {
  const make = (_: unknown, who: number) => $machine.kernel.pipes.make(who);
  const reader = call("make a pipe", make);
  return { reader, writer: reader + 1 };
}

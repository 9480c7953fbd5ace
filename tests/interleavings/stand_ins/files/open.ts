/** Opening files, which the machine keeps. */

import { errnoNumber } from "../../../../ffi/errors/errno.ts";
import { systemError } from "../../../../ffi/errors/system_error.ts";
import { call, type Machine } from "./call.ts";

declare const $machine: Machine;

/** As in the file that this stands for. */
export interface OpenRequest {
  readonly create: "never" | "if-missing" | "exclusive";
}

const ERRORS = ["ENOENT", "EEXIST"] as const;

/** `shm_open(3)`, and `open(2)`. */
export function openObject(
  name: string,
  { create }: OpenRequest,
  operation: string,
): number {
  const result = call(`open ${name} (${create})`, (files, who) => {
    const found = files.open(who, name, create);
    if (typeof found !== "string") return found;
    return -1 - ERRORS.indexOf(found);
  });
  if (result >= 0) return result;
  const code = ERRORS[-1 - result]!;
  throw systemError("shm_open", errnoNumber(code), operation);
}

export { openObject as openFile };

/** `shm_unlink(3)`. */
export function unlinkObject(name: string, operation: string): void {
  const found = call(`unlink ${name}`, (files) => files.unlink(name) ? 1 : 0);
  if (found === 1) return;
  throw systemError("shm_unlink", errnoNumber("ENOENT"), operation);
}

/** `close(2)`; a program that was stopped closes nothing. */
export function closeDescriptor(fd: number): void {
  call(`close ${fd}`, (files, who) => {
    files.close(who, fd);
    return 0;
  });
}

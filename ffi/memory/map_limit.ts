/**
 * How many mappings this process may still have (`vm.max_map_count`). At the limit
 * the engine can map nothing for itself and ends the process, so this library stops
 * some way before it.
 *
 * @module
 */

import { errnoNumber } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { countKernelLines, readKernelFile } from "../files/kernel_file.ts";

/** What is left to the engine, libc and other libraries. */
const RESERVE = 1000;

/** How many may be mapped before the kernel is asked for the first time. */
const UNASKED = 1024;

/** How many mappings may be made before the kernel is asked again. */
let allowance = UNASKED;

/**
 * Counts a mapping that is about to be made.
 *
 * The kernel's list is long to read, so it is asked only after half of what was left
 * the last time: others map, too, workers and other copies of this library.
 *
 * @param syscall What makes it.
 * @throws {SystemError} When the limit is near (ENOMEM).
 */
export function countMapping(syscall: string, operation: string): void {
  if (allowance > 0) {
    allowance--;
    return;
  }
  const limit = Number.parseInt(readKernelFile("/proc/sys/vm/max_map_count"));
  // Without /proc, as on macOS, nobody can tell.
  if (Number.isNaN(limit)) {
    allowance = Infinity;
    return;
  }
  const left = limit - RESERVE - countKernelLines("/proc/self/maps");
  if (left > 0) {
    allowance = Math.trunc(left / 2);
    return;
  }
  throw systemError(
    syscall,
    errnoNumber("ENOMEM"),
    operation,
    `this process has nearly as many mappings as vm.max_map_count allows, ${limit}: unmap what is unused, map larger parts, or raise the limit`,
  );
}

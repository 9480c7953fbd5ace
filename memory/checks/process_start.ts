import { readKernelFile } from "../../ffi/files/kernel_file.ts";

/** Which field of `/proc/PID/stat` it is, counted from 1 (`proc(5)`). */
const START_TIME_FIELD = 22;

/**
 * When this process started, in clock ticks since the machine did: with its pid
 * it tells the process from a later one that has the same pid. 0 where the
 * kernel does not show it.
 */
export function processStartTime(): number {
  const text = readKernelFile("/proc/self/stat");
  // The second field is a name in parentheses, which may contain anything.
  const rest = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(rest[START_TIME_FIELD - 3]);
  return Number.isSafeInteger(ticks) ? ticks : 0;
}

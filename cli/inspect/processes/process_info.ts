import { readKernelFile } from "../../../ffi/files/kernel_file.ts";
import { readLink } from "../../../ffi/files/process_files.ts";
import type { CreatorState } from "../types.ts";

/** What `/proc/PID/stat` tells of a process. */
export interface ProcessInfo {
  readonly pid: number;
  /** Its program, up to 15 bytes. */
  readonly command: string;
  /** One letter of `proc_pid_stat(5)`: R, S, D, T, t, Z. */
  readonly state: string;
  /** Ticks since the machine started. */
  readonly startTime: number;
}

/** Fields of `/proc/PID/stat`, counted from behind the name, which is the second. */
const STATE = 0;
const START_TIME = 19;

/** The namespace that processes of a machine without containers are in. */
const INITIAL_PID_NAMESPACE = "pid:[4026531836]";

/** Looks at a process; nothing when there is none of this number. */
export function processInfo(pid: number): ProcessInfo | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const text = readKernelFile(`/proc/${pid}/stat`);
  // The name stands in parentheses, and may contain anything.
  const start = text.indexOf("(");
  const end = text.lastIndexOf(")");
  if (start === -1 || end === -1) return undefined;
  const fields = text.slice(end + 2).split(" ");
  return {
    pid,
    command: text.slice(start + 1, end),
    state: fields[STATE] ?? "?",
    startTime: Number(fields[START_TIME]),
  };
}

/** Whether a process is stopped, as by SIGSTOP or a debugger. */
export function isStopped({ state }: ProcessInfo): boolean {
  return state === "T" || state === "t";
}

/** Whether a process has ended, and only its parent has not noticed. */
export function isZombie({ state }: ProcessInfo): boolean {
  return state === "Z" || state === "X";
}

/** Its arguments, as far as it shows them; its name otherwise. */
export function commandLine({ pid, command }: ProcessInfo): string {
  const text = readKernelFile(`/proc/${pid}/cmdline`);
  return text.split("\0").filter(Boolean).join(" ") || `[${command}]`;
}

/** Whether this process sees all of the machine's, and not only its container's. */
export function seesAllProcesses(): boolean {
  return readLink("/proc/self/ns/pid") === INITIAL_PID_NAMESPACE;
}

/**
 * Finds the process that an object names as its creator.
 *
 * @param startTime Low 32 bits of when it started.
 */
export function creatorOf(
  pid: number,
  startTime: number,
): CreatorState | null {
  if (pid === 0) return null;
  const info = processInfo(pid);
  const same = info !== undefined && (info.startTime >>> 0) === startTime >>> 0;
  if (same) return { pid, command: info.command, alive: !isZombie(info) };
  // It may run under this number in a namespace that cannot be seen from here.
  return { pid, command: null, alive: seesAllProcesses() ? false : null };
}

import { processInfo } from "../processes/process_info.ts";

/** Someone who takes part in a channel. */
export interface Participant {
  /** Its process, in its own PID namespace; 0 when it is not known. */
  readonly pid: number;
  /** Its program, when it runs here. */
  readonly command: string | null;
  /** One letter of `proc_pid_stat(5)`, when it runs here: T is stopped. */
  readonly processState: string | null;
  /**
   * Whether it is there, has never been, has closed, has given up (a sender), or
   * died: its words say that it is there, and the kernel that nobody is.
   */
  readonly state: "open" | "never" | "closed" | "aborted" | "died";
}

/** What is known of a participant. */
export function participant(
  pid: number,
  state: Participant["state"],
): Participant {
  const info = state === "open" ? processInfo(pid) : undefined;
  return {
    pid,
    command: info?.command ?? null,
    processState: info?.state ?? null,
    state,
  };
}

/**
 * The state of one whose words said "open" when they were copied: it may have closed
 * since, or another one may have come.
 *
 * @param isThere Whether the kernel says that somebody is there.
 * @param saysOpen Whether the words still say so.
 */
export function openOrDied(
  isThere: () => boolean,
  saysOpen: () => boolean,
): Participant["state"] {
  if (isThere()) return "open";
  if (!saysOpen()) return "closed";
  return isThere() ? "open" : "died";
}

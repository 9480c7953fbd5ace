import {
  isRecursive,
  isRobustShared,
  NOT_RECOVERABLE,
  OWNER_DIED,
  SLEEPERS_BIT,
  TID_MASK,
} from "../../../sync/locks/mutex/mutex_layout.ts";
import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";
import { processInfo } from "../processes/process_info.ts";
import { readKernelFile } from "../../../ffi/files/kernel_file.ts";

/** The state of a lock, or of something else that processes wait at. */
export interface LockState {
  /** What it is for: "the queue", or where it lies. */
  readonly name: string;
  /** Where it lies in the object, in bytes. */
  readonly byteOffset: number;
  readonly kind: "mutex" | "read-write-lock" | "condition" | "barrier";
  /**
   * Whether it is free, held, held by a thread that died (the next one is told), or
   * beyond repair; "unknown" when there is no mutex that this library can take. Of a
   * condition or barrier "waited-for" when it counts somebody who waits.
   */
  readonly state:
    | "free"
    | "held"
    | "owner-died"
    | "not-recoverable"
    | "waited-for"
    | "unknown";
  /** The thread that holds it, or did, in its own PID namespace; 0 without one. */
  readonly owner: number;
  /** The process of that thread, and its program, when it runs here. */
  readonly ownerPid: number | null;
  readonly ownerCommand: string | null;
  /** Whether somebody sleeps until it is free. */
  readonly contended: boolean;
  /** How many asynchronous waiters it counts; those that were killed count on. */
  readonly waiters: number;
  readonly recursive: boolean;
  /** What else is to be told: all readers, how many have arrived; null for nothing. */
  readonly detail: string | null;
}

/** Length of a mutex. */
export const MUTEX_LENGTH = 64;
const OWNER = 8;
const KIND = 16;
const WAITERS = 60;

/** Reads a mutex, see `docs/layouts.md`. */
export function readMutex(
  source: ByteSource,
  byteOffset: number,
  name: string,
): LockState {
  const words = new Words(source.read(byteOffset, MUTEX_LENGTH));
  const lock = words.i32(0);
  const owner = lock & TID_MASK;
  const kind = words.i32(KIND);
  const process = owner === 0 ? undefined : processOf(owner);
  return {
    name,
    byteOffset,
    kind: "mutex",
    detail: null,
    state: stateOf(lock, words.i32(OWNER), kind),
    owner,
    ownerPid: process?.pid ?? null,
    ownerCommand: process?.command ?? null,
    contended: (lock & SLEEPERS_BIT) !== 0,
    waiters: words.u32(WAITERS),
    recursive: isRecursive(kind),
  };
}

function stateOf(
  lock: number,
  owner: number,
  kind: number,
): LockState["state"] {
  if (!isRobustShared(kind)) return "unknown";
  if (owner === NOT_RECOVERABLE) return "not-recoverable";
  if ((lock & OWNER_DIED) !== 0) return "owner-died";
  return (lock & TID_MASK) === 0 ? "free" : "held";
}

/** The thread that holds a lock, and its process where that is seen. */
export function threadText(
  { owner, ownerPid, ownerCommand }: Pick<
    LockState,
    "owner" | "ownerPid" | "ownerCommand"
  >,
): string {
  return ownerPid === null
    ? `thread ${owner}, which is not seen from here`
    : `process ${ownerPid} (${ownerCommand})`;
}

/** The process that a thread belongs to. */
function processOf(thread: number) {
  const text = readKernelFile(`/proc/${thread}/status`);
  const [, pid = ""] = /^Tgid:\s*(\d+)$/m.exec(text) ?? [];
  return processInfo(Number(pid));
}

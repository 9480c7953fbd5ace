import {
  attemptsOf,
  DELAYED_COUNT,
  FAILED_COUNT,
  isSound,
  JOBS_SLEEPERS,
  jobsFor,
  MOST_ATTEMPTS,
  MUTEX,
  NUMBER,
  ROOM_SLEEPERS,
  STATE,
  stateOf,
  TAKEN,
  TAKEN_COUNT,
  takerOf,
  TAKERS,
  WAITING_COUNT,
} from "../../../../store/work_queue/queue_layout.ts";
import { LOCKS } from "../../../../store/object/store_object.ts";
import type { ByteSource } from "../../bytes/byte_source.ts";
import { Words } from "../../bytes/words.ts";
import { type LockState, readMutex } from "../locks.ts";
import type { StoreHeader } from "./store_header.ts";

/** A job that somebody has taken. */
export interface TakenJob {
  readonly number: number;
  /** How often it was taken. */
  readonly attempts: number;
  readonly taker: number;
  /** Whether the taker still lives, by the kernel's word. */
  readonly takerLives: boolean;
}

/** The state of a `WorkQueue`. */
export interface WorkQueueState {
  /** How many jobs there is room for. */
  readonly jobs: number;
  /** Bytes of the largest job. */
  readonly capacity: number;
  readonly waiting: number;
  readonly delayed: number;
  readonly taken: number;
  readonly failed: number;
  /** How many jobs were ever put. */
  readonly puts: number;
  /** How often a job is tried. */
  readonly mostAttempts: number;
  /** How many takers there are. */
  readonly takers: number;
  /** How many takers sleep until there is a job, and putters until there is room. */
  readonly sleepingTakers: number;
  readonly sleepingPutters: number;
  /** Jobs that were taken, the first of them. */
  readonly takenJobs: readonly TakenJob[];
}

/** Most jobs that are looked at, and of which are told. */
const MOST_LOOKED_AT = 100_000;
const MOST_TOLD = 100;
const JOB_NUMBER = 8;

/** Reads the state of a `WorkQueue`; nothing when its header makes no sense. */
export function readWorkQueue(
  source: ByteSource,
  { a: count, b: capacity }: StoreHeader,
): WorkQueueState | undefined {
  if (!isSound(count, capacity)) return undefined;
  const words = new Words(source.read(0, MUTEX));
  const word = (index: number) => words.u32(4 * index);
  const taken = word(TAKEN_COUNT);
  return {
    jobs: count,
    capacity,
    waiting: word(WAITING_COUNT),
    delayed: word(DELAYED_COUNT),
    taken,
    failed: word(FAILED_COUNT),
    puts: words.i64(4 * NUMBER),
    mostAttempts: word(MOST_ATTEMPTS),
    takers: countTakers(source),
    sleepingTakers: word(JOBS_SLEEPERS),
    sleepingPutters: word(ROOM_SLEEPERS),
    takenJobs: taken === 0 ? [] : takenJobs(source, count, capacity),
  };
}

/** The one lock of a queue. */
export function queueLocks(source: ByteSource): LockState[] {
  return [readMutex(source, MUTEX, "changes of the queue")];
}

/** Each taker has a byte locked. */
function countTakers(source: ByteSource): number {
  let count = 0;
  let start = LOCKS.takers;
  const end = LOCKS.takers + TAKERS;
  while (start < end) {
    const found = source.lockWithin(start, end - start);
    if (found === undefined) break;
    count++;
    // Locks of neighbours that one process has may be one.
    const length = Math.max(1, found.length);
    count += Math.min(end, found.start + length) -
      Math.max(start, found.start) - 1;
    start = Math.max(start + 1, found.start + length);
  }
  return count;
}

function takenJobs(
  source: ByteSource,
  count: number,
  capacity: number,
): TakenJob[] {
  const { start, stride } = jobsFor(count, capacity);
  const jobs: TakenJob[] = [];
  const head = new Uint8Array(16);
  for (let i = 0; i < Math.min(count, MOST_LOOKED_AT); i++) {
    if (source.readInto(head, start + i * stride) < head.byteLength) break;
    const words = new Words(head);
    const state = words.u32(4 * STATE);
    if (stateOf(state) !== TAKEN) continue;
    const taker = takerOf(state);
    jobs.push({
      number: words.i64(JOB_NUMBER),
      attempts: attemptsOf(state),
      taker,
      takerLives: source.isLocked(LOCKS.takers + taker),
    });
    if (jobs.length === MOST_TOLD) break;
  }
  return jobs;
}

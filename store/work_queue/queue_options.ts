import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import {
  type CheckedLayout,
  checkLayout,
  requireRoom,
  requireWhole,
  type ValueLayout,
} from "../../memory/checks/value_layout.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import type { StoreOptions } from "../object/store_object.ts";
import { trueLength } from "../object/true_bytes.ts";
import type { RetryOptions } from "./job.ts";
import { ATTEMPTS_LIMIT, isSound } from "./queue_layout.ts";

/** Options of {@linkcode WorkQueue.create}. */
export interface WorkQueueOptions extends StoreOptions {
  /** How many jobs there is room for, up to 2^24; failed ones count. */
  readonly jobs: number;
  /** Bytes of the largest job. Default: the size of `layout`, else required. */
  readonly byteLength?: number;
  /**
   * How often a job may be taken, 1 to 4095, before it becomes a failed one
   * instead of going back. Default: 3.
   */
  readonly maxAttempts?: number;
  /**
   * The layout of jobs: each is one of it, or several in a row. Opening the queue
   * with another one fails. Default: none, jobs are any bytes.
   */
  readonly layout?: ValueLayout;
}

/** How {@linkcode WorkQueue.put} puts. */
export interface PutOptions extends WaitOptions {
  /** How long the job is kept back, in milliseconds. Default: 0. */
  readonly delayMs?: number;
}

/** How many jobs a queue has. */
export interface WorkQueueStatus {
  /** That can be taken now. */
  readonly waiting: number;
  /** That wait for their time. */
  readonly delayed: number;
  /** That a taker has. */
  readonly taken: number;
  /** That were taken too often. */
  readonly failed: number;
}

/** What messages call a queue. */
export const NOUN = "work queue";

const CREATE_NAMES: OptionNames<WorkQueueOptions> = {
  jobs: true,
  byteLength: true,
  maxAttempts: true,
  layout: true,
  mode: true,
  ifExists: true,
  ifStale: true,
  label: true,
};
const PUT_NAMES: OptionNames<PutOptions> = {
  delayMs: true,
  timeoutMs: true,
  signal: true,
};
const DELAY_NAMES: OptionNames<RetryOptions> = { delayMs: true };

/** Reads how a queue is created, once, and checks it. */
export function readQueueOptions(
  options: WorkQueueOptions,
): Required<Pick<WorkQueueOptions, "jobs" | "byteLength">> & {
  /** As it was given: undefined asks for nothing when a queue is there. */
  readonly maxAttempts: number | undefined;
  readonly layout: CheckedLayout | undefined;
  readonly object: StoreOptions;
} {
  const operation = `create ${NOUN}`;
  const read = readOptions(options, CREATE_NAMES, operation);
  const { jobs, byteLength: given, maxAttempts, layout, ...object } = read;
  const checked = checkLayout(layout, operation);
  const byteLength = given ?? checked?.size ?? NaN;
  if (!isSound(jobs, byteLength)) {
    throw new RangeError(
      `Cannot ${operation}: it takes jobs, an integer from 1 to 2^24, and byteLength, from 1 to 2^31 - 1: received ${
        describe(jobs)
      } and ${describe(given)}`,
    );
  }
  requireRoom(checked, byteLength, "byteLength", operation);
  if (
    maxAttempts !== undefined &&
    !(Number.isInteger(maxAttempts) && maxAttempts >= 1 &&
      maxAttempts <= ATTEMPTS_LIMIT)
  ) {
    throw new RangeError(
      `Cannot ${operation}: maxAttempts must be an integer from 1 to ${ATTEMPTS_LIMIT}: received ${
        describe(maxAttempts)
      }`,
    );
  }
  return { jobs, byteLength, maxAttempts, layout: checked, object };
}

/** Reads how a job is put: when it is due, and how long to wait for room. */
export function readPutOptions(
  options: PutOptions | undefined,
  operation: string,
): { readonly notBefore: number; readonly wait: WaitOptions } {
  const { delayMs, ...wait } = readOptions(options, PUT_NAMES, operation);
  return { notBefore: dueAfter(delayMs, operation), wait };
}

/** Reads when a job with a delay is due, in ms since 1970; 0 for at once. */
export function readDelay(
  options: RetryOptions | undefined,
  operation: string,
): number {
  const { delayMs } = readOptions(options, DELAY_NAMES, operation);
  return dueAfter(delayMs, operation);
}

function dueAfter(delayMs: number | undefined, operation: string): number {
  if (delayMs === undefined || delayMs === 0) return 0;
  if (typeof delayMs === "number" && delayMs > 0 && delayMs <= 1e12) {
    return Date.now() + delayMs;
  }
  throw new RangeError(
    `Cannot ${operation}: delayMs must be milliseconds, 0 or more: received ${
      describe(delayMs)
    }`,
  );
}

/** Checks what is to be put. */
export function checkJob(
  bytes: Uint8Array,
  { jobs: { capacity: longest }, layout }: {
    readonly jobs: { readonly capacity: number };
    readonly layout: CheckedLayout | undefined;
  },
  operation: string,
): void {
  const length = trueLength(bytes, `${operation}: a job`);
  if (length > longest) {
    throw new RangeError(
      `Cannot ${operation}: a job may have ${longest} bytes: received ${length}; create it with a larger byteLength`,
    );
  }
  requireWhole(layout, length, operation);
}

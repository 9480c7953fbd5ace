/**
 * Where things lie in the object of a `WorkQueue`, kind "work":
 *
 * ```text
 *    0  header of 128 bytes; a: jobs, b: bytes of the largest
 *  128  free, first, last: jobs of the lists, one more than their index, 0: none
 *  140  waiting, delayed, taken, failed: how many jobs of each
 *  156  jobs event, jobs sleepers, room event, room sleepers
 *  172  most attempts
 *  176  number of the last job, 64 bits
 *  192  the mutex, 64 bytes
 *  256  heap: 32-bit indexes of delayed jobs by their time, as many as jobs
 *       then jobs at multiples of 64:
 *    0  state: FREE, WAITING, TAKEN, FAILED in 4 bits, attempts in 12, taker in 16
 *    4  next in its list, one more than its index
 *    8  number, 64 bits     16  not before, a double, ms since 1970
 *   24  length              64  the bytes
 * ```
 *
 * What is true of a job is its state, which changes by one store; lists, heap and
 * numbers only help to find jobs, and are rebuilt from the states when a process
 * died while it changed them.
 *
 * @module
 */

import { HEADER_LENGTH } from "../object/header.ts";

/** Four letters in the header. */
export const KIND = "work";

/** Words of the object. */
export const FREE_LIST = HEADER_LENGTH / 4;
export const FIRST = FREE_LIST + 1;
export const LAST = FREE_LIST + 2;
export const WAITING_COUNT = FREE_LIST + 3;
export const DELAYED_COUNT = FREE_LIST + 4;
export const TAKEN_COUNT = FREE_LIST + 5;
export const FAILED_COUNT = FREE_LIST + 6;
export const JOBS_EVENT = FREE_LIST + 7;
export const JOBS_SLEEPERS = FREE_LIST + 8;
export const ROOM_EVENT = FREE_LIST + 9;
export const ROOM_SLEEPERS = FREE_LIST + 10;
export const MOST_ATTEMPTS = FREE_LIST + 11;
export const NUMBER = FREE_LIST + 12;
/** Where the mutex lies, in bytes. */
export const MUTEX = HEADER_LENGTH + 64;
/** Where the heap lies, in bytes. */
export const HEAP = MUTEX + 64;

/** Within a job, in words. */
export const STATE = 0;
export const NEXT = 1;
export const JOB_NUMBER = 2;
export const LENGTH = 6;
/** Within a job, in bytes. */
export const NOT_BEFORE = 16;
export const VALUE = 64;

/** States of a job. */
export const FREE = 0;
export const WAITING = 1;
export const TAKEN = 2;
export const FAILED = 3;

/** Most attempts that a state has room for. */
export const ATTEMPTS_LIMIT = 4095;
/** Most handles that take jobs at once. */
export const TAKERS = 1000;

/** A state with what belongs to it. */
export function packState(
  state: number,
  attempts: number,
  taker: number,
): number {
  return state | attempts << 4 | taker << 16;
}

/** The state alone. */
export function stateOf(word: number): number {
  return word & 0xf;
}

/** How often a job was taken. */
export function attemptsOf(word: number): number {
  return word >>> 4 & 0xfff;
}

/** Which taker has a job. */
export function takerOf(word: number): number {
  return word >>> 16;
}

const LINE = 64;

/** Where jobs lie. */
export interface Jobs {
  /** How many there is room for. */
  readonly count: number;
  /** Bytes of the largest. */
  readonly capacity: number;
  /** Where the first starts. */
  readonly start: number;
  /** From one to the next. */
  readonly stride: number;
  /** Bytes of the whole object. */
  readonly size: number;
}

/** Lays out jobs. */
export function jobsFor(count: number, capacity: number): Jobs {
  const start = roundUp(HEAP + 4 * count);
  const stride = VALUE + roundUp(capacity);
  return { count, capacity, start, stride, size: start + count * stride };
}

/** Whether these can be numbers of a header. */
export function isSound(count: number, capacity: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= 2 ** 24 &&
    Number.isInteger(capacity) && capacity >= 1 && capacity <= 2 ** 31 - 1;
}

function roundUp(length: number): number {
  return Math.ceil(length / LINE) * LINE;
}

/**
 * All that sleeps in the event loop of this program: one pipe wakes it, and one
 * timer looks again for what rings nobody.
 *
 * @module
 */

import { lookAgainMs } from "../waiting/safety_nets.ts";
import type { DescriptorWatch } from "./event_loop.ts";
import { watchBell } from "./own_pipes.ts";

/** One that sleeps. */
export interface Sleeping {
  /** Looks whether there is a reason to wake up, and does so then. */
  look(): void;
  /** Wakes up. */
  wake(): void;
}

/** How often to look whether something has come from those that ring nobody. */
const LOOK_MS = 100;

/**
 * How many look each time, in turn: a thousand that wait must not take a thousand
 * looks ten times a second. More of them look less often.
 */
const LOOKS_AT_ONCE = 256;

/** How many promises in a row a loop goes through before it sleeps again. */
const HOPS = 50;

/** Bytes that a ring writes. */
const WORD_LENGTH = 4;

const sleepers = new Map<number, Sleeping>();
/** When some are to be woken though nobody rings, on `performance.now()`'s clock. */
const dues = new Map<number, number>();
/** The largest number that was given. */
let largest = 0;
/** Numbers up to it that no sleeper has. */
const free: number[] = [];
let bell: DescriptorWatch | undefined;
/** Whether the bell keeps the program alive, and whether that is about to end. */
let keepsAlive = false;
let releases = false;
let isOver = false;
let timer: ReturnType<typeof setInterval> | undefined;

/** Whether sleepers can be woken through the pipe by now; if not, it is started. */
export function hasBell(): boolean {
  if (isOver) return false;
  bell ??= watchBell({
    onData: lookAsRung,
    onEnd: () => {
      isOver = true;
    },
  });
  return bell?.isStarted ?? false;
}

/**
 * Reserves a number from 1 on for one that is about to sleep, which it tells those
 * that ring, until {@linkcode removeSleeper}. One that sleeps later may get the same
 * number: a ring that comes late has it look in vain.
 */
export function newSleeper(): number {
  return free.pop() ?? ++largest;
}

/**
 * Adds a sleeper, which keeps the program alive.
 *
 * @param sleeper What {@linkcode newSleeper} returned.
 */
export function addSleeper(sleeper: number, sleeping: Sleeping): void {
  if (!keepsAlive) {
    keepsAlive = true;
    bell?.keepAlive(true);
  }
  timer ??= startTimer();
  sleepers.set(sleeper, sleeping);
}

/**
 * Wakes a sleeper that was added when some time has passed, up to a tenth of a second
 * later: to set a timer of its own and to clear it takes as long as to be woken.
 */
export function wakeWhenDue(sleeper: number, ms: number): void {
  dues.set(sleeper, performance.now() + ms);
}

/**
 * Ends a sleeper, whether it was added or not, and frees its number.
 *
 * @param sleeper What {@linkcode newSleeper} returned; once.
 */
export function removeSleeper(sleeper: number): void {
  free.push(sleeper);
  if (dues.size > 0) dues.delete(sleeper);
  if (sleepers.delete(sleeper) && sleepers.size === 0) void releaseSoon();
}

/**
 * Lets the program end when nothing sleeps any more, but not at once: a loop that
 * wakes up sleeps again when it has done what there was, and should not pay for
 * both on its way.
 */
async function releaseSoon(): Promise<void> {
  if (releases) return;
  releases = true;
  for (let hop = 0; hop < HOPS; hop++) await undefined;
  releases = false;
  if (sleepers.size > 0) return;
  keepsAlive = false;
  bell?.keepAlive(false);
}

/**
 * The timer ends by itself: a new one for each sleep would take longer than to wake
 * up. It keeps no program alive; the pipe does.
 */
function startTimer(): ReturnType<typeof setInterval> {
  const timer = setInterval(tick, LOOK_MS);
  Deno.unrefTimer(Number(timer));
  return timer;
}

function tick(): void {
  if (sleepers.size === 0) {
    clearInterval(timer);
    timer = undefined;
    return;
  }
  if (lookAgainMs(LOOK_MS) !== Infinity) lookSome();
  if (dues.size > 0) wakeDue();
}

function wakeDue(): void {
  const now = performance.now();
  for (const [sleeper, at] of dues) {
    if (at <= now) sleepers.get(sleeper)?.wake();
  }
}

/** Those whose turn to look has not come yet. */
let waiting: Iterator<Sleeping> | undefined;

function lookSome(): void {
  const count = Math.min(LOOKS_AT_ONCE, sleepers.size);
  for (let i = 0; i < count; i++) nextInTurn()?.look();
}

function nextInTurn(): Sleeping | undefined {
  const { value } = waiting?.next() ?? {};
  if (value !== undefined) return value;
  waiting = sleepers.values();
  return waiting.next().value;
}

/**
 * Has those look that were rung for: a thousand sleepers must not look for each
 * ring. All do when something else was written, or may have been lost because the
 * pipe was full; so bytes that are no numbers of sleepers hide no ring.
 */
function lookAsRung(bytes: Uint8Array, length: number): void {
  if (length % WORD_LENGTH !== 0 || length === bytes.byteLength) {
    return lookAll();
  }
  for (let at = 0; at < length; at += WORD_LENGTH) {
    const sleeper = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 |
      bytes[at + 3]! << 24;
    const sleeping = sleepers.get(sleeper);
    if (sleeping === undefined) return lookAll();
    sleeping.look();
  }
}

/** Has all sleepers look. */
export function lookAll(): void {
  for (const sleeping of [...sleepers.values()]) sleeping.look();
}

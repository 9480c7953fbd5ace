/**
 * All that sleeps in the event loop of this program: one pipe wakes it, and one
 * timer looks again for what rings nobody.
 *
 * @module
 */

import { lookAgainMs } from "../waiting/safety_nets.ts";
import type { DescriptorWatch } from "./event_loop.ts";
import { watchBell } from "./own_pipes.ts";

/** Looks whether a sleeper has a reason to wake up, and wakes it then. */
export type Look = () => void;

/** How often to look whether something has come from those that ring nobody. */
const LOOK_MS = 100;

/**
 * How many look each time, in turn: a thousand that wait must not take a thousand
 * looks ten times a second. More of them look less often.
 */
const LOOKS_AT_ONCE = 256;

/** How many promises in a row a loop goes through before it sleeps again. */
const HOPS = 50;

const sleepers = new Set<Look>();
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
    onData: lookAll,
    onEnd: () => {
      isOver = true;
    },
  });
  return bell?.isStarted ?? false;
}

/**
 * Adds a sleeper, which keeps the program alive.
 *
 * @returns A function that takes it out.
 */
export function addSleeper(look: Look): () => void {
  if (!keepsAlive) {
    keepsAlive = true;
    bell?.keepAlive(true);
  }
  timer ??= startTimer();
  sleepers.add(look);
  return () => {
    if (sleepers.delete(look) && sleepers.size === 0) void releaseSoon();
  };
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
  } else if (lookAgainMs(LOOK_MS) !== Infinity) {
    lookSome();
  }
}

let turn: Iterator<Look> = sleepers.values();

function lookSome(): void {
  const count = Math.min(LOOKS_AT_ONCE, sleepers.size);
  for (let i = 0; i < count; i++) {
    const { value, done } = turn.next();
    if (done) turn = sleepers.values();
    else value();
  }
}

/** Has all sleepers look. */
export function lookAll(): void {
  for (const look of [...sleepers]) look();
}

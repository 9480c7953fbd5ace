import type { Machine } from "./machine.ts";

/** What an event loop is told when its next timer is due, or its next nap over. */
export const TIMER = -2, NAP = -3;

/** What an event loop could do besides waiting for events. */
export interface Waits {
  /** Whether a task can be run at once. */
  readonly ready: boolean;
  /** Whether it naps: a short timer ends when something changes, or at last. */
  readonly naps: boolean;
  /** Whether it has timers that look again after a while. */
  readonly hasTimers: boolean;
}

/** Waits until something happens that an event loop waits for. */
export function awaitEvent(
  machine: Machine,
  { ready, naps, hasTimers }: Waits,
): [number, number] {
  const actor = machine.current!;
  if (ready) return [machine.act("turn", 0, () => -1, false), 0];
  const found = machine.act("look for events", 0, () => {
    if (actor.events.length > 0) return 1;
    if (naps && (machine.memory.catchUp(actor.index) || actor.changed)) {
      actor.changed = false;
      actor.watched.clear();
      return NAP;
    }
    actor.blocked = actor.loops = true;
    actor.paused = actor.dozes = naps;
    actor.wake = 0;
    actor.hasTimers = hasTimers;
    return 0;
  });
  if (found === NAP) return [NAP, 0];
  if (found === 0) {
    const how = machine.awaitWake();
    const left = machine.act("go on", 0, () => {
      actor.loops =
        actor.paused =
        actor.dozes =
        actor.hasTimers =
          false;
      return actor.events.length;
    }, false);
    if (left === 0) return [naps ? NAP : TIMER, how];
  }
  const which = machine.act("event", 0, () => {
    // Handed over by another thread, with all that it saw.
    machine.memory.catchUp(actor.index);
    const { length } = actor.events;
    const [event] = actor.events.splice(
      length > 1 ? machine.pick(length) : 0,
      1,
    );
    actor.wake = event![1];
    return event![0];
  }, false);
  return [which, machine.act("result", 0, () => actor.wake, false)];
}

/**
 * Waits for a moment in a loop that looks again: until another has changed
 * something, or, when nobody can, for so long that no patience is left. Returns
 * whether it was that long.
 */
export function doze(machine: Machine): boolean {
  const actor = machine.current;
  if (actor === null) return false;
  const waits = machine.act("wait for a moment", 0, () => {
    const stale = machine.memory.catchUp(actor.index);
    actor.paused = actor.blocked = actor.dozes = !actor.changed && !stale;
    actor.changed = false;
    if (!actor.paused) actor.watched.clear();
    return actor.paused ? 1 : 0;
  }, false);
  return waits === 1 && machine.awaitWake() === PATIENCE_ENDED;
}

/** How the wait of one that dozes ends when nothing else can happen. */
export const PATIENCE_ENDED = 3;

/** Whether time has gone by since the last look: 1 if it has, and far. */
export function readClock(machine: Machine): number {
  if (machine.timeouts === 0 || machine.current === null) return 0;
  return machine.act("clock", 0, () => {
    const jumps = machine.jumps > 0 ? machine.pick(2) : 0;
    machine.jumps -= jumps;
    return jumps;
  }, false);
}

/**
 * What may come next: a step of a participant, or something besides.
 *
 * @module
 */

import type { Actor } from "../actor.ts";
import { PATIENCE_ENDED } from "../events.ts";
import type { Machine } from "../machine.ts";
import type { Span } from "../memory/view.ts";
import { show } from "../steps.ts";
import type { Limits, Token, Used } from "./schedule.ts";

/** Something that may come next. */
export interface Option {
  readonly token: Token | null;
  /** Who makes a step. */
  readonly actor: Actor | null;
  readonly cost: number;
  /** Waiting stores that are seen before it. */
  readonly flushes: readonly Token[];
}

/** So often timers may end waits in one schedule. */
const MOST_NETS = 12;

/** All that may come next. */
export function optionsOf(
  machine: Machine,
  limits: Limits,
  used: Used,
): Option[] {
  const { actors, last, memory, kernel } = machine;
  const options: Option[] = [];
  const free = last === null || !last.enabled;
  const add = (
    token: Token | null,
    actor: Actor | null,
    cost: number,
    flushes: readonly Token[] = [],
  ) => options.push({ token, actor, cost, flushes });
  // Of the stores of others that wait only those matter that it would come
  // across: when they are seen makes no difference to anything before.
  const withFlushes = (
    who: number,
    touched: readonly Span[] | null,
    then: (flushes: readonly Token[]) => void,
  ) => {
    then([]);
    if (touched !== null && touched.length === 0) return;
    for (const { index } of actors) {
      if (index === who || memory.waiting(index) === 0) continue;
      const spans = touched ?? memory.spans(index);
      for (const places of memory.reaching(index, spans)) {
        then(places.map((place) => ({ flush: index, place })));
      }
    }
  };
  const step = (actor: Actor, cost: number) =>
    withFlushes(actor.index, actor.pending, (flushes) => {
      add(null, actor, cost, flushes);
    });
  if (!free) step(last, 0);
  if (free || used.preemptions < limits.preemptions) {
    for (const actor of actors) {
      if (actor.enabled && actor !== last) step(actor, free ? 0 : 1);
    }
  }
  if (!actors.some(({ enabled }) => enabled)) {
    for (const flush of flushesAtRest(machine)) add(flush, null, 0);
  }
  for (const actor of actors) {
    if (actor.dead || actor.finished) continue;
    kernel.pool[actor.index]!.forEach(({ offsets }, place) => {
      const touched = offsets.map((offset) => ({ offset, width: 4 }));
      withFlushes(-1, touched, (flushes) => {
        add({ start: actor.index, place }, null, 0, flushes);
      });
    });
    if (used.deaths < limits.deaths && limits.mortal.includes(actor.index)) {
      add({ kill: actor.index }, null, 0);
    }
  }
  kernel.sleepers.forEach(({ who, timed, woken = [] }, place) => {
    if (woken.length > 0) {
      add({ return: who, place }, null, 0);
      return;
    }
    if (used.spurious < limits.spurious) add({ rouse: who, place }, null, 0);
    if (timed && used.timeouts < limits.timeouts) {
      add({ expire: who, place }, null, 0);
    }
  });
  kernel.semaphores.calls.forEach(({ who, operations }, place) => {
    if (kernel.semaphores.can(operations)) {
      add({ grant: who, place }, null, 0);
    }
    if (used.timeouts < limits.timeouts) add({ lapse: who, place }, null, 0);
  });
  if (options.length === 0) addLastResorts(machine, add);
  const hasNets = machine.nets && actors.some((actor) => actor.dead);
  if (options.length === 0 && hasNets) {
    kernel.sleepers.forEach(({ who, timed }, place) => {
      if (timed) add({ expire: who, place }, null, 0);
    });
    for (const actor of actors) {
      const waits = actor.blocked && actor.hasTimers && !actor.dead;
      if (!waits || actor.finished || used.nets >= MOST_NETS) continue;
      add({ doze: actor.index, place: 0 }, null, 0);
    }
  }
  return options;
}

/** When nothing else can happen, time goes by: patience and slices of it end. */
function addLastResorts(
  { actors, kernel }: Machine,
  add: (token: Token, actor: null, cost: number) => void,
): void {
  for (const actor of actors) {
    if (!actor.dozes || actor.dead || actor.finished) continue;
    add({ doze: actor.index, place: 0 }, null, 0);
  }
  kernel.semaphores.calls.forEach(({ who }, place) => {
    add({ lapse: who, place }, null, 0);
  });
}

/** When nobody can go on, all is seen: in any order where that matters. */
function flushesAtRest({ actors, memory }: Machine): Token[] {
  const waiting = actors.map(({ index }) => index)
    .filter((index) => memory.waiting(index) > 0);
  for (const flush of waiting) {
    const [place] = memory.mayFlush(flush);
    const spans = memory.spans(flush);
    const others = waiting.filter((other) =>
      other !== flush && memory.reaching(other, spans).length > 0
    );
    if (others.length > 0) {
      return [flush, ...others].flatMap((index) =>
        memory.mayFlush(index).map((place) => ({ flush: index, place }))
      );
    }
    if (place !== undefined) return [{ flush, place }];
  }
  return [];
}

/** Does what is no step of a participant. */
export function apply(machine: Machine, token: Token, used: Used): void {
  const { kernel, actors } = machine;
  if ("flush" in token) return flush(machine, token.flush, token.place);
  if ("kill" in token) {
    used.deaths++;
    kernel.kill(actors[token.kill]!);
  } else if ("start" in token) {
    const [call] = kernel.pool[token.start]!.splice(token.place, 1);
    kernel.startCall(token.start, call!);
  } else if ("return" in token) {
    const sleeper = kernel.sleepers[token.place]!;
    // Of several words the last one is told.
    kernel.rouse(sleeper, Math.max(...sleeper.woken ?? []));
  } else if ("rouse" in token) {
    used.spurious++;
    kernel.rouse(kernel.sleepers[token.place]!, 0);
  } else if ("grant" in token) {
    kernel.endCall(token.place, 0);
  } else if ("lapse" in token) {
    used.timeouts++;
    kernel.endCall(token.place, -1);
  } else if ("doze" in token) {
    const actor = actors[token.doze]!;
    actor.paused = actor.blocked = actor.dozes = false;
    if (actor.hasTimers) used.nets++;
    actor.hasTimers = false;
    actor.wake = PATIENCE_ENDED;
  } else if ("expire" in token) {
    used.timeouts++;
    kernel.rouse(kernel.sleepers[token.place]!, 2);
  }
  machine.trace?.push({
    ...{ who: machine.names[Object.values(token)[0]!] ?? "", site: 0 },
    ...{ what: Object.keys(token)[0]!, offset: -1, before: "", after: "" },
  });
}

/** Lets a waiting store be seen. */
function flush(machine: Machine, who: number, place: number): void {
  const entry = machine.memory.flush(who, place);
  if (machine.trace === null || entry === undefined) return;
  const { offset, width, low, high } = entry;
  machine.trace.push({
    ...{ who: machine.names[who]!, site: 0, what: "is seen by all: its store" },
    ...{ offset, before: "", after: show(low, high, width) },
  });
}

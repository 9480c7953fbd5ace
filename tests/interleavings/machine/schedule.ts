/**
 * Who goes on, and what happens besides: the strategies, and schedules in print.
 *
 * @module
 */

import type { Actor, Machine } from "./machine.ts";
import type { Span } from "./memory.ts";

/** Part of a schedule: a participant makes steps, or something happens. */
export type Token =
  | { run: number; count: number }
  | { pick: number }
  | { flush: number; place: number }
  | { kill: number }
  | { start: number; place: number }
  | { return: number; place: number }
  | { rouse: number; place: number }
  | { expire: number; place: number };

/** A schedule. */
export type Tokens = Token[];

/** Name of the property that tells steps from the rest. */
export const RUN = "run";

/** Decides what happens next. */
export interface Strategy {
  /**
   * Who makes a step; nobody when nobody can; undefined: stop here; or what has
   * been done besides, to be asked again.
   */
  next(machine: Machine): Actor | null | undefined | Token;
  /** Decides between things that may happen. */
  pick(count: number): number;
}

/** What may happen at all, and how often. */
export interface Limits {
  /** How often one who could go on is made to stop. */
  readonly preemptions: number;
  readonly deaths: number;
  readonly spurious: number;
  readonly timeouts: number;
  readonly mortal: readonly number[];
}

/** Something that may come next. */
export interface Option {
  readonly token: Token | null;
  /** Who makes a step. */
  readonly actor: Actor | null;
  readonly cost: number;
  /** Waiting stores that are seen before it. */
  readonly flushes: readonly Token[];
}

/** What was used up of the limits. */
export interface Used {
  preemptions: number;
  deaths: number;
  spurious: number;
  timeouts: number;
}

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
  if (options.length === 0 && machine.nets && actors.some((a) => a.dead)) {
    kernel.sleepers.forEach(({ who, timed }, place) => {
      if (timed) add({ expire: who, place }, null, 0);
    });
  }
  return options;
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
  if ("flush" in token) return machine.flush(token.flush, token.place);
  if ("kill" in token) {
    used.deaths++;
    machine.kill(actors[token.kill]!);
  } else if ("start" in token) {
    const [call] = kernel.pool[token.start]!.splice(token.place, 1);
    machine.startCall(token.start, call!);
  } else if ("return" in token) {
    const sleeper = kernel.sleepers[token.place]!;
    // Of several words the last one is told.
    machine.rouse(sleeper, Math.max(...sleeper.woken ?? []));
  } else if ("rouse" in token) {
    used.spurious++;
    machine.rouse(kernel.sleepers[token.place]!, 0);
  } else if ("expire" in token) {
    used.timeouts++;
    machine.rouse(kernel.sleepers[token.place]!, 2);
  }
  machine.trace?.push({
    ...{ who: machine.names[Object.values(token)[0]!] ?? "", site: 0 },
    ...{ what: Object.keys(token)[0]!, offset: -1, before: "", after: "" },
  });
}

const LETTERS = "abcdefgh";
const SIGNS: Readonly<Record<string, string>> = {
  flush: "!",
  kill: "x",
  start: "^",
  return: "v",
  rouse: "?",
  expire: "t",
};

/** Prints a schedule: `a12 b3 !a0 xb a2`, behind the words that are shared. */
export function printSchedule(
  tokens: Tokens,
  { shared, byteLength }: Machine,
): string {
  const words: string[] = [];
  for (let i = 0; i < byteLength / 4; i++) {
    if (shared[i] === 1) words.push(i.toString(36));
  }
  const parts = tokens.map((token) => {
    if ("run" in token) return `${LETTERS[token.run]}${token.count}`;
    if ("pick" in token) return `=${token.pick}`;
    const [[kind, who]] = Object.entries(token) as [[string, number]];
    const place = "place" in token ? token.place : "";
    return `${SIGNS[kind]}${LETTERS[who]}${place}`;
  });
  return [words.join("."), ...parts].join(" ");
}

/** Reads a printed schedule. */
export function parseSchedule(
  text: string,
): { tokens: Tokens; shared: number[] } {
  const [words = "", ...parts] = text.trim().split(" ");
  const shared = words.split(".").map((word) => parseInt(word, 36));
  const tokens = parts.map((part): Token => {
    const sign = part.charAt(0);
    if (sign === "=") return { pick: Number(part.slice(1)) };
    const kind = Object.keys(SIGNS).find((name) => SIGNS[name] === sign);
    if (kind === undefined) {
      return { run: LETTERS.indexOf(sign), count: Number(part.slice(1)) };
    }
    const who = LETTERS.indexOf(part.charAt(1));
    const place = Number(part.slice(2) || 0);
    return (kind === "kill" ? { kill: who } : { [kind]: who, place }) as Token;
  });
  return { tokens, shared };
}

/** Follows a printed schedule. */
export class Replay implements Strategy {
  readonly #tokens: Tokens;
  #place = 0;
  #steps = 0;
  /** What steps are about to decide. */
  readonly #picks: number[] = [];
  readonly #used = { preemptions: 0, deaths: 0, spurious: 0, timeouts: 0 };

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  next(machine: Machine): Actor | null | undefined | Token {
    for (;;) {
      const token = this.#tokens[this.#place];
      if (token === undefined) return this.#rest(machine);
      if ("run" in token && this.#steps++ < token.count) {
        return machine.actors[token.run]!;
      }
      this.#place++;
      this.#steps = 0;
      if ("run" in token) continue;
      if ("pick" in token) {
        this.#picks.push(token.pick);
        continue;
      }
      apply(machine, token, this.#used);
      return token;
    }
  }

  pick(count: number): number {
    return Math.min(this.#picks.shift() ?? 0, count - 1);
  }

  /** Behind its end: whoever can, goes on. */
  #rest(machine: Machine): Actor | null | Token {
    const { last, actors } = machine;
    if (last?.enabled) return last;
    const next = actors.find(({ enabled }) => enabled);
    if (next !== undefined) return next;
    for (const { index } of actors) {
      if (machine.memory.waiting(index) === 0) continue;
      const token = { flush: index, place: 0 };
      apply(machine, token, this.#used);
      return token;
    }
    return null;
  }
}

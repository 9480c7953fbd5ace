/**
 * Schedules in print, and how one is followed.
 *
 * @module
 */

import type { Actor } from "../actor.ts";
import type { Machine } from "../machine.ts";
import { apply } from "./choices.ts";
import type { Strategy, Token, Tokens } from "./schedule.ts";

const LETTERS = "abcdefgh";
const SIGNS: Readonly<Record<string, string>> = {
  flush: "!",
  kill: "x",
  start: "^",
  return: "v",
  rouse: "?",
  expire: "t",
  grant: "+",
  lapse: "-",
  doze: "z",
};

/** Prints a schedule: `a12 b3 !a0 xb a2`, behind the words that are shared. */
export function printSchedule(
  tokens: Tokens,
  { words: { shared }, byteLength }: Machine,
): string {
  const names: string[] = [];
  for (let i = 0; i < byteLength / 4; i++) {
    if (shared[i] === 1) names.push(i.toString(36));
  }
  const parts = tokens.map((token) => {
    if ("run" in token) return `${LETTERS[token.run]}${token.count}`;
    if ("pick" in token) return `=${token.pick}`;
    const [[kind, who]] = Object.entries(token) as [[string, number]];
    const place = "place" in token ? token.place : "";
    return `${SIGNS[kind]}${LETTERS[who]}${place}`;
  });
  return [names.join(".") || "-", ...parts].join(" ");
}

/** Reads a printed schedule. */
export function parseSchedule(
  text: string,
): { tokens: Tokens; shared: number[] } {
  const [words = "", ...parts] = text.trim().split(" ");
  const shared = words === "-"
    ? []
    : words.split(".").map((word) => parseInt(word, 36));
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
  readonly #used = {
    nets: 0,
    preemptions: 0,
    deaths: 0,
    spurious: 0,
    timeouts: 0,
  };

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

  /** Behind its end: any participant that can goes on. */
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

/**
 * Where all pending asynchronous waits of this program sleep: together, in one
 * `futex_waitv` call on one thread of Deno's pool for up to 127 of them. A
 * doorbell word in the same call ends it when the set changes.
 *
 * A kernel that has no `futex_waitv` (before 5.16) gets timers that look at the
 * words in growing pauses: slower to notice, and no thread at all.
 *
 * @module
 */

import {
  FUTEX_WAITV_MAX,
  hasWaitv,
  privateWord,
  WaitList,
  wake,
  type Word,
} from "../../ffi/sync/futex.ts";
import { addMappingUser, type Mapping } from "../../memory/mapping/mapping.ts";
import { lookAgainMs } from "./safety_nets.ts";

/** How a wait in the parker ended. */
export type ParkResult = "ok" | "timed-out";

/** How long and under which conditions {@linkcode park} waits. */
export interface ParkOptions {
  /** How long at most, in milliseconds. Default: for ever. */
  readonly timeoutMs?: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Where the word lies: the wait ends with an error before it is unmapped. */
  readonly mapping?: Mapping | undefined;
}

/** Which way to sleep: the best that the kernel has, or timers in any case. */
export type WaitStrategy = "auto" | "polling";

/** One word that someone waits for. */
interface Wait {
  readonly word: Word;
  readonly value: number;
  readonly deadline: number;
  readonly settle: (result: ParkResult) => void;
  readonly fail: (error: Error) => void;
  /** Where it sleeps. */
  group: Group;
}

/** A way to sleep until a word changes or the doorbell rings. */
interface Sleeper {
  /** How many waits it takes. */
  readonly capacity: number;
  /** Sleeps; gives the wait that was woken, if that is known. */
  sleep(waits: readonly Wait[], ms: number): Promise<Wait | undefined>;
  /** Ends the sleep. */
  ring(): void;
}

/**
 * The thread of the pool on which a worker sleeps outlives the worker, and would
 * take wake-ups from others; so it does not sleep for long.
 */
const LONGEST_SLEEP_MS = "WorkerGlobalScope" in globalThis ? 100 : Infinity;

/** Sleeps in the kernel. */
class KernelSleeper implements Sleeper {
  // One place is the doorbell's.
  readonly capacity = FUTEX_WAITV_MAX - 1;
  readonly #doorbell = privateWord();
  readonly #list = new WaitList();

  async sleep(
    waits: readonly Wait[],
    ms: number,
  ): Promise<Wait | undefined> {
    this.#list.set(0, this.#doorbell, this.#doorbell.load());
    waits.forEach(({ word, value }, index) => {
      this.#list.set(index + 1, word, value);
    });
    const place = await this.#list.sleep(
      waits.length + 1,
      Math.min(ms, lookAgainMs(LONGEST_SLEEP_MS)),
    );
    return waits[place - 1];
  }

  ring(): void {
    Atomics.add(this.#doorbell.cell, 0, 1);
    wake(this.#doorbell, 1);
  }
}

/** Looks from time to time, with pauses that grow from 1 ms. */
class PollingSleeper implements Sleeper {
  static readonly LONGEST_PAUSE_MS = 20;
  readonly capacity = Infinity;
  #wakeUp = () => {};
  #pauseMs = 1;

  async sleep(_: readonly Wait[], ms: number): Promise<undefined> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(ms, this.#pauseMs));
    this.#pauseMs = Math.min(
      this.#pauseMs * 2,
      PollingSleeper.LONGEST_PAUSE_MS,
    );
    this.#wakeUp = () => {
      this.#pauseMs = 1;
      clearTimeout(timer);
      resolve();
    };
    await promise;
  }

  ring(): void {
    this.#wakeUp();
  }
}

/** Waits that sleep together. */
class Group {
  readonly #sleeper: Sleeper;
  readonly #waits = new Set<Wait>();
  /** Waits that ended while the kernel still slept on their words. */
  #ended: Wait[] = [];
  #state: "idle" | "starting" | "asleep" | "ringing" = "idle";

  constructor(sleeper: Sleeper) {
    this.#sleeper = sleeper;
  }

  get size(): number {
    return this.#waits.size;
  }

  get room(): number {
    return this.#sleeper.capacity - this.#waits.size;
  }

  add(wait: Wait): void {
    wait.group = this;
    this.#waits.add(wait);
    this.#change();
  }

  /** Takes a wait out that ended for another reason than a wake-up. */
  remove(wait: Wait): boolean {
    if (!this.#waits.delete(wait)) return false;
    if (this.#state === "asleep" || this.#state === "ringing") {
      this.#ended.push(wait);
    }
    this.#change();
    return true;
  }

  /** Moves all waits to another group, and ends the sleep on them here. */
  moveTo(group: Group): void {
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const wait of waits) group.add(wait);
    this.#change();
  }

  /** Ends a wait that was woken, unless it has ended. */
  wakeUp(wait: Wait): void {
    if (this.#waits.delete(wait)) wait.settle("ok");
  }

  #change(): void {
    if (this.#state === "idle") {
      this.#state = "starting";
      // In a moment: whoever starts a thousand waits starts them in one go.
      queueMicrotask(() => this.#run());
    } else if (this.#state === "asleep") {
      this.#state = "ringing";
      this.#sleeper.ring();
    }
  }

  async #run(): Promise<void> {
    for (;;) {
      this.#settleDue();
      compact(this);
      if (this.#waits.size === 0) break;
      const waits = [...this.#waits];
      this.#state = "asleep";
      const sleep = this.#sleeper.sleep(waits, this.#msToDeadline());
      const woken = await sleep;
      this.#state = "starting";
      // It may have moved to another group while the kernel slept on it here.
      woken?.group.wakeUp(woken);
      this.#passOn(woken);
    }
    this.#state = "idle";
    removeEmpty(this);
  }

  /**
   * A wait that ended early may have taken a wake-up that was meant for
   * whoever waits next, in whatever process.
   */
  #passOn(woken: Wait | undefined): void {
    const ended = this.#ended;
    this.#ended = [];
    for (const wait of ended) {
      if (wait.word.gone) continue;
      if (wait === woken || wait.word.load() !== wait.value) wake(wait.word, 1);
    }
  }

  #settleDue(): void {
    const now = performance.now();
    for (const wait of this.#waits) {
      if (wait.word.gone) {
        this.#waits.delete(wait);
        wait.fail(
          new Deno.errors.BadResource(
            "Cannot wait any longer: the memory was transferred to another owner",
          ),
        );
        continue;
      }
      const changed = wait.word.load() !== wait.value;
      if (!changed && now < wait.deadline) continue;
      this.#waits.delete(wait);
      wait.settle(changed ? "ok" : "timed-out");
    }
  }

  #msToDeadline(): number {
    let earliest = Infinity;
    for (const { deadline } of this.#waits) {
      if (deadline < earliest) earliest = deadline;
    }
    return Math.max(0, earliest - performance.now());
  }
}

let groups: Group[] = [];
let strategy: WaitStrategy = "auto";
let kernelSleeps: boolean | undefined;

/**
 * Chooses how asynchronous waits that start from now on sleep. For tests, and
 * for finding out whether the kernel's way is to blame for something.
 *
 * @param chosen `"auto"`: in the kernel where it can; `"polling"`: by timers.
 */
export function useWaitStrategy(chosen: WaitStrategy): void {
  if (chosen !== "auto" && chosen !== "polling") {
    throw new TypeError(
      `Cannot wait this way: it must be "auto" or "polling": received ${
        JSON.stringify(chosen)
      }`,
    );
  }
  // Waits that sleep already go on as they are.
  if (chosen !== strategy) groups = [];
  strategy = chosen;
}

/**
 * Waits until a word is woken or changes.
 *
 * @param value What the word must be to wait; it was just looked at.
 * @returns How it ended. Rejects with the signal's reason, or with
 * `Deno.errors.BadResource` when the memory goes.
 */
export function park(
  word: Word,
  value: number,
  { timeoutMs = Infinity, signal, mapping }: ParkOptions = {},
): Promise<ParkResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ParkResult>();
  const group = groupWithRoom();
  const wait: Wait = {
    group,
    word,
    value,
    deadline: timeoutMs === Infinity ? Infinity : performance.now() + timeoutMs,
    fail: (error) => {
      letGo();
      reject(error);
    },
    settle: (result) => {
      letGo();
      resolve(result);
    },
  };
  const letGo = () => {
    stay?.();
    signal?.removeEventListener("abort", abort);
  };
  const abort = () => end(signal?.reason);
  const end = (reason: unknown) => {
    if (!wait.group.remove(wait)) return;
    letGo();
    reject(reason);
  };
  const leave = () => {
    // While the word can still be reached: it may have taken a wake-up.
    if (!word.gone && word.load() !== value) wake(word, 1);
    end(
      new Deno.errors.BadResource(
        "Cannot wait any longer: the memory was unmapped",
      ),
    );
  };
  const stay = mapping && addMappingUser(mapping, { leave });
  signal?.addEventListener("abort", abort);
  group.add(wait);
  return promise;
}

function groupWithRoom(): Group {
  let group = groups.find(({ room }) => room > 0);
  if (group === undefined) {
    kernelSleeps ??= hasWaitv();
    const kernel = strategy === "auto" && kernelSleeps;
    group = new Group(kernel ? new KernelSleeper() : new PollingSleeper());
    groups.push(group);
  }
  return group;
}

/** Puts groups together that fit into one, to free threads. */
function compact(group: Group): void {
  const place = groups.indexOf(group);
  if (place === -1 || group.size === 0) return;
  const earlier = groups.slice(0, place).find(({ room }) => room >= group.size);
  if (earlier !== undefined) return group.moveTo(earlier);
  for (const later of groups.slice(place + 1)) {
    if (later.size > 0 && later.size <= group.room) later.moveTo(group);
  }
}

/** The first group stays: to make one anew for each wait costs as much as waking. */
function removeEmpty(group: Group): void {
  if (group.size > 0 || group === groups[0]) return;
  groups = groups.filter((other) => other !== group);
}

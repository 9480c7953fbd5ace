import {
  FUTEX_WAITV_MAX,
  privateWord,
  WaitList,
  wake,
} from "../../ffi/sync/futex.ts";
import { lookAgainMs } from "../waiting/safety_nets.ts";
import { transferred } from "./poller.ts";
import type { Bedroom, WaiterList } from "./waiter_list.ts";

/**
 * The thread of the pool on which a worker sleeps outlives the worker, and would
 * take wake-ups from others; so it does not sleep for long.
 */
const LONGEST_SLEEP_MS = "WorkerGlobalScope" in globalThis ? 100 : Infinity;

/** A sleep that ends sooner than this for no reason has failed. */
const SHORTEST_SLEEP_MS = 50;
const LONGEST_PAUSE_MS = 20;

/**
 * How many promises in a row a program may await before it waits for the same
 * word again, and finds its place in the kernel's queue kept.
 */
const AWAITS = 10;

/** How a word was when the kernel began to sleep on it. */
interface Queued {
  readonly value: number;
  readonly departures: number;
}

/**
 * Words that sleep in the kernel together, in one `futex_waitv` call on one
 * thread of Deno's pool. A doorbell word in the same call ends it when the set
 * changes.
 */
export class WaitGroup implements Bedroom {
  /** How many words it takes: one place is the doorbell's. */
  static readonly CAPACITY = FUTEX_WAITV_MAX - 1;

  readonly #doorbell = privateWord();
  readonly #places = new WaitList();
  readonly #arrange: (group: WaitGroup) => void;
  readonly #lists = new Set<WaiterList>();
  /** What the kernel sleeps on, and with which values. */
  #queued = new Map<WaiterList, Queued>();
  #state: "idle" | "starting" | "asleep" | "ringing" | "pausing" = "idle";
  #sweeping = false;
  #failures = 0;
  #endPause = () => {};

  /**
   * @param arrange Called before each sleep: it may bring words, or take all.
   */
  constructor(arrange: (group: WaitGroup) => void) {
    this.#arrange = arrange;
  }

  /** How many words sleep here. */
  get size(): number {
    return this.#lists.size;
  }

  /** How many more there could be. */
  get room(): number {
    return WaitGroup.CAPACITY - this.size;
  }

  /**
   * Whether the sleep can end without anyone noticing: a wait whose word has
   * changed, and that was not notified, ends when its sleep does.
   */
  get isQuiet(): boolean {
    if (this.#state !== "asleep") return true;
    for (const list of this.#lists) {
      if (!list.word.gone && list.isChanged) return false;
    }
    return true;
  }

  /** Adds a word to sleep on. */
  add(list: WaiterList): void {
    list.bedroom = this;
    this.#lists.add(list);
    this.#change();
  }

  /** Moves all words to another group, and ends the sleep on them here. */
  moveTo(group: WaitGroup): void {
    const lists = [...this.#lists];
    this.#lists.clear();
    for (const list of lists) group.add(list);
    this.#change();
  }

  /** Whether the kernel sleeps on a word, or is about to. */
  isQueued(list: WaiterList): boolean {
    return this.#queued.has(list);
  }

  /**
   * Frees the place of a word, unless someone waits for it again soon: one that waits
   * in a loop does so before the next turn of the event loop.
   */
  emptied(): void {
    if (this.#sweeping || this.#state !== "asleep") return;
    this.#sweeping = true;
    setImmediate(() => {
      this.#sweeping = false;
      this.#sweep();
    });
  }

  /** Ends the sleep on a word whose memory goes now. */
  evict(list: WaiterList): void {
    this.#lists.delete(list);
    list.drop();
    this.#change();
  }

  #sweep(): void {
    if (this.#state !== "asleep" || !this.isQuiet) return;
    let dropped = 0;
    for (const list of this.#lists) {
      if (list.size > 0) continue;
      this.#lists.delete(list);
      list.drop();
      dropped++;
    }
    if (dropped > 0) this.#change();
  }

  #change(): void {
    switch (this.#state) {
      case "idle":
        this.#state = "starting";
        // In a moment: a program that starts a thousand waits starts them in
        // one go.
        queueMicrotask(() => this.#run());
        break;
      case "asleep":
        this.#state = "ringing";
        Atomics.add(this.#doorbell.cell, 0, 1);
        wake(this.#doorbell, 1);
        break;
      case "pausing":
        this.#endPause();
        break;
    }
  }

  async #run(): Promise<void> {
    for (;;) {
      this.#arrange(this);
      this.#enqueue();
      if (this.#queued.size === 0) break;
      const bell = this.#doorbell.load();
      const start = performance.now();
      const woken = await this.#sleep(bell);
      this.#state = "starting";
      const isFailure = woken < 0 && this.#doorbell.load() === bell &&
        performance.now() - start < SHORTEST_SLEEP_MS && this.#isUnchanged();
      this.#settle(woken);
      await (isFailure ? this.#pause() : this.#letAwait());
    }
    this.#state = "idle";
  }

  /** Wakes who must not sleep (again), drops words of nobody, queues the rest. */
  #enqueue(): void {
    this.#queued = new Map();
    for (const list of this.#lists) {
      if (list.word.gone) list.fail(transferred());
      // With the value that was just looked at: a later one might be news.
      else this.#queue(list, list.wakeChanged().value);
      if (list.size > 0) continue;
      this.#lists.delete(list);
      list.drop();
    }
  }

  #queue(list: WaiterList, value: number): void {
    if (list.size === 0) return;
    list.told = "nothing";
    this.#queued.set(list, { value, departures: list.departures });
  }

  /** Sleeps in the kernel. */
  #sleep(bell: number): Promise<number> {
    this.#places.set(0, this.#doorbell, bell);
    let place = 1;
    for (const [{ word }, { value }] of this.#queued) {
      this.#places.set(place++, word, value);
    }
    this.#state = "asleep";
    return this.#places.sleep(place, lookAgainMs(LONGEST_SLEEP_MS));
  }

  #isUnchanged(): boolean {
    for (const [{ word }, { value }] of this.#queued) {
      if (word.gone || word.load() !== value) return false;
    }
    return true;
  }

  /** Wakes those that the kernel woke. */
  #settle(woken: number): void {
    const queued = this.#queued;
    this.#queued = new Map();
    let place = 0;
    for (const [list, { value, departures }] of queued) {
      const isWoken = ++place === woken;
      const { word } = list;
      if (word.gone) continue;
      const taken = isWoken ? takeWakeUp(list) : 0;
      // The kernel names the last place that was woken
      // (futex_unqueue_multiple() in kernel/futex/waitwake.c); one before it may
      // have been, and what came to it is owed when nobody here takes it.
      const hasLeft = list.size === 0 || list.departures !== departures;
      const mayBeWoken = place < woken &&
        (list.told === "some" || hasLeft && word.load() !== value);
      // A wake-up that reached a wait that had ended is for the one that waits next, in
      // whatever process.
      const isSpare = isWoken && taken === 0 && list.told !== "all";
      if (isSpare || mayBeWoken) wake(word, 1);
    }
  }

  /** Lets programs that were woken wait again, before the set is made up. */
  async #letAwait(): Promise<void> {
    this.#failures = 0;
    for (let i = 0; i < AWAITS; i++) await undefined;
  }

  /**
   * The kernel did not sleep (ENOMEM, or whatever it may be: the errno of
   * another thread is lost), so this thread does, longer each time.
   */
  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(
      resolve,
      Math.min(2 ** this.#failures++, LONGEST_PAUSE_MS),
    );
    this.#endPause = resolve;
    this.#state = "pausing";
    await promise;
    clearTimeout(timer);
    this.#state = "starting";
  }
}

/** Wakes those whom a wake-up of the kernel may have been for; returns how many. */
function takeWakeUp(list: WaiterList): number {
  // Nobody knows whether one or all were meant, and who waits with a value that
  // is no longer there could miss what comes before it sleeps again.
  const { woken } = list.wakeChanged();
  return woken > 0 || list.told !== "nothing" ? woken : list.wake(1);
}

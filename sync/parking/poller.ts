import type { Bedroom, WaiterList } from "./waiter_list.ts";

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;
/** A look at very many words must not take more than this share of the time. */
const LARGEST_SHARE = 1 / 20;

/**
 * Looks at words from time to time, in pauses that grow from 1 to 20 ms, for
 * what the kernel has no way or no room to wait for. One timer serves all.
 */
export class Poller implements Bedroom {
  readonly #lists = new Set<WaiterList>();
  #pauseMs = FIRST_PAUSE_MS;
  #shortestMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** How many words it looks at. */
  get size(): number {
    return this.#lists.size;
  }

  /** Looks at one more word. */
  add(list: WaiterList): void {
    list.bedroom = this;
    this.#lists.add(list);
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#timer ??= setTimeout(this.#look, FIRST_PAUSE_MS);
  }

  /** Moves some words to a group that sleeps in the kernel. */
  take(count: number): WaiterList[] {
    const taken: WaiterList[] = [];
    for (const list of this.#lists) {
      if (taken.length >= count) break;
      taken.push(list);
    }
    for (const list of taken) this.#remove(list);
    return taken;
  }

  /** Never: the kernel does not know these words. */
  isQueued(): boolean {
    return false;
  }

  /** Looks no longer at a word for which nobody waits. */
  emptied(list: WaiterList): void {
    this.evict(list);
  }

  /** Looks no longer at a word. */
  evict(list: WaiterList): void {
    this.#remove(list);
    list.drop();
  }

  #remove(list: WaiterList): void {
    this.#lists.delete(list);
    if (this.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #look = () => {
    this.#timer = undefined;
    const start = performance.now();
    let woken = 0;
    for (const list of this.#lists) {
      if (list.word.gone) {
        this.evict(list);
        list.fail(transferred());
      } else woken += list.wakeChanged().woken;
    }
    this.#shortestMs = (performance.now() - start) / LARGEST_SHARE;
    this.#pauseMs = woken > 0
      ? FIRST_PAUSE_MS
      : Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    if (this.size === 0) return;
    const pauseMs = Math.max(this.#pauseMs, this.#shortestMs);
    this.#timer ??= setTimeout(this.#look, pauseMs);
  };
}

/** What a wait fails with whose memory has another owner now. */
export function transferred(): Error {
  return new Deno.errors.BadResource(
    "Cannot wait any longer: the memory was transferred to another owner",
  );
}

import {
  addMappingUser,
  mappingOf,
  type MappingUser,
} from "../../memory/mapping/mapping.ts";
import {
  addSleeper,
  removeSleeper,
  type Sleeping,
  wakeWhenDue,
} from "../../sync/bells/sleepers.ts";
import { LONGEST_TIMER_MS } from "../../memory/waiting/timers.ts";

/** What ends a sleep besides a ring. */
export interface SleepLimits {
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The same, somewhat more or less: for what nobody tells. It costs less. */
  readonly pollMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * One that sleeps in the event loop until the word that says so changes, or it has
 * another reason to wake up. One object, no function of its own for each reason and
 * none that waits for the end: there may be thousands of sleepers, which the
 * collector copies.
 */
export class PipeSleep implements Sleeping, MappingUser {
  /** Settles when it is over: whether it was rung. */
  readonly promise: Promise<boolean>;
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #sleeper: number;
  readonly #parked: number;
  readonly #isReady: () => boolean;
  readonly #resolve: (isRung: boolean) => void;
  readonly #reject: (reason: unknown) => void;
  /** What `isReady` does must not be done again. */
  #isDone = false;
  #unregister: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopListening: (() => void) | undefined;

  /**
   * Has not begun yet.
   *
   * @param sleeper Its number, which it frees.
   * @param parked What the word says until it is rung.
   */
  constructor(
    words: Int32Array,
    index: number,
    sleeper: number,
    parked: number,
    isReady: () => boolean,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#words = words;
    this.#index = index;
    this.#sleeper = sleeper;
    this.#parked = parked;
    this.#isReady = isReady;
  }

  /** Sleeps from now on. */
  begin({ timeoutMs, pollMs, signal }: SleepLimits): void {
    if (signal !== undefined) this.#listenTo(signal);
    addSleeper(this.#sleeper, this);
    const mapping = mappingOf(this.#words.buffer);
    this.#unregister = mapping && addMappingUser(mapping, this);
    if (pollMs < timeoutMs) wakeWhenDue(this.#sleeper, pollMs);
    if (timeoutMs > LONGEST_TIMER_MS) return;
    this.#timer = setTimeout(() => this.wake(), timeoutMs);
  }

  /** Wakes up, if there is a reason. */
  look(): void {
    if (this.#isDone) return;
    try {
      if (this.#isRung || this.#isReady()) this.wake();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Wakes up. */
  wake(): void {
    if (this.#isDone) return;
    this.#end();
    try {
      this.#resolve(this.#isRung);
    } catch (error) {
      // Its memory was transferred.
      this.#reject(error);
    }
  }

  /** Is over before it has begun: there is something to do. */
  skip(): Promise<boolean> {
    this.#end();
    this.#resolve(true);
    return this.promise;
  }

  /** Ends with an error. */
  fail(reason: unknown): Promise<boolean> {
    if (!this.#isDone) this.#end();
    this.#reject(reason);
    return this.promise;
  }

  /** Ends because the memory goes. */
  leave(): void {
    void this.fail(
      new Deno.errors.BadResource(
        "Cannot wait any longer: the memory was unmapped",
      ),
    );
  }

  get #isRung(): boolean {
    return Atomics.load(this.#words, this.#index) !== this.#parked;
  }

  #listenTo(signal: AbortSignal): void {
    const abort = () => void this.fail(signal.reason);
    signal.addEventListener("abort", abort);
    this.#stopListening = () => signal.removeEventListener("abort", abort);
  }

  #end(): void {
    this.#isDone = true;
    removeSleeper(this.#sleeper);
    this.#unregister?.();
    this.#stopListening?.();
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }
}

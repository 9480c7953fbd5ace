import { PeerBell, type PeerPipe } from "../../sync/bells/peers.ts";
import { addSleeper } from "../../sync/bells/sleepers.ts";
import { notify, waitAsync } from "../../sync/waiting/wait.ts";
import { addMappingUser, mappingOf } from "../../memory/mapping/mapping.ts";

/** Nobody sleeps. */
const AWAKE = 0;
/** Someone sleeps on the word itself, or several do. */
const PARKED = 1;
/** Someone sleeps in an event loop, whose process has a pipe. */
const PARKED_BY_PIPE = 2;

/** For stores that only order other accesses. */
const order = new Int32Array(1);

/**
 * A word of shared memory by which one side of a channel says that it sleeps,
 * until the other one rings: an eventcount. While nobody sleeps, ringing is one
 * load.
 */
export class Doorbell {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #sleeper: (() => PeerPipe) | undefined;
  readonly #peer = new PeerBell();

  /**
   * Names the word.
   *
   * @param words Mapped memory.
   * @param index Which of its words.
   * @param sleeper Returns the pipe of who sleeps here, if that can have one.
   */
  constructor(
    words: Int32Array,
    index: number,
    sleeper?: () => PeerPipe,
  ) {
    this.#words = words;
    this.#index = index;
    this.#sleeper = sleeper;
  }

  /** Whether someone sleeps, or is about to. */
  get parked(): boolean {
    return Atomics.load(this.#words, this.#index) !== AWAKE;
  }

  /**
   * The same by a plain load, which takes a tenth of the time: for what matters
   * little when it is seen a moment later.
   */
  get seemsParked(): boolean {
    return this.#words[this.#index] !== AWAKE;
  }

  /**
   * Whether the process of the one that sleeps here by its pipe is there still;
   * false when that cannot be told so.
   */
  get isHeard(): boolean {
    return this.#sleeper !== undefined &&
      Atomics.load(this.#words, this.#index) === PARKED_BY_PIPE &&
      this.#peer.isHeard(this.#sleeper());
  }

  /** Whether the pipe of who would sleep here can be rung from this process. */
  get canRingPipe(): boolean {
    return this.#sleeper !== undefined && this.#peer.open(this.#sleeper());
  }

  /**
   * Wakes all that sleep. What was stored before is visible to others before the
   * word is looked at: who goes to sleep stores into the word first and looks for
   * the rest afterwards, so one of the two sees the other.
   *
   * @returns false when someone sleeps whose pipe cannot be rung.
   */
  ring(): boolean {
    Atomics.store(order, 0, 0);
    if (!this.parked) return true;
    const state = Atomics.exchange(this.#words, this.#index, AWAKE);
    if (state === AWAKE) return true;
    if (state === PARKED_BY_PIPE && this.#sleeper !== undefined) {
      return this.#peer.ring(this.#sleeper());
    }
    notify(this.#words, this.#index);
    return true;
  }

  /**
   * Sleeps until it rings, or some time has passed. The caller then looks for
   * itself whether there is something to do.
   *
   * @param isReady Looks once more, after the word says that someone sleeps: what
   * happens later rings.
   * @returns false when it slept and nobody rang.
   */
  async park(
    isReady: () => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    Atomics.store(this.#words, this.#index, PARKED);
    if (isReady()) return true;
    await waitAsync(this.#words, this.#index, PARKED, {
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    return !this.parked;
  }

  /**
   * The same in the event loop, for one that only sleeps here and whose peers
   * ring pipes. It also looks now and then, with all that sleep so.
   */
  async parkByPipe(
    isReady: () => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const words = this.#words;
    const index = this.#index;
    Atomics.store(words, index, PARKED_BY_PIPE);
    if (isReady()) return true;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    // What `isReady` does must not be done again.
    let isDone = false;
    const wake = () => {
      isDone = true;
      resolve(isRung());
    };
    const fail = (reason: unknown) => {
      isDone = true;
      reject(reason);
    };
    const isRung = () => Atomics.load(words, index) !== PARKED_BY_PIPE;
    const abort = () => fail(signal?.reason);
    // First: when a signal fails here, nothing is left behind.
    signal?.addEventListener("abort", abort);
    const remove = addSleeper(() => {
      if (isDone) return;
      try {
        if (isRung() || isReady()) wake();
      } catch (error) {
        fail(error);
      }
    });
    const mapping = mappingOf(words.buffer);
    const leave = () =>
      fail(
        new Deno.errors.BadResource(
          "Cannot wait any longer: the memory was unmapped",
        ),
      );
    const unregister = mapping && addMappingUser(mapping, { leave });
    const timer = timeoutMs === Infinity
      ? undefined
      : setTimeout(wake, timeoutMs);
    try {
      return await promise;
    } finally {
      remove();
      unregister?.();
      if (timer !== undefined) clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

import { isPlainEnough } from "../buffers/store_order.ts";
import { PeerBell, type PeerPipe } from "../../sync/bells/peers.ts";
import { newSleeper } from "../../sync/bells/sleepers.ts";
import { notify, waitAsync } from "../../sync/waiting/wait.ts";
import { PipeSleep } from "./pipe_sleep.ts";

/** Nobody sleeps. */
const AWAKE = 0;
/** Someone sleeps on the word itself, or several do. */
const PARKED = 1;
/**
 * Someone sleeps in an event loop, whose process has a pipe; the bits above say
 * which of its sleepers.
 */
const PARKED_BY_PIPE = 2;
/** The bits below. */
const STATE_MASK = 3;
const STATE_BITS = 2;

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
  readonly #inOrder = isPlainEnough({});

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
      isByPipe(Atomics.load(this.#words, this.#index)) &&
      this.#peer.isHeard(this.#sleeper());
  }

  /** Whether the pipe of who would sleep here can be rung from this process. */
  get canRingPipe(): boolean {
    return this.#sleeper !== undefined && this.#peer.open(this.#sleeper());
  }

  /**
   * Whether someone sleeps who may not have seen what was stored before. That is
   * visible to others before the word is looked at: who goes to sleep stores into
   * the word first and looks for the rest afterwards, so one of the two sees the
   * other.
   */
  get needsRing(): boolean {
    Atomics.store(order, 0, 0);
    // Where loads keep their order (see `store_order.ts`), a plain one does not pass
    // that store either.
    return this.#inOrder ? this.seemsParked : this.parked;
  }

  /**
   * Wakes all that sleep, if there are some.
   *
   * @returns false when someone sleeps whose pipe cannot be rung.
   */
  ring(): boolean {
    if (!this.needsRing) return true;
    const state = Atomics.exchange(this.#words, this.#index, AWAKE);
    if (state === AWAKE) return true;
    if (isByPipe(state) && this.#sleeper !== undefined) {
      return this.#peer.ring(this.#sleeper(), state >>> STATE_BITS);
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
   *
   * @param pollMs How long to sleep at most, somewhat more or less: for what nobody
   * tells. It costs less than the other limit.
   */
  parkByPipe(
    isReady: () => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
    pollMs = Infinity,
  ): Promise<boolean> {
    const words = this.#words;
    const index = this.#index;
    // Before `isReady`, in which another one may go to sleep.
    const sleeper = newSleeper();
    const parked = (sleeper << STATE_BITS) | PARKED_BY_PIPE;
    const sleep = new PipeSleep(words, index, sleeper, parked, isReady);
    try {
      Atomics.store(words, index, parked);
      if (isReady()) return sleep.skip();
      sleep.begin({ timeoutMs, pollMs, signal });
      return sleep.promise;
    } catch (error) {
      return sleep.fail(error);
    }
  }
}

function isByPipe(state: number): boolean {
  return (state & STATE_MASK) === PARKED_BY_PIPE;
}

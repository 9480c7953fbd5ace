import type { Patience } from "../../store/object/wait_for.ts";
import { Assembly } from "../wire/assembly.ts";
import { LONGEST_TIMER_MS } from "../../memory/waiting/timers.ts";

/** What is done with the answer to a call. */
export interface Answer {
  /** An item of a stream has come. */
  item(value: unknown): void;
  /** It has come, or the stream has ended. */
  finish(value: unknown): void;
  /** It will not come. */
  fail(error: unknown): void;
}

/** What a call does with its client. */
export interface CallOwner {
  /** Tells the server that the answer is not waited for any more. */
  cancel(call: number): void;
  /** Permits the server more items of a stream. */
  addCredit(call: number, count: number): void;
  /** Makes the error of a call whose time is over. */
  late(timeoutMs: number): Error;
}

/** A call that is under way: until its answer, its time, or its signal. */
export class PendingCall {
  readonly #number: number;
  readonly #answer: Answer;
  readonly #owner: CallOwner;
  #signal: AbortSignal | undefined;
  #abort: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #assembly: Assembly | undefined;
  #isOver = false;
  /** Ends the sending of its request, where that takes its time. */
  #sending: AbortController | undefined;

  /** Starts to wait. */
  constructor(
    number: number,
    answer: Answer,
    owner: CallOwner,
    { timeoutMs, signal }: Pick<Patience, "timeoutMs" | "signal">,
  ) {
    this.#number = number;
    this.#answer = answer;
    this.#owner = owner;
    if (signal !== undefined) {
      this.#signal = signal;
      this.#abort = () => this.#giveUp(signal.reason);
      signal.addEventListener("abort", this.#abort, { once: true });
    }
    if (timeoutMs !== Infinity) {
      this.#timer = setTimeout(
        () => this.#giveUp(owner.late(timeoutMs)),
        Math.min(timeoutMs, LONGEST_TIMER_MS),
      );
    }
  }

  /** Fires when a request that is being sent need not be sent any more. */
  get sending(): AbortSignal {
    this.#sending ??= new AbortController();
    return this.#sending.signal;
  }

  /**
   * Adds a part of the answer; false when that is too long. An empty one says that
   * those before it are of no use.
   */
  addPart(bytes: Uint8Array, longest: number): boolean {
    if (bytes.byteLength === 0) this.#assembly = undefined;
    this.#assembly ??= new Assembly();
    return this.#assembly.add(bytes, longest);
  }

  /** The whole answer, or item, with its last part. */
  whole(bytes: Uint8Array): Uint8Array {
    const assembly = this.#assembly;
    if (assembly === undefined) return bytes;
    this.#assembly = undefined;
    return assembly.finish(bytes);
  }

  /** Passes on an item of a stream. */
  item(value: unknown): void {
    if (!this.#isOver) this.#answer.item(value);
  }

  /** Ends with an answer. */
  finish(value: unknown): void {
    if (this.#end()) this.#answer.finish(value);
  }

  /** Ends without one. */
  fail(error: unknown): void {
    if (!this.#end()) return;
    this.#sending?.abort(error);
    this.#answer.fail(error);
  }

  /** Cancels the call, unless it has ended. */
  cancel(): void {
    if (!this.#end()) return;
    this.#sending?.abort();
    this.#owner.cancel(this.#number);
  }

  /** Permits the server more items of a stream, unless it has ended. */
  addCredit(count: number): void {
    if (!this.#isOver) this.#owner.addCredit(this.#number, count);
  }

  #giveUp(error: unknown): void {
    if (this.#isOver) return;
    this.#owner.cancel(this.#number);
    this.fail(error);
  }

  /** Whether it has ended by this. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#abort !== undefined) {
      this.#signal?.removeEventListener("abort", this.#abort);
    }
    return true;
  }
}

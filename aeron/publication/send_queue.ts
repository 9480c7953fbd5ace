import { checkSource } from "../../channel/buffers/message_checks.ts";
import { partOf } from "../../channel/buffers/typed_arrays.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import { giveTurn, isTurnDue } from "../../memory/waiting/turns.ts";
import { IdlePauses } from "../conductor/idle_pauses.ts";
import type { OfferResult } from "./offer_result.ts";

const NAMES: OptionNames<WaitOptions> = { timeoutMs: true, signal: true };
/** Made once: most calls have none. */
const NO_OPTIONS: WaitOptions = { timeoutMs: undefined, signal: undefined };

/** The log moves on to its next term once, and a look later if others do that. */
const MAX_MOVES = 3;

/** What a queue sends to. */
export interface SendTarget {
  offer(bytes: Uint8Array): OfferResult;
  readonly maxMessageLength: number;
  /** Why it is closed, if nobody closed it. */
  failure(): Error | undefined;
  /** How messages call it. */
  readonly what: string;
}

/** A message that waits. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly timeoutMs: number;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (position: bigint) => void;
  readonly reject: (reason: unknown) => void;
}

/** Sends messages one after the other, and waits while one has no room. */
export class SendQueue {
  readonly #target: SendTarget;
  readonly #waiting: Waiting[] = [];
  readonly #pauses = new IdlePauses();
  #pumping = false;
  /** Whether messages went without a wait; looking at the clock for each takes long. */
  #active = false;

  constructor(target: SendTarget) {
    this.#target = target;
  }

  /** Sends a message, at once if there is room and none waits before it. */
  send(bytes: Uint8Array, options?: WaitOptions): Promise<bigint> {
    const { timeoutMs, signal } = options === undefined
      ? NO_OPTIONS
      : readOptions(options, NAMES, "send message");
    const limit = checkTimeout(timeoutMs);
    checkSignal(signal)?.throwIfAborted();
    if (this.#waiting.length === 0) {
      const result = this.#target.offer(bytes);
      if (typeof result === "bigint") {
        this.#active = true;
        return isTurnDue()
          ? giveTurn().then(() => result)
          : Promise.resolve(result);
      }
      if (isFinal(result)) throw this.#refuse(result);
    } else checkSource(bytes, 0);
    const { promise, resolve, reject } = Promise.withResolvers<bigint>();
    this.#waiting.push({
      bytes,
      timeoutMs: limit,
      deadline: performance.now() + limit,
      signal,
      resolve,
      reject,
    });
    if (!this.#pumping) this.#pump();
    return promise;
  }

  /** What is written to it is sent; long chunks are split. */
  stream(): WritableStream<Uint8Array> {
    const { maxMessageLength } = this.#target;
    return new WritableStream({
      write: async (chunk, { signal }) => {
        const length = checkSource(chunk, 0);
        for (let at = 0; at < length; at += maxMessageLength) {
          const size = Math.min(maxMessageLength, length - at);
          await this.send(partOf(chunk, at, size), { signal });
        }
      },
    });
  }

  /** Fails all that waits. */
  end(failure: Error | undefined): void {
    const error = failure ?? this.#closedError();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#pauses.wake();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    if (this.#active) this.#pauses.reset();
    this.#active = false;
    try {
      while (this.#waiting.length > 0) {
        this.#expire();
        if (this.#sendSome()) this.#pauses.reset();
        if (this.#waiting.length > 0) {
          await this.#pauses.pause(this.#waiting[0]?.signal);
        }
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** Sends what there is room for. */
  #sendSome(): boolean {
    let sent = false;
    let moves = 0;
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return sent;
      let result: OfferResult;
      try {
        result = this.#target.offer(first.bytes);
      } catch (error) {
        this.#waiting.shift();
        first.reject(error);
        continue;
      }
      if (typeof result === "bigint") {
        this.#waiting.shift();
        first.resolve(result);
        sent = true;
        moves = 0;
      } else if (isFinal(result)) {
        this.#waiting.shift();
        first.reject(this.#refuse(result));
      } else if (result !== "admin-action" || ++moves > MAX_MOVES) return sent;
    }
  }

  #expire(): void {
    const now = performance.now();
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const { signal, deadline, reject, timeoutMs } = this.#waiting[i]!;
      if (signal?.aborted) reject(signal.reason);
      else if (now >= deadline) {
        reject(
          new Deno.errors.TimedOut(
            `Cannot send to ${this.#target.what}: nobody received, or there was no room, within ${timeoutMs} ms`,
          ),
        );
      } else continue;
      this.#waiting.splice(i, 1);
    }
  }

  #refuse(result: "closed" | "max-position-exceeded"): Error {
    if (result === "closed") {
      return this.#target.failure() ?? this.#closedError();
    }
    return new RangeError(
      `Cannot send to ${this.#target.what}: the stream has as many bytes as one may have; add a new publication`,
    );
  }

  #closedError(): Error {
    return new Deno.errors.BadResource(
      `Cannot send to ${this.#target.what}: the publication is closed`,
    );
  }
}

function isFinal(
  result: OfferResult,
): result is "closed" | "max-position-exceeded" {
  return result === "closed" || result === "max-position-exceeded";
}

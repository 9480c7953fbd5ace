import { decode } from "../codec/decode.ts";
import {
  CONTROL_RESPONSE,
  RECORDING_DESCRIPTOR,
  RESPONSE_CODE,
  SUBSCRIPTION_DESCRIPTOR,
} from "../codec/answers.ts";
import type { ValuesOf } from "../codec/template.ts";
import { ArchiveError } from "../archive_error.ts";
import {
  type Recording,
  recordingOf,
  type RecordingSubscription,
  subscriptionOf,
} from "../recording.ts";
import { LONGEST_TIMER_MS } from "../../../memory/waiting/timers.ts";

/** Numbers of errors that an archive tells by the code of its response. */
const UNKNOWN_RECORDING = 5;
const UNKNOWN_SUBSCRIPTION = 4;

/** How a request ended: the relevant id, or that there is no such thing. */
export type Outcome = bigint | "recording-unknown" | "subscription-unknown";

/** What an archive describes in a listing. */
export type Described = Recording | RecordingSubscription;

/** A question that was asked. */
interface Pending {
  readonly operation: string;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
  /** How many descriptions are to come at most, for a listing. */
  left: number;
  readonly described: (what: Described) => void;
}

/** What a client of the archive waits for, by the correlation ids of its questions. */
export class PendingRequests {
  readonly #pending = new Map<bigint, Pending>();
  // Somewhere, so that a new session does not take an old one's answers for its own.
  #lastId = crypto.getRandomValues(new BigInt64Array(1))[0]! >> 16n;

  /** How many there are. */
  get size(): number {
    return this.#pending.size;
  }

  /** An id that no other question has. */
  nextId(): bigint {
    return ++this.#lastId;
  }

  /**
   * Waits for the answer to a question.
   *
   * @param id Its correlation id.
   * @param operation What was asked, for the message of an error.
   * @param timeoutMs How long the archive has.
   * @param listing How many descriptions it may have, and who takes them.
   */
  add(
    id: bigint,
    operation: string,
    timeoutMs: number,
    listing?: { count: number; described: (what: Described) => void },
  ): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const expire = () => {
      this.#pending.delete(id);
      reject(
        new Deno.errors.TimedOut(
          `Cannot ${operation}: the archive did not answer within ${timeoutMs} ms; check that it runs`,
        ),
      );
    };
    const timer = setTimeout(expire, Math.min(timeoutMs, LONGEST_TIMER_MS));
    this.#pending.set(id, {
      operation,
      timer,
      resolve,
      reject,
      left: listing?.count ?? 0,
      described: listing?.described ?? (() => {}),
    });
    return promise;
  }

  /** Takes a response; returns the error of one that nobody waits for. */
  respond(bytes: Uint8Array): Error | undefined {
    const response = decode(CONTROL_RESPONSE, bytes);
    const pending = this.#pending.get(response.correlationId);
    if (pending === undefined) {
      return response.code === RESPONSE_CODE.error
        ? errorOf("go on", response)
        : undefined;
    }
    this.#end(response.correlationId, pending);
    if (response.code === RESPONSE_CODE.ok) {
      pending.resolve(response.relevantId);
    } else if (response.code === RESPONSE_CODE.recordingUnknown) {
      pending.resolve("recording-unknown");
    } else if (response.code === RESPONSE_CODE.subscriptionUnknown) {
      pending.resolve("subscription-unknown");
    } else pending.reject(errorOf(pending.operation, response));
    return undefined;
  }

  /** Takes the description of a recording. */
  describeRecording(bytes: Uint8Array): void {
    const values = decode(RECORDING_DESCRIPTOR, bytes);
    this.#describe(values.correlationId, recordingOf(values));
  }

  /** Takes the description of a recorded channel. */
  describeSubscription(bytes: Uint8Array): void {
    const values = decode(SUBSCRIPTION_DESCRIPTOR, bytes);
    this.#describe(values.correlationId, subscriptionOf(values));
  }

  /** Tells all that there will be no answer. */
  fail(error: Error): void {
    for (const [id, pending] of [...this.#pending]) {
      this.#end(id, pending);
      pending.reject(error);
    }
  }

  #describe(id: bigint, what: Described): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || pending.left === 0) return;
    pending.described(what);
    // A listing that is full ends without a word.
    if (--pending.left > 0) return;
    this.#end(id, pending);
    pending.resolve(0n);
  }

  #end(id: bigint, { timer }: Pending): void {
    clearTimeout(timer);
    this.#pending.delete(id);
  }
}

/** The error that there is no such recording, or no such recorded channel. */
export function unknownError(
  operation: string,
  outcome: "recording-unknown" | "subscription-unknown",
): ArchiveError {
  const code = outcome === "recording-unknown"
    ? UNKNOWN_RECORDING
    : UNKNOWN_SUBSCRIPTION;
  return new ArchiveError(operation, code, "");
}

function errorOf(
  operation: string,
  response: ValuesOf<typeof CONTROL_RESPONSE>,
): ArchiveError {
  const code = response.code === RESPONSE_CODE.error
    ? Number(response.relevantId)
    : response.code;
  return new ArchiveError(operation, code, response.errorMessage);
}

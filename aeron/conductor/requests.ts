import { AeronError } from "../client/aeron_error.ts";
import type {
  CommandDone,
  CommandFailed,
  DriverEvent,
  PublicationReady,
} from "./events.ts";

/** An answer to a command. */
export type Answer = CommandDone | PublicationReady;

/** A command that was sent, and whose answer is waited for. */
interface Pending {
  readonly operation: string;
  /** When the driver should have answered, by `performance.now()`. */
  readonly deadline: number;
  readonly accept: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Commands whose answers are waited for, by their correlation ids. */
export class Requests {
  readonly #pending = new Map<bigint, Pending>();

  /** How many there are. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Waits for the answer to a command.
   *
   * @param operation What it does, for the message of an error.
   * @param timeoutMs How long the driver has for it.
   * @param use Makes the result, in the turn in which the answer is read.
   */
  add<Result>(
    correlationId: bigint,
    operation: string,
    timeoutMs: number,
    use: (answer: Answer) => Result,
  ): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#pending.set(correlationId, {
      operation,
      deadline: performance.now() + timeoutMs,
      accept: (answer) => {
        try {
          resolve(use(answer));
        } catch (error) {
          reject(error);
        }
      },
      reject,
    });
    return promise;
  }

  /**
   * Settles the request that an answer belongs to.
   *
   * @returns Whether a request was waiting for it.
   */
  settle(event: DriverEvent): boolean {
    if (!("correlationId" in event)) return false;
    const pending = this.#pending.get(event.correlationId);
    if (pending === undefined || event.type.startsWith("image-")) return false;
    this.#pending.delete(event.correlationId);
    if (event.type === "error") pending.reject(errorOf(pending, event));
    else if (isAnswer(event)) pending.accept(event);
    return true;
  }

  /** Fails what the driver has not answered in time. */
  expire(now: number): void {
    for (const [id, { deadline, operation, reject }] of this.#pending) {
      if (now < deadline) continue;
      this.#pending.delete(id);
      reject(
        new Deno.errors.TimedOut(
          `Cannot ${operation}: the media driver has not answered in time; look whether it runs, or raise driverTimeoutMs`,
        ),
      );
    }
  }

  /** Fails all. */
  fail(error: Error): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of all) reject(error);
  }
}

function isAnswer(event: DriverEvent): event is Answer {
  return event.type !== "image-available" &&
    event.type !== "image-unavailable" && event.type !== "client-timeout" &&
    event.type !== "publication-error" && event.type !== "error";
}

function errorOf({ operation }: Pending, event: CommandFailed): AeronError {
  return new AeronError(operation, event.errorCode, event.text);
}

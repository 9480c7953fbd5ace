import type { MessageHandler } from "../../channel/buffers/message_handler.ts";
import type { CncFile } from "../cnc/cnc_file.ts";
import { AeronError } from "../client/aeron_error.ts";
import {
  COMMAND,
  type CommandType,
  encodeCommand,
  type Field,
} from "./commands.ts";
import type { ConductorOptions } from "./conductor_options.ts";
import { type DriverEvent, readEvent } from "./events.ts";
import { Heartbeat } from "./heartbeat.ts";
import { type Answer, Requests } from "./requests.ts";
import { hasImages, type Resource } from "./resource.ts";
import { WorkTimer } from "./work_timer.ts";

/** How often a client shows that it lives, and looks whether the driver does. */
const KEEP_ALIVE_MS = 500;
/** Calls that spin need not look for events more often. */
const MIN_PAUSE_MS = 1;
/** Calls that spin look at the clock so often. */
const CALLS_PER_CLOCK = 8;
/** Events that come without end leave time for the rest of the program. */
const MAX_EVENTS = 1000;
/** What the driver writes for its time of life when it was shut down. */
const SHUT_DOWN = -1n;

/**
 * The side of a client that talks with the driver: sends commands, reads answers, shows
 * that the client lives, and notices when the driver does not. It works when its timer
 * rings, and in every call that may be repeated without a pause in between.
 */
export class Conductor {
  readonly cnc: CncFile;
  readonly clientId: bigint;
  readonly options: ConductorOptions;
  readonly #heartbeat: Heartbeat;
  readonly #requests = new Requests();
  readonly #resources = new Map<bigint, Resource>();
  readonly #timer: WorkTimer;
  #lastWork = performance.now();
  #nextKeepAlive = 0;
  #calls = 0;
  #working = false;
  #ended = false;
  #failure: Error | undefined;

  constructor(cnc: CncFile, options: ConductorOptions) {
    this.cnc = cnc;
    this.options = options;
    this.clientId = cnc.toDriver.nextCorrelationId();
    this.#heartbeat = new Heartbeat(cnc, this.clientId);
    this.#timer = new WorkTimer(() => {
      this.#work(performance.now());
      return this.#requests.size > 0;
    });
  }

  /** Whether it is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Why it is over, if it was not closed. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Does what is due, if there may be something: for calls that may spin. */
  serve(): void {
    // Looking at the clock takes longer than looking for a message.
    if (++this.#calls >= CALLS_PER_CLOCK) this.serveNow();
  }

  /** The same, for calls that are rare. */
  serveNow(): void {
    this.#calls = 0;
    const now = performance.now();
    if (now - this.#lastWork >= MIN_PAUSE_MS) this.#work(now);
  }

  /**
   * Sends a command and waits for the answer.
   *
   * @param operation What it does, for the message of an error.
   * @param use Makes the result, in the turn in which the answer is read.
   * @param resource What it adds, if answers about that may come before its own.
   */
  async request<Result>(
    operation: string,
    type: CommandType,
    fields: readonly Field[],
    use: (answer: Answer) => Result,
    resource?: (registrationId: bigint) => Resource,
  ): Promise<Result> {
    this.requireOpen(operation);
    const correlationId = this.cnc.toDriver.nextCorrelationId();
    const owner = resource?.(correlationId);
    if (owner !== undefined) this.#resources.set(correlationId, owner);
    try {
      this.#send(operation, type, correlationId, fields);
      const { driverTimeoutMs } = this.options;
      const answer = this.#requests.add(
        correlationId,
        operation,
        driverTimeoutMs,
        use,
      );
      this.#timer.hurry();
      return await answer;
    } catch (error) {
      this.#resources.delete(correlationId);
      throw error;
    }
  }

  /** Remembers something that was added, to end it with the client. */
  adopt(resource: Resource): void {
    this.#resources.set(resource.registrationId, resource);
  }

  /** Sends the command that removes something, and waits for nothing. */
  remove(
    resource: Resource,
    type: CommandType,
    fields: readonly Field[],
  ): void {
    if (this.#resources.delete(resource.registrationId)) {
      this.tell("remove", type, fields);
    }
  }

  /** Sends a command, and waits for nothing. */
  tell(operation: string, type: CommandType, fields: readonly Field[]): void {
    if (this.#ended) return;
    try {
      const { toDriver } = this.cnc;
      this.#send(operation, type, toDriver.nextCorrelationId(), fields);
    } catch (error) {
      // What stays with the driver goes with the client.
      this.report(error);
    }
  }

  /** Reports an error that belongs to no call. */
  report(error: unknown): void {
    try {
      this.options.onError(
        error instanceof Error ? error : new Error(String(error)),
      );
    } catch (thrown) {
      // As if it were thrown in a turn of its own: not into the client's work.
      reportError(thrown);
    }
  }

  /** Refuses a client that is over. */
  requireOpen(operation: string): void {
    if (!this.#ended) return;
    throw this.#failure ?? new Deno.errors.BadResource(
      `Cannot ${operation}: the Aeron client is closed`,
    );
  }

  /** Takes leave of the driver. Harmless when done before. */
  close(): void {
    if (this.#ended) return;
    try {
      this.#send("close the client", COMMAND.closeClient, -1n, []);
    } catch {
      // The driver finds out by itself.
    }
    this.#end(undefined);
  }

  #send(
    operation: string,
    type: CommandType,
    correlationId: bigint,
    fields: readonly Field[],
  ): void {
    const command = encodeCommand(this.clientId, correlationId, fields);
    if (this.cnc.toDriver.write(type, command)) return;
    throw new Deno.errors.WouldBlock(
      `Cannot ${operation}: the media driver has not taken earlier commands; try again later, and look whether it runs`,
    );
  }

  #work(now: number): void {
    if (this.#working || this.#ended) return;
    this.#working = true;
    try {
      const silentMs = now - this.#lastWork;
      this.#lastWork = now;
      const { clientLivenessMs } = this.cnc.shape;
      if (silentMs > clientLivenessMs) {
        throw new Deno.errors.ConnectionReset(
          `Cannot use the Aeron client: the program was busy for ${
            Math.round(silentMs)
          } ms, and the media driver keeps clients for ${clientLivenessMs} ms; connect again, and let the event loop have a turn more often`,
        );
      }
      this.#receive();
      if (this.#ended) return;
      if (now >= this.#nextKeepAlive) this.#keepAlive(now);
      this.#requests.expire(now);
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#working = false;
    }
  }

  #receive(): void {
    const { toClients } = this.cnc;
    for (let i = 0; i < MAX_EVENTS && !this.#ended; i++) {
      let event: DriverEvent | undefined;
      const take: MessageHandler = (typeId, bytes, _offset, length) => {
        event = readEvent(typeId, bytes, length);
      };
      try {
        if (toClients.receive(take) === 0) return;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        // What was in it may have been an image that came, or went.
        throw new Deno.errors.ConnectionReset(
          `Cannot use the Aeron client: the media driver's answers were written over before they were read (${error.message}); connect again, and let the event loop have a turn more often`,
        );
      }
      if (event !== undefined) this.#take(event);
    }
  }

  #take(event: DriverEvent): void {
    if (this.#requests.settle(event)) return;
    if (event.type === "image-available") {
      const owner = this.#resources.get(event.subscriptionId);
      if (hasImages(owner)) owner.addImage(event);
    } else if (event.type === "image-unavailable") {
      const owner = this.#resources.get(event.subscriptionId);
      if (hasImages(owner)) owner.removeImage(event.correlationId);
    } else if (event.type === "publication-error") {
      const { errorCode, text, registrationId } = event;
      const resource = this.#resources.get(registrationId);
      if (resource === undefined) return;
      this.report(new AeronError("publish", errorCode, text));
    } else if (event.type === "client-timeout") {
      if (event.clientId === this.clientId) throw this.#givenUp();
    }
  }

  #keepAlive(now: number): void {
    this.#nextKeepAlive = now + KEEP_ALIVE_MS;
    const { directory, driverTimeoutMs } = this.options;
    const driverTime = this.cnc.toDriver.consumerHeartbeatTime;
    const where = JSON.stringify(directory);
    if (driverTime === SHUT_DOWN) {
      throw new Deno.errors.ConnectionReset(
        `Cannot use the Aeron client: the media driver in ${where} was shut down; start it, and connect again`,
      );
    }
    const silentMs = Date.now() - Number(driverTime);
    if (silentMs > driverTimeoutMs) {
      throw new Deno.errors.ConnectionReset(
        `Cannot use the Aeron client: the media driver in ${where} has been silent for ${silentMs} ms, so it is dead; start it, and connect again`,
      );
    }
    if (!this.#heartbeat.beat(Date.now())) throw this.#givenUp();
  }

  #givenUp(): Error {
    return new Deno.errors.ConnectionReset(
      `Cannot use the Aeron client: the media driver has given client ${this.clientId} up, because it was silent for too long; connect again, and let the event loop have a turn more often`,
    );
  }

  #end(failure: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#timer.stop();
    const resources = [...this.#resources.values()];
    this.#resources.clear();
    for (const resource of resources) resource.end(failure);
    this.#requests.fail(
      failure ?? new Deno.errors.BadResource(
        "Cannot wait for the media driver: the Aeron client was closed",
      ),
    );
    try {
      this.cnc[Symbol.dispose]();
    } catch (error) {
      // A buffer of it was given away, and the pages stay.
      this.report(error);
    }
    this.options.onEnd(failure);
  }
}

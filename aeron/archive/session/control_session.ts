import type { Aeron } from "../../client/aeron.ts";
import type { ExclusivePublication } from "../../publication/exclusive_publication.ts";
import { FragmentAssembler } from "../../subscription/fragment_assembler.ts";
import type { Subscription } from "../../subscription/subscription.ts";
import type { CheckedArchiveOptions } from "../archive_options.ts";
import {
  CHALLENGE,
  CONTROL_RESPONSE,
  RECORDING_DESCRIPTOR,
  SIGNAL_EVENT,
  SUBSCRIPTION_DESCRIPTOR,
} from "../codec/answers.ts";
import { decode, decodeHeader } from "../codec/decode.ts";
import { encode, encodeObject } from "../codec/encode.ts";
import { AUTH_CONNECT, CLOSE_SESSION } from "../codec/requests.ts";
import { answerOf } from "./challenge.ts";
import { type Outcome, PendingRequests } from "./pending_requests.ts";
import { signalOf } from "../recording.ts";
import {
  type Listing,
  type RequestValues,
  type SessionTemplate,
  tell,
  withPort,
} from "./session_requests.ts";

// Taken now, so that fake timers of a test stop nothing.
const { setTimeout, clearTimeout } = globalThis;

/** The protocol that is spoken here: 1.12.0, that of Aeron 1.51. */
const PROTOCOL_VERSION = 1 << 16 | 12 << 8;
const MAJOR_SHIFT = 16;

/** How often to look for answers, while some are awaited and while none are. */
const [BUSY_MS, IDLE_MS] = [1, 50];
/** How many messages a poll takes, and how many polls a look: the rest of the program has turns. */
const [LIMIT, MAX_POLLS] = [50, 100];

const NOTHING = new Uint8Array(0);

/** The conversation of one client with the archive. */
export class ControlSession {
  readonly #options: CheckedArchiveOptions;
  readonly #publication: ExclusivePublication;
  readonly #subscription: Subscription;
  readonly #requests = new PendingRequests();
  readonly #assembler = new FragmentAssembler((bytes, offset, length) =>
    this.#take(bytes.slice(offset, offset + length))
  );
  readonly #ending = new AbortController();
  #id = -1n;
  #isChallenged = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #failure: Error | undefined;
  /** The archive allows one at a time. */
  #listing: Promise<unknown> = Promise.resolve();

  private constructor(
    options: CheckedArchiveOptions,
    publication: ExclusivePublication,
    subscription: Subscription,
  ) {
    this.#options = options;
    this.#publication = publication;
    this.#subscription = subscription;
  }

  /** Introduces a client to the archive. */
  static async connect(
    aeron: Aeron,
    options: CheckedArchiveOptions,
  ): Promise<ControlSession> {
    options.signal?.throwIfAborted();
    using undo = new DisposableStack();
    const subscription = undo.use(
      await aeron.addSubscription(
        options.responseChannel,
        options.responseStreamId,
      ),
    );
    const publication = undo.use(
      await aeron.addExclusivePublication(
        options.controlChannel,
        options.controlStreamId,
      ),
    );
    // Its listener hears nothing of an abort that came while these were added.
    options.signal?.throwIfAborted();
    const session = new ControlSession(options, publication, subscription);
    undo.defer(() => session.close());
    await session.#introduce();
    undo.move();
    return session;
  }

  /** Number that the archive gave it. */
  get id(): bigint {
    return this.#id;
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Why, if nobody closed it. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Aborted when it has ended. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Asks the archive something. */
  async request<T extends SessionTemplate>(
    operation: string,
    template: T,
    values: RequestValues<T>,
    listing?: Listing,
  ): Promise<Outcome> {
    if (this.#closed) throw this.#failure ?? closedError(operation);
    const id = this.#requests.nextId();
    const { timeoutMs } = this.#options;
    const answer = this.#requests.add(id, operation, timeoutMs, listing);
    // Who awaits the sending does not await the answer yet.
    answer.catch(() => {});
    const all = { ...values, controlSessionId: this.#id, correlationId: id };
    await this.#send(encodeObject(template, all));
    this.#look();
    return await answer;
  }

  /** Asks the archive for a list, after the lists that were asked for before. */
  async list<T extends SessionTemplate>(
    operation: string,
    template: T,
    values: RequestValues<T>,
    listing: Listing,
  ): Promise<Outcome> {
    const outcome = this.#listing
      .then(() => this.request(operation, template, values, listing));
    this.#listing = outcome.catch(() => {});
    return await outcome;
  }

  /** Takes leave of the archive. */
  close(): void {
    if (this.#closed) return;
    if (this.#id !== -1n && !this.#publication.closed) {
      // If there is no room for it, the archive notices that the stream ends.
      this.#publication.offer(
        encode(CLOSE_SESSION, { controlSessionId: this.#id }),
      );
    }
    this.#end(closedError("use the archive"));
  }

  async #introduce(): Promise<void> {
    const { responseChannel, responseStreamId, credentials, name, timeoutMs } =
      this.#options;
    const abort = () => this.#fail(this.#options.signal?.reason);
    this.#options.signal?.addEventListener("abort", abort);
    try {
      const operation = "connect to the archive";
      const id = this.#requests.nextId();
      const answer = this.#requests.add(id, operation, timeoutMs);
      answer.catch(() => {});
      await this.#send(encode(AUTH_CONNECT, {
        correlationId: id,
        responseStreamId,
        version: PROTOCOL_VERSION,
        responseChannel: withPort(responseChannel, this.#subscription),
        encodedCredentials: credentials.encoded ?? NOTHING,
        clientInfo: `name=${name}`,
      }));
      this.#look();
      await answer;
    } finally {
      this.#options.signal?.removeEventListener("abort", abort);
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    const { timeoutMs } = this.#options;
    const { signal } = this.#ending;
    try {
      await this.#publication.send(bytes, { timeoutMs, signal });
    } catch (error) {
      // Why this has ended says more than that it cannot send any more.
      throw this.#failure ?? error;
    }
  }

  /** Takes the answers that are there, and looks again later. */
  readonly #look = (): void => {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    try {
      for (let i = 0; i < MAX_POLLS && !this.#closed; i++) {
        const { handler } = this.#assembler;
        if (this.#subscription.poll(handler, LIMIT) < LIMIT) break;
      }
      if (this.#id !== -1n && !this.#subscription.isConnected) {
        throw new Deno.errors.ConnectionReset(
          "Cannot use the archive: it has ended; connect again",
        );
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#closed) return;
    const busy = this.#requests.size > 0;
    this.#timer = setTimeout(this.#look, busy ? BUSY_MS : IDLE_MS);
    // An archive that nobody asks anything does not keep a program running.
    if (!busy) Deno.unrefTimer(this.#timer);
  };

  #take(bytes: Uint8Array): void {
    const header = decodeHeader(bytes);
    switch (header?.templateId) {
      case CONTROL_RESPONSE.id:
        return this.#takeResponse(bytes);
      case RECORDING_DESCRIPTOR.id:
        return this.#requests.describeRecording(bytes);
      case SUBSCRIPTION_DESCRIPTOR.id:
        return this.#requests.describeSubscription(bytes);
      case SIGNAL_EVENT.id:
        return this.#takeSignal(bytes);
      case CHALLENGE.id:
        // Its next one comes when this is answered, and none behind its welcome.
        if (this.#id !== -1n || this.#isChallenged) return;
        this.#isChallenged = true;
        this.#answerChallenge(bytes).catch((error) => this.#fail(error));
    }
    // A newer archive may say more than is known here.
  }

  #takeResponse(bytes: Uint8Array): void {
    const { controlSessionId, version } = decode(CONTROL_RESPONSE, bytes);
    if (this.#id === -1n) {
      const major = version >> MAJOR_SHIFT;
      if (major !== PROTOCOL_VERSION >> MAJOR_SHIFT) {
        throw new Deno.errors.NotSupported(
          `Cannot connect to the archive: it speaks version ${major} of the protocol, and this client version 1`,
        );
      }
      this.#id = controlSessionId;
    } else if (controlSessionId !== this.#id) return;
    const error = this.#requests.respond(bytes);
    if (error !== undefined) tell(this.#options.onError, error);
  }

  #takeSignal(bytes: Uint8Array): void {
    const values = decode(SIGNAL_EVENT, bytes);
    if (values.controlSessionId !== this.#id) return;
    tell(this.#options.onRecordingSignal, signalOf(values));
  }

  async #answerChallenge(bytes: Uint8Array): Promise<void> {
    await this.#send(await answerOf(bytes, this.#options.credentials));
    this.#isChallenged = false;
  }

  #fail(reason: unknown): void {
    if (this.#closed) return;
    this.#failure = reason instanceof Error ? reason : new Error(`${reason}`);
    this.#end(this.#failure);
  }

  #end(error: Error): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    // First, so that what is being sent ends with this error.
    this.#ending.abort(error);
    this.#requests.fail(error);
    this.#publication.close();
    this.#subscription.close();
  }
}

function closedError(operation: string): Error {
  return new Deno.errors.BadResource(
    `Cannot ${operation}: the connection to the archive is closed`,
  );
}

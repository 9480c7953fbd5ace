import { readOptions } from "../../memory/checks/options.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import type { Counter } from "../cnc/counter.ts";
import type { Counters } from "../cnc/counters.ts";
import type { ExclusivePublication } from "../publication/exclusive_publication.ts";
import type { Publication } from "../publication/publication.ts";
import type { Subscription } from "../subscription/subscription.ts";
import {
  addCounter,
  addStaticCounter,
  type CounterOptions,
} from "./add_counter.ts";
import {
  addPublication,
  EXCLUSIVE,
  type PublicationOptions,
  SHARED,
} from "./add_publication.ts";
import {
  addSubscription,
  type SubscriptionOptions,
} from "./add_subscription.ts";
import { type ChannelLike, checkStreamId } from "./channel_like.ts";
import { COMMAND } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";
import { open, type Opened } from "./connect.ts";
import {
  type AeronOptions,
  type ClientOptions,
  readAeronOptions,
} from "./options.ts";

/**
 * A client of an Aeron media driver: a program of its own, in Java or C, which carries
 * messages between the processes of a machine by shared memory, and between machines by
 * UDP. All that is added is gone when the client is closed.
 *
 * The client shows the driver that it lives while the event loop turns, and in calls of
 * `offer`, `poll` and the like. After 10 seconds without (the driver's
 * `aeron.client.liveness.timeout`) it is lost: see {@linkcode Aeron.failure}.
 *
 * An open client does not keep a program running; what waits does.
 *
 * @example Send and receive
 * ```ts
 * import { Aeron } from "@shmem/shmem/aeron";
 *
 * async function main() {
 *   using aeron = await Aeron.connect({ directory: "/dev/shm/aeron" });
 *   using subscription = await aeron.addSubscription("aeron:ipc", 1001);
 *   using publication = await aeron.addPublication("aeron:ipc", 1001);
 *   await publication.send(new Uint8Array([1, 2, 3]));
 *   const { bytes } = await subscription.receive();
 *   console.log(bytes); // Uint8Array [1, 2, 3]
 * }
 * ```
 */
export class Aeron implements Disposable {
  readonly #options: ClientOptions;
  #conductor: Conductor;
  #ending: AbortController;
  #counters: Counters;
  #connecting = new AbortController();

  private constructor(options: ClientOptions, opened: Opened) {
    this.#options = options;
    this.#conductor = opened.conductor;
    this.#ending = opened.ending;
    this.#counters = opened.counters;
  }

  /**
   * Waits for a media driver and connects to it. Needs Deno's permissions for FFI, and to
   * read and write the driver's folder.
   *
   * @param options Where the driver is, and how long to wait.
   * @throws {Deno.errors.TimedOut} When there is none in time.
   * @throws {Deno.errors.NotSupported} When it speaks another version.
   * @throws {Deno.errors.NotCapable} When a flag of Deno is missing.
   */
  static async connect(options?: AeronOptions): Promise<Aeron> {
    const { client, wait } = readAeronOptions(options);
    return new Aeron(client, await open(client, wait.timeoutMs, wait.signal));
  }

  /** Id of this client at its driver. */
  get clientId(): bigint {
    return this.#conductor.clientId;
  }

  /** Folder of the driver. */
  get directory(): string {
    return this.#options.directory;
  }

  /** Whether it was closed, or lost. */
  get closed(): boolean {
    return this.#conductor.ended;
  }

  /** Why it was lost: the driver died, or gave it up. */
  get failure(): Error | undefined {
    return this.#conductor.failure;
  }

  /** Aborted when it is closed or lost; its reason says why. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** The counters of the driver and of all its clients. */
  get counters(): Counters {
    return this.#counters;
  }

  /**
   * Adds a publication to a log that may be shared.
   *
   * @param channel URI: `aeron:ipc`, `aeron:udp?endpoint=host:port`.
   * @param streamId Tells streams of a channel apart.
   * @param options Whether its log may be sparse.
   * @throws {AeronError} When the driver refuses it.
   * @throws {SystemError} When there is no room for the pages of its log (ENOSPC).
   * @throws {Deno.errors.TimedOut} When the driver does not answer.
   */
  async addPublication(
    channel: ChannelLike,
    streamId: number,
    options?: PublicationOptions,
  ): Promise<Publication> {
    return await addPublication(
      this.#conductor,
      SHARED,
      channel,
      streamId,
      options,
    );
  }

  /**
   * Adds a publication with a log of its own.
   *
   * @param channel URI: `aeron:ipc`, `aeron:udp?endpoint=host:port`.
   * @param streamId Tells streams of a channel apart.
   * @param options Whether its log may be sparse.
   * @throws {AeronError} When the driver refuses it.
   * @throws {SystemError} When there is no room for the pages of its log (ENOSPC).
   * @throws {Deno.errors.TimedOut} When the driver does not answer.
   */
  async addExclusivePublication(
    channel: ChannelLike,
    streamId: number,
    options?: PublicationOptions,
  ): Promise<ExclusivePublication> {
    return await addPublication(
      this.#conductor,
      EXCLUSIVE,
      channel,
      streamId,
      options,
    );
  }

  /**
   * Adds a subscription. Publishers that are there already may be announced before the
   * promise is fulfilled, or later.
   *
   * @param channel URI: `aeron:ipc`, `aeron:udp?endpoint=host:port`, or `aeron-spy:…`
   * for what this driver's publications send.
   * @param streamId Tells streams of a channel apart.
   * @param options Who is told of publishers that come and go; whether their logs may be
   * sparse.
   * @throws {AeronError} When the driver refuses it.
   * @throws {Deno.errors.TimedOut} When the driver does not answer.
   */
  async addSubscription(
    channel: ChannelLike,
    streamId: number,
    options?: SubscriptionOptions,
  ): Promise<Subscription> {
    return await addSubscription(this.#conductor, channel, streamId, options);
  }

  /**
   * Adds a counter that every client and tool of the driver can read.
   *
   * @param typeId What it counts; numbers below 1000 are Aeron's own.
   * @param label The same for people, at most 380 ASCII characters.
   * @param options What it belongs to.
   */
  async addCounter(
    typeId: number,
    label: string,
    options?: CounterOptions,
  ): Promise<Counter> {
    return await addCounter(this.#conductor, typeId, label, options);
  }

  /**
   * Adds a counter that stays until the driver ends, or returns the one that there is with
   * this type and registration. Closing it, and the end of this client, leave it as it is.
   *
   * @param typeId What it counts; numbers below 1000 are Aeron's own.
   * @param label The same for people, at most 380 ASCII characters.
   * @param registrationId Tells counters of a type apart.
   * @param options What it belongs to.
   * @throws {AeronError} When one of this type and registration belongs to a client.
   */
  async addStaticCounter(
    typeId: number,
    label: string,
    registrationId: bigint,
    options?: CounterOptions,
  ): Promise<Counter> {
    return await addStaticCounter(
      this.#conductor,
      typeId,
      label,
      registrationId,
      options,
    );
  }

  /**
   * Asks the driver for a session id that no publication of a stream has, to add one with
   * `session-id=`.
   *
   * @param streamId The stream.
   */
  async nextSessionId(streamId: number): Promise<number> {
    checkStreamId(streamId);
    return await this.#conductor.request(
      `ask for a session id of stream ${streamId}`,
      COMMAND.nextSessionId,
      [{ i32: streamId }],
      (answer) => "value" in answer ? answer.value : 0,
    );
  }

  /**
   * Does what is due: takes answers, shows that the program lives, looks whether the driver
   * does. Only for programs that keep the event loop busy for seconds without calls of
   * `offer` or `poll`.
   */
  serve(): void {
    this.#conductor.serveNow();
  }

  /**
   * Connects again, after the driver died or gave this client up. What was added before
   * stays closed, and is to be added again. Closes the connection that there is.
   *
   * @param options How long to wait. Default: the driver's timeout.
   * @throws {Deno.errors.TimedOut} When there is no driver in time.
   */
  async reconnect(options?: WaitOptions): Promise<void> {
    const read = readOptions(
      options,
      { timeoutMs: true, signal: true },
      "connect again",
    );
    const timeoutMs = checkTimeout(
      read.timeoutMs ?? this.#options.driverTimeoutMs,
    );
    const given = checkSignal(read.signal);
    this.close();
    const { signal } = this.#connecting = new AbortController();
    const { conductor, ending, counters } = await open(
      this.#options,
      timeoutMs,
      given === undefined ? signal : AbortSignal.any([given, signal]),
    );
    if (signal.aborted) {
      conductor.close();
      throw signal.reason;
    }
    this.#conductor = conductor;
    this.#ending = ending;
    this.#counters = counters;
  }

  /** Takes leave of the driver; all that was added is closed. Harmless when done before. */
  close(): void {
    this.#connecting.abort(
      new Deno.errors.BadResource(
        "Cannot connect again: meanwhile the Aeron client was closed, or told to connect once more",
      ),
    );
    this.#conductor.close();
  }

  /** The same as {@linkcode Aeron.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

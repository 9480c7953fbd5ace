import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import type { Place } from "../object/place.ts";
import { StoreObject } from "../object/store_object.ts";
import { fromClone, toClone } from "../object/structured.ts";
import { createLog, logSize, MessageLog } from "./message_log.ts";

/** What a {@linkcode SharedBroadcastChannel} is like where it is created. */
export interface SharedBroadcastChannelOptions {
  /** Bytes of its memory, a power of two; a message may have an eighth. Default: 2^20. */
  readonly capacity?: number;
  /** Permission bits. Default: 0o600. */
  readonly mode?: number;
  /** What people and tools are shown, up to 32 bytes of UTF-8. Default: none. */
  readonly label?: string;
}

const NOUN = "broadcast channel";
/** Four letters in the header; a: bytes of the broadcast buffer. */
const KIND = "bcch";
const OPTION_NAMES: OptionNames<SharedBroadcastChannelOptions> = {
  capacity: true,
  mode: true,
  label: true,
};

/** How often one looks for wake-ups that died with the process that posted. */
const NET_MS = 250;
const MESSAGES_A_TURN = 100;

/**
 * The Web's `BroadcastChannel` between processes: what one posts, all others that
 * have the channel open get as a `message` event, in one order for all; Linux.
 *
 * The first one creates it, under a name or at a path, and the name stays until
 * {@linkcode SharedBroadcastChannel.unlink}. A process that is too slow misses
 * messages, and is told by a `messageerror` event. From the first listener on, the
 * program does not end by itself until `close()`.
 *
 * @example Tell all others
 * ```ts
 * import { SharedBroadcastChannel } from "@shmem/shmem/store";
 *
 * const name = `/news-${crypto.randomUUID()}`;
 * using here = new SharedBroadcastChannel(name);
 * using there = new SharedBroadcastChannel(name); // another process
 * const { promise, resolve } = Promise.withResolvers<MessageEvent>();
 * there.onmessage = resolve;
 * here.postMessage({ price: 100n });
 * console.log((await promise).data); // { price: 100n }
 * here.unlink();
 * ```
 */
export class SharedBroadcastChannel extends EventTarget implements Disposable {
  /** What it was opened by: its name, or its path. */
  readonly name: string;
  readonly #object: StoreObject<"read-write">;
  readonly #log: MessageLog;
  #lost = 0;
  #listening = false;
  #onmessage: ((event: MessageEvent) => unknown) | null = null;
  #onmessageerror: ((event: MessageEvent) => unknown) | null = null;

  /**
   * Opens a channel, or creates it.
   *
   * @param place A name, or `{ path }`.
   * @param options What it is like when this creates it.
   * @throws {Deno.errors.InvalidData} When there is something else at this place.
   * @throws {RangeError} When the one that is there has another capacity than was
   * asked for.
   */
  constructor(place: Place, options?: SharedBroadcastChannelOptions) {
    super();
    const read = readOptions(options, OPTION_NAMES, `open ${NOUN}`);
    const { capacity = 2 ** 20, mode = 0o600, label = "" } = read;
    const sound = Number.isInteger(capacity) && capacity >= 1024 &&
      capacity <= 2 ** 30 && (capacity & (capacity - 1)) === 0;
    if (!sound) {
      throw new RangeError(
        `Cannot open ${NOUN}: the capacity must be a power of two from 1024 to 2^30: received ${
          describe(capacity)
        }`,
      );
    }
    const object = StoreObject.create(NOUN, place, {
      mode,
      label,
      ifExists: "open",
      header: {
        kind: KIND,
        size: logSize(capacity),
        hash: 0n,
        a: capacity,
        b: 0,
      },
      fill: createLog,
    });
    using undo = new DisposableStack();
    undo.defer(() => {
      if (object.created) object.unlink();
      object.close();
    });
    const { a: found } = object.header(KIND);
    if (object.size !== logSize(found)) {
      throw new Deno.errors.InvalidData(
        `Cannot open ${object.what}: corrupt header: its log does not make its size; remove it`,
      );
    }
    if (read.capacity !== undefined && found !== capacity) {
      throw new RangeError(
        `Cannot open ${object.what}: it has a capacity of ${found} bytes, and ${capacity} were asked for`,
      );
    }
    this.#object = object;
    this.name = object.name;
    this.#log = new MessageLog(object, (count) => this.#missed(count));
    undo.move();
  }

  /** Called with each message. */
  get onmessage(): ((event: MessageEvent) => unknown) | null {
    return this.#onmessage;
  }

  set onmessage(listener: ((event: MessageEvent) => unknown) | null) {
    this.#onmessage = typeof listener === "function" ? listener : null;
    this.#listen();
  }

  /** Called when messages were missed, or one cannot be read. */
  get onmessageerror(): ((event: MessageEvent) => unknown) | null {
    return this.#onmessageerror;
  }

  set onmessageerror(listener: ((event: MessageEvent) => unknown) | null) {
    this.#onmessageerror = typeof listener === "function" ? listener : null;
  }

  /** The label that its creator gave it; empty when there is none. */
  get label(): string {
    return this.#object.label;
  }

  /** How many messages were missed, at least. */
  get lost(): number {
    return this.#lost;
  }

  /** Adds a listener; one of `message` starts to receive. */
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
    if (type === "message") this.#listen();
  }

  /**
   * Posts a value to all others.
   *
   * @param message What the structured clone takes: a copy goes out.
   * @throws {DOMException} When it is closed (InvalidStateError), or the value
   * cannot be cloned (DataCloneError).
   * @throws {RangeError} When the value is too long.
   */
  postMessage(message: unknown): void {
    this.#requireOpen();
    const clone = toClone(message);
    // A getter of the message may have closed it.
    this.#requireOpen();
    const longest = this.#log.maxMessageLength;
    if (clone.byteLength > longest) {
      throw new RangeError(
        `Cannot post to ${this.#object.what}: the value takes ${clone.byteLength} bytes, and one may take ${longest}; create it with a larger capacity`,
      );
    }
    this.#log.post(clone);
  }

  /** Removes the name or file; processes that have it open go on with it. */
  unlink(): void {
    this.#object.unlink();
  }

  /** Ends receiving and posting here. Harmless when that was done before. */
  close(): void {
    this.#log.posted.leave();
    this.#object.close();
  }

  /** The same as {@linkcode SharedBroadcastChannel.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new DOMException(
      `Cannot post to ${this.#object.what}: it is closed`,
      "InvalidStateError",
    );
  }

  get #closed(): boolean {
    return this.#object.mapping.closed;
  }

  #listen(): void {
    if (this.#listening || this.#closed) return;
    this.#listening = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.#receive();
    } catch (error) {
      // Another program overwrote it: nothing can be received any more.
      this.#fire("messageerror", error);
    }
  }

  async #receive(): Promise<void> {
    // As the Web's: events come later, never within the call that starts it.
    await Promise.resolve();
    let turns = 0;
    while (!this.#closed) {
      const { event } = this.#log.posted;
      const message = this.#log.next();
      if (message !== undefined) {
        // A listener that is told what was missed may have closed it.
        if (message !== null && !this.#closed) this.#dispatch(message);
        // Others of this program have a turn, however much is posted.
        if (++turns % MESSAGES_A_TURN === 0) {
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
        continue;
      }
      try {
        await this.#log.posted.sleep(event, { timeoutMs: lookAgainMs(NET_MS) });
      } catch {
        // It was closed.
        return;
      }
    }
  }

  #dispatch(bytes: Uint8Array): void {
    let data: unknown;
    try {
      data = fromClone(bytes);
    } catch (error) {
      this.#fire("messageerror", error);
      return;
    }
    this.#fire("message", data);
  }

  #missed(count: number): void {
    this.#lost += count;
    const reason = new Deno.errors.Busy(
      `${count} messages of ${this.#object.what} were missed: others post faster than this reads`,
    );
    this.#fire("messageerror", reason);
  }

  #fire(type: "message" | "messageerror", data: unknown): void {
    const event = new MessageEvent(type, { data });
    // The constructor makes null of it.
    if (data === undefined) {
      Object.defineProperty(event, "data", { value: data });
    }
    const listener = type === "message"
      ? this.#onmessage
      : this.#onmessageerror;
    try {
      listener?.call(this, event);
    } catch (error) {
      reportError(error);
    }
    this.dispatchEvent(event);
  }
}

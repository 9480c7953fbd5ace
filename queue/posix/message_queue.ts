import { unlinkQueue } from "../../ffi/files/mqueue.ts";
import { checkName } from "../../memory/checks/checks.ts";
import { iterate } from "../waiting/iterate.ts";
import { label, statusOf } from "./queue_creation.ts";
import type { QueueHandle } from "./queue_handle.ts";
import { listQueues } from "./queue_list.ts";
import {
  createMessageQueue,
  type OpenedQueue,
  openMessageQueue,
} from "./queue_opening.ts";
import type {
  MessageQueueCreateOptions,
  MessageQueueEntry,
  MessageQueueOpenOptions,
  MessageQueueStatus,
  QueueMessage,
  QueueReceiveAsyncOptions,
  QueueReceiveOptions,
  QueueSendAsyncOptions,
  QueueSendNowOptions,
  QueueSendOptions,
} from "./queue_options.ts";

/**
 * A POSIX message queue (`mq_overview(7)`), as C and Python programs have it: whole
 * messages with priorities, kept by the system. Linux.
 *
 * Each message goes to one receiver: the oldest of the highest priority first. The
 * queue and what is in it stay until {@linkcode MessageQueue.unlink} or a restart,
 * whichever process exits.
 *
 * @example Two messages, of which the urgent one comes first
 * ```ts
 * import { MessageQueue } from "@shmem/shmem/queue";
 *
 * using queue = MessageQueue.create(`/jobs-${crypto.randomUUID()}`);
 * queue.send(new TextEncoder().encode("sweep"));
 * queue.send(new TextEncoder().encode("put out the fire"), { priority: 9 });
 * const { bytes, priority } = queue.receive();
 * console.log(priority, new TextDecoder().decode(bytes)); // 9 put out the fire
 * queue.unlink();
 * ```
 */
export class MessageQueue implements Disposable, AsyncIterable<QueueMessage> {
  /** Name with its slash. */
  readonly name: string;
  /** How many messages it takes. */
  readonly maxMessages: number;
  /** How long each may be, in bytes. */
  readonly maxMessageLength: number;
  /** Whether this handle created it, rather than opened it. */
  readonly created: boolean;
  readonly #name: string;
  readonly #handle: QueueHandle;

  private constructor({ name, handle, size, created }: OpenedQueue) {
    this.name = name;
    this.maxMessages = size.maxMessages;
    this.maxMessageLength = size.maxMessageLength;
    this.created = created;
    this.#name = name;
    this.#handle = handle;
  }

  /**
   * Creates a queue (`mq_open(3)` with `O_CREAT` and `O_EXCL`).
   *
   * @param name One component, with or without a slash in front: `"/jobs"`.
   * @param options Size, mode and the rest.
   * @returns A handle that reads and writes.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   * @throws {SystemError} Above a limit of the system: EINVAL, EMFILE, ENOSPC; the
   * message has the limit.
   * @throws {RangeError} When `ifExists: "open"` finds a queue of another size than
   * was asked for.
   */
  static create(
    name: string,
    options: MessageQueueCreateOptions = {},
  ): MessageQueue {
    return new MessageQueue(createMessageQueue(name, options));
  }

  /**
   * Opens a queue that exists, made here or by another language (`mq_open(3)`).
   *
   * @param name Name of the queue.
   * @param options What the handle may do.
   * @returns A handle.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   */
  static open(
    name: string,
    options: MessageQueueOpenOptions = {},
  ): MessageQueue {
    return new MessageQueue(openMessageQueue(name, options));
  }

  /**
   * Removes a name (`mq_unlink(3)`). It stays valid for processes that have it open.
   *
   * @param name Name of the queue.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.PermissionDenied} Unless it is this user's (EACCES).
   */
  static unlinkName(name: string): void {
    const checked = checkName(name);
    unlinkQueue(checked, `unlink ${label(checked)}`);
  }

  /**
   * Lists all queues of this IPC namespace. The system shows them where its file
   * system `mqueue` is mounted, mostly at `/dev/mqueue`.
   *
   * @returns Names, and what this process may know of each.
   * @throws {Deno.errors.NotSupported} Where it is not mounted; the message says how
   * to.
   */
  static list(): MessageQueueEntry[] {
    return listQueues("list message queues");
  }

  /**
   * Sends a message, blocking this thread while the queue is full (`mq_send(3)`).
   *
   * The time goes by the monotonic clock, unlike that of
   * `mq_timedsend(3)`.
   *
   * @param bytes The message; it may be empty.
   * @param options Priority and timeout; the signal is looked at before it blocks.
   * @returns `"ok"`, or `"timed-out"` with nothing sent.
   * @throws {SystemError} When it is longer than the queue allows (EMSGSIZE).
   * @throws {Deno.errors.BadResource} When the handle is closed.
   */
  send(bytes: Uint8Array, options?: QueueSendOptions): "ok" | "timed-out" {
    return this.#handle.send(bytes, options) ? "ok" : "timed-out";
  }

  /**
   * Sends a message, unless the queue is full.
   *
   * @param bytes The message; it may be empty.
   * @param options Priority.
   * @returns Whether it was sent.
   * @throws {SystemError} When it is longer than the queue allows (EMSGSIZE).
   */
  trySend(bytes: Uint8Array, options?: QueueSendNowOptions): boolean {
    return this.#handle.trySend(bytes, options);
  }

  /**
   * Sends a message, waiting without blocking while the queue is full. Of those that
   * wait in this program, the first comes first.
   *
   * @param bytes The message; it is copied at once.
   * @param options Priority, timeout and signal.
   * @returns `"ok"`, or `"timed-out"` with nothing sent. Rejects with the signal's
   * reason, or with `Deno.errors.BadResource` when the handle is closed meanwhile,
   * each with nothing sent.
   */
  async sendAsync(
    bytes: Uint8Array,
    options?: QueueSendAsyncOptions,
  ): Promise<"ok" | "timed-out"> {
    return await this.#handle.sendAsync(bytes, options) ? "ok" : "timed-out";
  }

  /**
   * Receives the oldest message of the highest priority, blocking this thread until
   * there is one (`mq_receive(3)`).
   *
   * @returns The message.
   * @throws {Deno.errors.BadResource} When the handle is closed.
   */
  receive(): QueueMessage;
  /**
   * Receives a message, or null when there is none in time.
   *
   * @param options Timeout.
   */
  receive(options: QueueReceiveOptions): QueueMessage | null;
  receive(options?: QueueReceiveOptions): QueueMessage | null {
    return this.#handle.receive(options);
  }

  /**
   * Receives a message, if there is one.
   *
   * @returns The oldest of the highest priority, or null.
   */
  tryReceive(): QueueMessage | null {
    return this.#handle.tryReceive();
  }

  /**
   * Receives a message, waiting without blocking. All that wait in this program
   * sleep together, on one thread of Deno's pool; the first comes first.
   *
   * @param options Signal.
   * @returns The message. Rejects with the signal's reason, or with
   * `Deno.errors.BadResource` when the handle is closed meanwhile; no message is lost
   * by that.
   */
  receiveAsync(
    options?: Omit<QueueReceiveAsyncOptions, "timeoutMs">,
  ): Promise<QueueMessage>;
  /**
   * Receives a message, or null when there is none in time.
   *
   * @param options Timeout and signal.
   */
  receiveAsync(options: QueueReceiveAsyncOptions): Promise<QueueMessage | null>;
  async receiveAsync(
    options?: QueueReceiveAsyncOptions,
  ): Promise<QueueMessage | null> {
    return await this.#handle.receiveAsync(options);
  }

  /**
   * Receives message after message, for `for await`. It does not end by itself:
   * leave the loop, or close the handle, which ends it with an error.
   */
  [Symbol.asyncIterator](): AsyncGenerator<QueueMessage, void> {
    return iterate((signal) => this.receiveAsync({ signal }));
  }

  /** Reads how full the queue is, its owner and its mode (`mq_getattr(3)`). */
  status(): MessageQueueStatus {
    const fd = this.#handle.fd("read the status of");
    return statusOf(fd, `read the status of ${label(this.#name)}`);
  }

  /**
   * Removes the queue's name (`mq_unlink(3)`). It stays valid for processes that have it open.
   *
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   */
  unlink(): void {
    MessageQueue.unlinkName(this.#name);
  }

  /**
   * Closes the handle; waits for it here fail. The queue stays. Harmless when
   * it was done before.
   */
  close(): void {
    this.#handle.close();
  }

  /** The same as {@linkcode MessageQueue.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

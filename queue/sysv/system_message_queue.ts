import { IPC_NOWAIT } from "../../ffi/platforms/constants.ts";
import {
  changeQueue,
  listQueues,
  queueLimits,
  queueStatus,
  removeQueue,
  type SystemQueueChanges,
  type SystemQueueLimits,
  type SystemQueueStatus,
} from "../../ffi/sysv/sysv_msg_control.ts";
import { WAIT_OPTIONS } from "../checks/options.ts";
import { iterate } from "../waiting/iterate.ts";
import { checkQueueChanges } from "./system_queue_checks.ts";
import {
  createSystemQueue,
  type FoundQueue,
  openSystemQueue,
} from "./system_queue_opening.ts";
import type {
  SystemMessage,
  SystemQueueCreateOptions,
  SystemQueueOpenOptions,
  SystemQueueReceiveAsyncOptions,
  SystemQueueReceiveNowOptions,
  SystemQueueReceiveOptions,
  SystemQueueSendAsyncOptions,
  SystemQueueSendNowOptions,
  SystemQueueSendOptions,
} from "./system_queue_options.ts";
import { checkReceive, checkSend } from "./system_queue_requests.ts";
import { Transfer } from "./system_queue_transfer.ts";
import {
  receiveBlocking,
  receivePending,
  sendBlocking,
  sendPending,
} from "./system_queue_waits.ts";

export type { SystemQueueChanges, SystemQueueLimits, SystemQueueStatus };

/**
 * A System V message queue (`msgget(2)`): whole messages with types, kept by the
 * system. A receiver takes the oldest message, or the oldest of the types that it
 * asks for; so one queue serves many conversations.
 *
 * The queue and what is in it stay until {@linkcode SystemMessageQueue.remove} or a
 * restart, whichever process exits.
 *
 * @example A question to one, and the answer to the one who asked
 * ```ts
 * import { SystemMessageQueue } from "@shmem/shmem/queue";
 *
 * using queue = SystemMessageQueue.create({});
 * const text = new TextEncoder();
 * queue.send(text.encode("what time is it?"), { type: 1 });
 * const question = queue.receive({ type: 1 });
 * queue.send(text.encode("noon"), { type: Deno.pid });
 * const answer = queue.receive({ type: Deno.pid });
 * console.log(question?.bytes.length, answer?.bytes.length); // 16 4
 * queue.remove();
 * ```
 */
export class SystemMessageQueue
  implements AsyncIterable<SystemMessage>, Disposable {
  /** Identifier in this IPC namespace, for other processes. */
  readonly id: number;
  /** Key that it was created or opened with; 0 when by id alone. */
  readonly key: number;
  /** Whether this object created it, rather than opened it. */
  readonly created: boolean;
  readonly #transfer: Transfer;
  readonly #sending: string;
  readonly #receiving: string;

  private constructor({ id, key, created }: FoundQueue) {
    this.id = id;
    this.key = key;
    this.created = created;
    this.#transfer = new Transfer(id);
    this.#sending = `send to system message queue ${id}`;
    this.#receiving = `receive from system message queue ${id}`;
  }

  /**
   * Creates a queue (`msgget(2)`).
   *
   * @param options Key, mode and the rest.
   * @returns The queue.
   * @throws {Deno.errors.AlreadyExists} When the key has a queue (EEXIST).
   * @throws {SystemError} Above the system's number of queues (ENOSPC).
   */
  static create(options: SystemQueueCreateOptions = {}): SystemMessageQueue {
    return new SystemMessageQueue(createSystemQueue(options));
  }

  /**
   * Opens a queue that exists, by key or by id, made here or by another language.
   *
   * @param options Which one.
   * @returns The queue.
   * @throws {Deno.errors.NotFound} When the key has no queue (ENOENT).
   * @throws {SystemError} When the id has no queue (EINVAL).
   * @throws {Deno.errors.PermissionDenied} When its mode does not let this user read
   * it (EACCES).
   */
  static open(options: SystemQueueOpenOptions): SystemMessageQueue {
    return new SystemMessageQueue(openSystemQueue(options));
  }

  /**
   * Lists all queues of this IPC namespace, those of other users too
   * (`MSG_STAT_ANY`); Linux.
   *
   * @returns Their status.
   * @throws {Deno.errors.NotSupported} On macOS, which has no such command.
   */
  static list(): SystemQueueStatus[] {
    return listQueues("list system message queues");
  }

  /**
   * Reads the limits of System V message queues (`IPC_INFO`); Linux.
   *
   * @throws {Deno.errors.NotSupported} On macOS.
   */
  static limits(): SystemQueueLimits {
    return queueLimits("read the limits of system message queues");
  }

  /**
   * Sends a message, blocking this thread while the queue is full (`msgsnd(2)`).
   *
   * @param bytes The message; it may be empty.
   * @param options Type and timeout. With a timeout it looks again in pauses of up to
   * 16 ms: the system has no timed wait.
   * @returns `"ok"`, or `"timed-out"` with nothing sent.
   * @throws {SystemError} When it is longer than `kernel.msgmax` (EINVAL), or the
   * queue is removed (EIDRM) or gone (EINVAL).
   */
  send(
    bytes: Uint8Array,
    options?: SystemQueueSendOptions,
  ): "ok" | "timed-out" {
    const operation = this.#sending;
    const request = checkSend(options, ["type", ...WAIT_OPTIONS], operation);
    return sendBlocking(this.#transfer, bytes, request, operation);
  }

  /**
   * Sends a message, unless the queue is full (`IPC_NOWAIT`).
   *
   * @param bytes The message; it may be empty.
   * @param options Type.
   * @returns Whether it was sent.
   */
  trySend(bytes: Uint8Array, options?: SystemQueueSendNowOptions): boolean {
    const operation = this.#sending;
    const request = checkSend(options, ["type"], operation);
    return this.#transfer.send(bytes, request, IPC_NOWAIT, operation);
  }

  /**
   * Sends a message, waiting without blocking while the queue is full: it looks
   * again in pauses that grow to 16 ms, on no thread.
   *
   * @param bytes The message; it is copied at once.
   * @param options Type, timeout and signal.
   * @returns `"ok"`, or `"timed-out"` with nothing sent. Rejects with the signal's
   * reason with nothing sent, or like {@linkcode SystemMessageQueue.send} throws.
   */
  async sendAsync(
    bytes: Uint8Array,
    options?: SystemQueueSendAsyncOptions,
  ): Promise<"ok" | "timed-out"> {
    const operation = this.#sending;
    const request = checkSend(options, ["type", ...WAIT_OPTIONS], operation);
    return await sendPending(this.#transfer, bytes, request, operation);
  }

  /**
   * Receives a message, blocking this thread until there is one (`msgrcv(2)`).
   *
   * @param options Which one, how long it may be.
   * @returns The message.
   * @throws {SystemError} When it is too long (E2BIG), or the queue is removed (EIDRM)
   * or gone (EINVAL).
   */
  receive(options?: SystemQueueReceiveNowOptions): SystemMessage;
  /**
   * Receives a message, or null when there is none in time.
   *
   * @param options Which one, and timeout. It looks again in pauses of up to 16 ms:
   * the system has no timed wait.
   */
  receive(options: SystemQueueReceiveOptions): SystemMessage | null;
  receive(options?: SystemQueueReceiveOptions): SystemMessage | null {
    const operation = this.#receiving;
    const request = checkReceive(options, WAIT_OPTIONS, operation);
    return receiveBlocking(this.#transfer, request, operation);
  }

  /**
   * Receives a message, if there is one (`IPC_NOWAIT`).
   *
   * @param options Which one, how long it may be.
   * @returns The message, or null.
   */
  tryReceive(options?: SystemQueueReceiveNowOptions): SystemMessage | null {
    const operation = this.#receiving;
    const request = checkReceive(options, [], operation);
    return this.#transfer.receive(request, IPC_NOWAIT, operation) ?? null;
  }

  /**
   * Receives a message, waiting without blocking: it looks again in pauses that grow
   * to 16 ms, on no thread.
   *
   * @param options Which one, and signal.
   * @returns The message. Rejects with the signal's reason with nothing lost, or like
   * {@linkcode SystemMessageQueue.receive} throws.
   */
  receiveAsync(
    options?: Omit<SystemQueueReceiveAsyncOptions, "timeoutMs">,
  ): Promise<SystemMessage>;
  /**
   * Receives a message, or null when there is none in time.
   *
   * @param options Which one, timeout and signal.
   */
  receiveAsync(
    options: SystemQueueReceiveAsyncOptions,
  ): Promise<SystemMessage | null>;
  async receiveAsync(
    options?: SystemQueueReceiveAsyncOptions,
  ): Promise<SystemMessage | null> {
    const operation = this.#receiving;
    const request = checkReceive(options, WAIT_OPTIONS, operation);
    return await receivePending(this.#transfer, request, operation);
  }

  /**
   * Receives message after message, of all types in order, for `for await`: until
   * the loop is left, or with an error until the queue is removed.
   */
  [Symbol.asyncIterator](): AsyncGenerator<SystemMessage, void> {
    return iterate((signal) => this.receiveAsync({ signal }));
  }

  /**
   * Reads what the kernel keeps of the queue (`IPC_STAT`).
   *
   * @throws {SystemError} When the queue is gone (EINVAL).
   */
  status(): SystemQueueStatus {
    const operation = this.#operation("read the status of");
    return queueStatus(this.#transfer.idFor(operation), operation);
  }

  /**
   * Changes owner, group, mode or size (`IPC_SET`); what is left out stays.
   *
   * @param changes What to change.
   * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's, the
   * creator's or root's, and when `maxBytes` is above `kernel.msgmnb` for others than
   * root (EPERM).
   */
  set(changes: SystemQueueChanges): void {
    const operation = this.#operation("change");
    const checked = checkQueueChanges(changes, operation);
    changeQueue(this.#transfer.idFor(operation), checked, operation);
  }

  /**
   * Removes the queue with all that is in it (`IPC_RMID`); waits for it fail,
   * with EIDRM.
   *
   * @throws {SystemError} When it is gone already (EINVAL).
   * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's, the
   * creator's or root's (EPERM).
   */
  remove(): void {
    const operation = this.#operation("remove");
    removeQueue(this.#transfer.idFor(operation), operation);
  }

  /** Ends the use of this object and its waits; the queue stays. */
  close(): void {
    this.#transfer.close();
  }

  /** The same as {@linkcode SystemMessageQueue.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #operation(operation: string): string {
    return `${operation} system message queue ${this.id}`;
  }
}

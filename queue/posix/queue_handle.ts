import { closeDescriptor } from "../../ffi/files/open.ts";
import {
  type QueueAccess,
  type QueueSize,
  ReceiveBuffer,
  sendNow,
} from "../../ffi/files/mqueue.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import { requireStack } from "../../ffi/libc/stack_room.ts";
import { checkTimeout } from "../../sync/waiting/wait.ts";
import { checkMessage } from "../checks/message_bytes.ts";
import {
  checkOptionNames,
  checkSignal,
  WAIT_OPTIONS,
} from "../checks/options.ts";
import { waitHere } from "../waiting/blocking.ts";
import { takeTurns } from "../waiting/pauses.ts";
import { forget, isAwaited, poll } from "../waiting/poller.ts";
import { label } from "./queue_creation.ts";
import type {
  QueueMessage,
  QueueReceiveAsyncOptions,
  QueueReceiveOptions,
  QueueSendAsyncOptions,
  QueueSendOptions,
} from "./queue_options.ts";

/** Highest priority (`MQ_PRIO_MAX` less one, on Linux). */
const MAX_PRIORITY = 32767;

/** Options of what waits for room. */
const SEND_OPTIONS = ["priority", ...WAIT_OPTIONS];

/** What a send or receive was told, checked. */
interface Request {
  readonly priority: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Options that are given for most messages: none. */
const NONE: Request = { priority: 0, timeoutMs: Infinity, signal: undefined };

/** An open queue: its descriptor, and how messages pass through it. */
export class QueueHandle {
  readonly #fd: number;
  readonly #access: QueueAccess;
  readonly #label: string;
  readonly #sendAct: string;
  readonly #receiveAct: string;
  readonly #buffer: ReceiveBuffer | null;
  #closed = false;

  /** Takes over a descriptor. */
  constructor(
    fd: number,
    name: string,
    access: QueueAccess,
    { maxMessageLength }: QueueSize,
  ) {
    this.#fd = fd;
    this.#access = access;
    this.#label = label(name);
    this.#sendAct = `send to ${this.#label}`;
    this.#receiveAct = `receive from ${this.#label}`;
    this.#buffer = access === "write"
      ? null
      : new ReceiveBuffer(maxMessageLength);
  }

  /** The descriptor, for a call. */
  fd(operation: string): number {
    if (!this.#closed) return this.#fd;
    throw new Deno.errors.BadResource(
      `Cannot ${operation} ${this.#label}: the handle is closed`,
    );
  }

  /** Sends a message, waiting on this thread. */
  send(
    bytes: Uint8Array,
    options: QueueSendOptions | undefined,
  ): boolean {
    const operation = this.#sendAct;
    const request = checkRequest(options, SEND_OPTIONS, operation);
    const { priority, timeoutMs, signal } = request;
    signal?.throwIfAborted();
    const fd = this.#fdToSend();
    const length = checkMessage(bytes, operation);
    if (sendNow(fd, bytes, length, priority, operation)) return true;
    return waitHere(
      fd,
      "write",
      timeoutMs,
      operation,
      () => sendNow(fd, bytes, length, priority, operation) || undefined,
    ) ?? false;
  }

  /** Sends a message if there is room. */
  trySend(
    bytes: Uint8Array,
    options: QueueSendAsyncOptions | undefined,
  ): boolean {
    const operation = this.#sendAct;
    const { priority } = checkRequest(options, ["priority"], operation);
    const fd = this.#fdToSend();
    const length = checkMessage(bytes, operation);
    return sendNow(fd, bytes, length, priority, operation);
  }

  /** Sends a message, waiting in the event loop. */
  async sendAsync(
    bytes: Uint8Array,
    options: QueueSendAsyncOptions | undefined,
  ): Promise<boolean> {
    const operation = this.#sendAct;
    const request = checkRequest(options, SEND_OPTIONS, operation);
    const { priority, signal } = request;
    signal?.throwIfAborted();
    const fd = this.#fdToSend();
    const length = checkMessage(bytes, operation);
    if (
      !isAwaited(fd, "write") && sendNow(fd, bytes, length, priority, operation)
    ) {
      await takeTurns();
      return true;
    }
    // What the caller does with the array meanwhile does not matter.
    const copy = new Uint8Array(length);
    copy.set(bytes);
    const sent = await poll(
      fd,
      "write",
      request,
      () => sendNow(fd, copy, length, priority, operation) || undefined,
    );
    return sent ?? false;
  }

  /** Receives a message, waiting on this thread. */
  receive(options: QueueReceiveOptions | undefined): QueueMessage | null {
    const operation = this.#receiveAct;
    const request = checkRequest(options, WAIT_OPTIONS, operation);
    const { timeoutMs, signal } = request;
    signal?.throwIfAborted();
    const fd = this.#fdToReceive();
    const attempt = () => this.#receiveNow(fd);
    return attempt() ?? waitHere(fd, "read", timeoutMs, operation, attempt) ??
      null;
  }

  /** Receives a message if there is one. */
  tryReceive(): QueueMessage | null {
    return this.#receiveNow(this.#fdToReceive()) ?? null;
  }

  /** Receives a message, waiting in the event loop. */
  async receiveAsync(
    options: QueueReceiveAsyncOptions | undefined,
  ): Promise<QueueMessage | null> {
    const operation = this.#receiveAct;
    const request = checkRequest(options, WAIT_OPTIONS, operation);
    request.signal?.throwIfAborted();
    const fd = this.#fdToReceive();
    if (!isAwaited(fd, "read")) {
      const message = this.#receiveNow(fd);
      if (message !== undefined) {
        await takeTurns();
        return message;
      }
    }
    const attempt = () => this.#receiveNow(fd);
    return await poll(fd, "read", request, attempt) ?? null;
  }

  /** Closes the descriptor; waits for it fail. */
  close(): void {
    if (this.#closed) return;
    requireStack("close");
    this.#closed = true;
    forget(
      this.#fd,
      new Deno.errors.BadResource(
        `Cannot wait any longer for ${this.#label}: the handle was closed`,
      ),
    );
    closeDescriptor(this.#fd);
  }

  #receiveNow(fd: number): QueueMessage | undefined {
    const buffer = this.#buffer!;
    const length = buffer.receiveNow(fd, this.#receiveAct);
    if (length === -1) return undefined;
    return { bytes: buffer.bytes.slice(0, length), priority: buffer.priority };
  }

  #fdToSend(): number {
    const fd = this.fd("send to");
    if (this.#access === "read") this.#refuse(this.#sendAct);
    return fd;
  }

  #fdToReceive(): number {
    const fd = this.fd("receive from");
    if (this.#buffer === null) this.#refuse(this.#receiveAct);
    return fd;
  }

  #refuse(operation: string): never {
    throw new TypeError(
      `Cannot ${operation}: the handle was opened with \`access: "${this.#access}"\`; open it with \`access: "read-write"\``,
    );
  }
}

/**
 * Reads each option once, and checks it. Before anything else: reading an option may
 * run code that closes the handle, or takes the message's memory away.
 */
function checkRequest(
  options: QueueSendAsyncOptions | undefined,
  known: readonly string[],
  operation: string,
): Request {
  if (options === undefined) return NONE;
  checkOptionNames(options, known, operation);
  const { priority = 0, timeoutMs = Infinity, signal } = options;
  checkInteger(priority, "priority", 0, MAX_PRIORITY);
  checkTimeout(timeoutMs, operation);
  return { priority, timeoutMs, signal: checkSignal(signal, operation) };
}

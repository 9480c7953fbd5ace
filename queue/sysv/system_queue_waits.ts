/**
 * Waiting for room in System V message queues, and for messages.
 *
 * The system tells nobody when one of these queues changes: a wait is a blocked
 * thread, or looking again and again. In the event loop it is the latter, because a
 * blocked call could never be cancelled.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { IPC_NOWAIT } from "../../ffi/platforms/constants.ts";
import { checkMessage } from "../checks/message_bytes.ts";
import { retry, retryAsync, takeTurns } from "../waiting/pauses.ts";
import type { SystemMessage } from "./system_queue_options.ts";
import type { ReceiveRequest, SendRequest } from "./system_queue_requests.ts";
import type { Transfer } from "./system_queue_transfer.ts";

/** How sending ended. */
export type SendResult = "ok" | "timed-out";

/** Sends a message, blocking this thread while the queue is full. */
export function sendBlocking(
  transfer: Transfer,
  bytes: Uint8Array,
  request: SendRequest,
  operation: string,
): SendResult {
  const { timeoutMs, signal } = request;
  signal?.throwIfAborted();
  const now = () => transfer.send(bytes, request, IPC_NOWAIT, operation);
  if (now()) return "ok";
  if (timeoutMs === Infinity) {
    return transfer.send(bytes, request, 0, operation) ? "ok" : "timed-out";
  }
  const again = () => afterWaiting("msgsnd", operation, now) || undefined;
  return retry(timeoutMs, again) ? "ok" : "timed-out";
}

/** Sends a message, waiting without blocking. */
export async function sendPending(
  transfer: Transfer,
  bytes: Uint8Array,
  request: SendRequest,
  operation: string,
): Promise<SendResult> {
  const { timeoutMs, signal } = request;
  signal?.throwIfAborted();
  if (transfer.send(bytes, request, IPC_NOWAIT, operation)) {
    await takeTurns();
    return "ok";
  }
  const copy = new Uint8Array(checkMessage(bytes, operation));
  copy.set(bytes);
  const again = () =>
    transfer.send(copy, request, IPC_NOWAIT, operation) || undefined;
  const look = () => afterWaiting("msgsnd", operation, again);
  return await retryAsync(timeoutMs, signal, look) ? "ok" : "timed-out";
}

/** Receives a message, blocking this thread; null when there is none in time. */
export function receiveBlocking(
  transfer: Transfer,
  request: ReceiveRequest,
  operation: string,
): SystemMessage | null {
  const { timeoutMs, signal } = request;
  signal?.throwIfAborted();
  const now = () => transfer.receive(request, IPC_NOWAIT, operation);
  const message = now();
  if (message !== undefined) return message;
  if (timeoutMs === Infinity) {
    return transfer.receive(request, 0, operation) ?? null;
  }
  const again = () => afterWaiting("msgrcv", operation, now);
  return retry(timeoutMs, again) ?? null;
}

/** Receives a message, waiting without blocking; null when there is none in time. */
export async function receivePending(
  transfer: Transfer,
  request: ReceiveRequest,
  operation: string,
): Promise<SystemMessage | null> {
  const { timeoutMs, signal } = request;
  signal?.throwIfAborted();
  const now = () => transfer.receive(request, IPC_NOWAIT, operation);
  const message = now();
  if (message !== undefined) {
    await takeTurns();
    return message;
  }
  const again = () => afterWaiting("msgrcv", operation, now);
  return await retryAsync(timeoutMs, signal, again) ?? null;
}

/**
 * Runs a further look at a queue. One that is gone was removed while this waited for
 * it: that is EIDRM.
 */
function afterWaiting<Result>(
  syscall: string,
  operation: string,
  call: () => Result,
): Result {
  try {
    return call();
  } catch (error) {
    if (!hasCode(error, "EINVAL")) throw error;
    throw systemError(syscall, errnoNumber("EIDRM"), operation);
  }
}

import { isSystemError } from "../../../ffi/errors/system_error.ts";
import { MessageQueue } from "../../../queue/posix/message_queue.ts";
import type { MessageQueueStatus } from "../../../queue/posix/queue_options.ts";

/** The state of a POSIX message queue. */
export interface MessageQueueState {
  /** Name with its slash. */
  readonly name: string;
  /** What it holds and takes; null when this user may not read it. */
  readonly status: MessageQueueStatus | null;
}

/** All POSIX message queues; nothing where the system shows no list of them. */
export function messageQueueStates(): MessageQueueState[] | undefined {
  try {
    return MessageQueue.list();
  } catch (error) {
    if (error instanceof Deno.errors.NotSupported) return undefined;
    throw error;
  }
}

/** One of them, listed or not; nothing when there is none. */
export function messageQueueState(name: string): MessageQueueState | undefined {
  try {
    using queue = MessageQueue.open(name, { access: "read" });
    return { name, status: queue.status() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (isSystemError(error)) return { name, status: null };
    throw error;
  }
}

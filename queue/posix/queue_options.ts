/**
 * Options and results of `MessageQueue`.
 *
 * @module
 */

import type { QueueAccess } from "../../ffi/files/mqueue.ts";

/** Options of `MessageQueue.create`. */
export interface MessageQueueCreateOptions {
  /**
   * How many messages it takes. Above `fs.mqueue.msg_max` (10 by default) for root
   * alone. Default: `fs.mqueue.msg_default`, 10.
   */
  readonly maxMessages?: number;
  /**
   * How long each message may be, in bytes. Above `fs.mqueue.msgsize_max` (8192 by
   * default) for root alone. Default: `fs.mqueue.msgsize_default`, 8192.
   */
  readonly maxMessageLength?: number;
  /** Permission bits, exactly these: the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the name is taken. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
}

/** Options of `MessageQueue.open`. */
export interface MessageQueueOpenOptions {
  /** What the handle may do. Default: `"read-write"`. */
  readonly access?: QueueAccess;
}

/** How a message is sent, when there is room. */
export interface QueueSendNowOptions {
  /**
   * From 0 to 32767: a message of a higher priority is received before all of lower
   * ones. Default: 0.
   */
  readonly priority?: number;
}

/** Options of `MessageQueue.send`. */
export interface QueueSendOptions extends QueueSendNowOptions {
  /** How long to wait for room, in milliseconds. Default: indefinitely. */
  readonly timeoutMs?: number;
  /**
   * Ends the call with its reason, if it was aborted before; once the thread is
   * blocked nothing can end the wait but time.
   */
  readonly signal?: AbortSignal;
}

/** Options of `MessageQueue.sendAsync`. */
export interface QueueSendAsyncOptions extends QueueSendOptions {
  /** Ends the wait with its reason at any time. The message is not sent then. */
  readonly signal?: AbortSignal;
}

/** Options of `MessageQueue.receive`. */
export interface QueueReceiveOptions {
  /** How long to wait for a message, in milliseconds. Default: indefinitely. */
  readonly timeoutMs?: number;
  /**
   * Ends the call with its reason, if it was aborted before; once the thread is
   * blocked nothing can end the wait but time.
   */
  readonly signal?: AbortSignal;
}

/** Options of `MessageQueue.receiveAsync`. */
export interface QueueReceiveAsyncOptions extends QueueReceiveOptions {
  /** Ends the wait with its reason. No message is lost by that. */
  readonly signal?: AbortSignal;
}

/** A message that was received from a `MessageQueue`. */
export interface QueueMessage {
  /** What was sent: a copy of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The priority that it was sent with. */
  readonly priority: number;
}

/** What `MessageQueue.status` tells. */
export interface MessageQueueStatus {
  /** How many messages it takes. */
  readonly maxMessages: number;
  /** How long each may be, in bytes. */
  readonly maxMessageLength: number;
  /** How many it holds now. */
  readonly messages: number;
  /** Permission bits. */
  readonly mode: number;
  /** User id of its owner. */
  readonly uid: number;
  /** Group id of its owner. */
  readonly gid: number;
  /** Whether it has lost its name. */
  readonly unlinked: boolean;
}

/** One queue in `MessageQueue.list`. */
export interface MessageQueueEntry {
  /** Name with its slash, for `MessageQueue.open`. */
  readonly name: string;
  /** What it holds and takes; null when this process may not read it. */
  readonly status: MessageQueueStatus | null;
}

/**
 * Options and results of `SystemMessageQueue`.
 *
 * @module
 */

/** Options of `SystemMessageQueue.create`. */
export interface SystemQueueCreateOptions {
  /**
   * Key that other processes open the queue with, from -2^31 to 2^31 - 1; `ftok`
   * makes one of a file. Default: `IPC_PRIVATE`, none.
   */
  readonly key?: number;
  /** Permission bits; the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the key has a queue. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
}

/** Which queue `SystemMessageQueue.open` opens. */
export interface SystemQueueOpenOptions {
  /** Key that it was created with. Either this or `id`. */
  readonly key?: number;
  /** Identifier, as in `SystemMessageQueue.id`. Either this or `key`. */
  readonly id?: number;
}

/** How a message is sent, when there is room. */
export interface SystemQueueSendNowOptions {
  /** Type of the message, from 1 to 2^53 - 1. Default: 1. */
  readonly type?: number;
}

/** Options of `SystemMessageQueue.send`. */
export interface SystemQueueSendOptions extends SystemQueueSendNowOptions {
  /** How long to wait for room, in milliseconds. Default: indefinitely. */
  readonly timeoutMs?: number;
  /**
   * Ends the call with its reason, if it was aborted before; once the thread is
   * blocked nothing can end the wait but time.
   */
  readonly signal?: AbortSignal;
}

/** Options of `SystemMessageQueue.sendAsync`. */
export interface SystemQueueSendAsyncOptions extends SystemQueueSendOptions {
  /** Ends the wait with its reason at any time. The message is not sent then. */
  readonly signal?: AbortSignal;
}

/** Which message is received, if there is one. */
export interface SystemQueueReceiveNowOptions {
  /**
   * 0: the oldest of all. Above 0: the oldest of this type. Below 0: the oldest of
   * the lowest type that is not above its absolute value. Default: 0.
   */
  readonly type?: number;
  /** Take the oldest of any other type than `type` (`MSG_EXCEPT`); Linux. Default: false. */
  readonly except?: boolean;
  /** Cut off what is longer than `maxLength` (`MSG_NOERROR`). Default: false. */
  readonly truncate?: boolean;
  /**
   * How long the message may be, in bytes. A longer one stays in the queue, with an
   * error, unless `truncate` is set. Default: any length.
   */
  readonly maxLength?: number;
}

/** Options of `SystemMessageQueue.receive`. */
export interface SystemQueueReceiveOptions
  extends SystemQueueReceiveNowOptions {
  /** How long to wait for a message, in milliseconds. Default: indefinitely. */
  readonly timeoutMs?: number;
  /**
   * Ends the call with its reason, if it was aborted before; once the thread is
   * blocked nothing can end the wait but time.
   */
  readonly signal?: AbortSignal;
}

/** Options of `SystemMessageQueue.receiveAsync`. */
export interface SystemQueueReceiveAsyncOptions
  extends SystemQueueReceiveOptions {
  /** Ends the wait with its reason. No message is lost by that. */
  readonly signal?: AbortSignal;
}

/** A message of a System V message queue. */
export interface SystemMessage {
  /** What was sent: a copy of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The type that it was sent with; beyond 2^53 it is rounded. */
  readonly type: number;
}

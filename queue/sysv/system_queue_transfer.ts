/**
 * How messages get into System V message queues and out of them.
 *
 * The system tells nobody when one of these queues changes: a wait is a blocked
 * thread, or looking again and again. In the event loop it is the latter, because a
 * blocked call could never be cancelled.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import { MSG_EXCEPT, MSG_NOERROR } from "../../ffi/platforms/constants.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { MessageBuffer } from "../../ffi/sysv/sysv_msg.ts";
import { checkTimeout } from "../../sync/waiting/wait.ts";
import { checkMessage } from "../checks/message_bytes.ts";
import {
  checkBoolean,
  checkOptionNames,
  checkSignal,
} from "../checks/options.ts";
import type {
  SystemMessage,
  SystemQueueReceiveAsyncOptions,
  SystemQueueSendAsyncOptions,
} from "./system_queue_options.ts";

/** Longest message that the kernel's numbers allow. */
const HIGHEST_LENGTH = 0x7fff_ffff - 8;
/** Where to start when any length will do: `kernel.msgmax`, unless it was changed. */
const FIRST_LENGTH = 8192;

/** What a send was told, checked. */
export interface SendRequest {
  readonly type: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What a receive was told, checked. */
export interface ReceiveRequest {
  readonly type: number;
  readonly flags: number;
  /** Undefined when any length will do. */
  readonly maxLength: number | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const SEND: SendRequest = { type: 1, timeoutMs: Infinity, signal: undefined };
const RECEIVE: ReceiveRequest = {
  type: 0,
  flags: 0,
  maxLength: undefined,
  timeoutMs: Infinity,
  signal: undefined,
};

/** Reads each option once, and checks it. */
export function checkSend(
  options: SystemQueueSendAsyncOptions | undefined,
  known: readonly string[],
  operation: string,
): SendRequest {
  if (options === undefined) return SEND;
  checkOptionNames(options, known, operation);
  const { type = 1, timeoutMs = Infinity, signal } = options;
  checkInteger(type, "type", 1, Number.MAX_SAFE_INTEGER);
  checkTimeout(timeoutMs, operation);
  return { type, timeoutMs, signal: checkSignal(signal, operation) };
}

/** Reads each option once, and checks it. */
export function checkReceive(
  options: SystemQueueReceiveAsyncOptions | undefined,
  known: readonly string[],
  operation: string,
): ReceiveRequest {
  if (options === undefined) return RECEIVE;
  const which = ["type", "except", "truncate", "maxLength"];
  checkOptionNames(options, [...which, ...known], operation);
  const {
    type = 0,
    except = false,
    truncate = false,
    maxLength,
    timeoutMs = Infinity,
    signal,
  } = options;
  const highest = Number.MAX_SAFE_INTEGER;
  checkInteger(type, "type", -highest, highest);
  if (checkBoolean(except, "except")) requireExcept(type, operation);
  if (maxLength !== undefined) {
    checkInteger(maxLength, "maxLength", 0, HIGHEST_LENGTH);
  }
  if (checkBoolean(truncate, "truncate") && maxLength === undefined) {
    throw new TypeError(
      `Cannot ${operation}: truncate needs a maxLength to cut a message to`,
    );
  }
  checkTimeout(timeoutMs, operation);
  return {
    type,
    flags: (except ? MSG_EXCEPT : 0) | (truncate ? MSG_NOERROR : 0),
    maxLength,
    timeoutMs,
    signal: checkSignal(signal, operation),
  };
}

function requireExcept(type: number, operation: string): void {
  if (platform().layouts.msginfo === null) {
    throw new Deno.errors.NotSupported(
      `Cannot ${operation}: ${platform().name} cannot leave out a type`,
    );
  }
  if (type > 0) return;
  throw new RangeError(
    `Cannot ${operation}: except needs a type above 0: received ${type}`,
  );
}

/** Passes messages through one queue. */
export class Transfer {
  readonly #id: number;
  // Made at the first use of each.
  #outgoing = new MessageBuffer(0);
  #incoming = new MessageBuffer(0);

  constructor(id: number) {
    this.#id = id;
  }

  /**
   * Sends a message if there is room.
   *
   * @param flags `IPC_NOWAIT`, or 0 to block this thread.
   * @returns Whether it was sent.
   */
  send(
    bytes: Uint8Array,
    { type }: Pick<SendRequest, "type">,
    flags: number,
    operation: string,
  ): boolean {
    const length = checkMessage(bytes, operation);
    this.#outgoing.grow(length);
    this.#outgoing.put(type, bytes);
    return this.#outgoing.send(this.#id, length, flags, operation);
  }

  /**
   * Receives a message.
   *
   * @param flags `IPC_NOWAIT`, or 0 to block this thread.
   * @returns The message, or undefined when there is none.
   */
  receive(
    { type, flags, maxLength }: ReceiveRequest,
    wait: number,
    operation: string,
  ): SystemMessage | undefined {
    const buffer = this.#incoming;
    let room = maxLength ?? Math.max(buffer.room, FIRST_LENGTH);
    for (;;) {
      buffer.grow(room);
      try {
        const length = buffer.receive(
          this.#id,
          room,
          type,
          flags | wait,
          operation,
        );
        if (length === -1) return undefined;
        return { bytes: buffer.copy(length), type: buffer.type };
      } catch (error) {
        // Nobody can ask for its length, and it is still there.
        const longer = maxLength === undefined && hasCode(error, "E2BIG");
        if (!longer || room === HIGHEST_LENGTH) throw error;
        room = Math.min(room * 2, HIGHEST_LENGTH);
      }
    }
  }
}

/**
 * Runs a further look at a queue. One that is gone was removed while this waited for
 * it: that is EIDRM.
 */
export function afterWaiting<Result>(
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

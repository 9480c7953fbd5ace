/**
 * Options of sending to System V message queues and receiving from them, read once
 * and checked.
 *
 * @module
 */

import { checkInteger } from "../../ffi/libc/integers.ts";
import { MSG_EXCEPT, MSG_NOERROR } from "../../ffi/platforms/constants.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { checkTimeout } from "../../sync/waiting/wait.ts";
import {
  checkBoolean,
  checkOptionNames,
  checkSignal,
} from "../checks/options.ts";
import type {
  SystemQueueReceiveAsyncOptions,
  SystemQueueSendAsyncOptions,
} from "./system_queue_options.ts";

/** Longest message that the kernel's numbers allow. */
export const HIGHEST_LENGTH = 0x7fff_ffff - 8;

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

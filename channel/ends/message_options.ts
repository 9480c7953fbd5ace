/**
 * Options of messages, which are given with each one: so they are read without
 * a copy, each once.
 *
 * @module
 */

import { describe } from "../../memory/checks/integers.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import type { MessageOptions, SendOptions } from "./message.ts";

const MESSAGE_OPTIONS = ["typeId"];
const SEND_OPTIONS = ["typeId", "timeoutMs", "signal"];

/** The type of a message. */
export function typeIdOf(options: MessageOptions): number {
  requireObject(options);
  for (const name in options) {
    if (name !== "typeId") {
      refuseOption(name, MESSAGE_OPTIONS, "send without waiting");
    }
  }
  const { typeId } = options;
  return typeId === undefined ? 1 : typeId;
}

/** The type of a message, and how long to wait. */
export function waitOptionsOf(
  options: SendOptions,
): { readonly typeId: number; readonly wait: WaitOptions } {
  requireObject(options);
  for (const name in options) {
    if (name === "typeId" || name === "timeoutMs" || name === "signal") {
      continue;
    }
    refuseOption(name, SEND_OPTIONS, "send");
  }
  const { typeId = 1, timeoutMs, signal } = options;
  checkTimeout(timeoutMs);
  checkSignal(signal);
  return {
    typeId,
    wait: {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    },
  };
}

function requireObject(options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new TypeError(
    `Cannot send: it takes an object of options: received ${describe(options)}`,
  );
}

function refuseOption(
  name: string,
  names: readonly string[],
  operation: string,
): never {
  throw new TypeError(
    `Cannot ${operation}: there is no option ${describe(name)}; there are ${
      names.join(", ")
    }`,
  );
}

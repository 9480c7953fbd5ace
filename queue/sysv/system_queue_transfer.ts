/**
 * How messages get into System V message queues and out of them.
 *
 * @module
 */

import { hasCode } from "../../ffi/errors/system_error.ts";
import { MessageBuffer } from "../../ffi/sysv/sysv_msg.ts";
import { checkMessage } from "../checks/message_bytes.ts";
import type { SystemMessage } from "./system_queue_options.ts";
import {
  HIGHEST_LENGTH,
  type ReceiveRequest,
  type SendRequest,
} from "./system_queue_requests.ts";

/** Where to start when any length will do: `kernel.msgmax`, unless it was changed. */
const FIRST_LENGTH = 8192;

/** Passes messages through one queue. */
export class Transfer {
  readonly #id: number;
  #closed = false;
  // Made at the first use of each.
  #outgoing = new MessageBuffer(0);
  #incoming = new MessageBuffer(0);

  constructor(id: number) {
    this.#id = id;
  }

  /** Ends its use; waits that look again find it closed. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Returns the number of the queue.
   *
   * @throws {Deno.errors.BadResource} When it was closed.
   */
  idFor(operation: string): number {
    if (!this.#closed) return this.#id;
    throw new Deno.errors.BadResource(
      `Cannot ${operation}: the handle is closed`,
    );
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
    const id = this.idFor(operation);
    this.#outgoing.grow(length);
    this.#outgoing.put(type, bytes);
    return this.#outgoing.send(id, length, flags, operation);
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
    const id = this.idFor(operation);
    const buffer = this.#incoming;
    let room = maxLength ?? Math.max(buffer.room, FIRST_LENGTH);
    for (;;) {
      buffer.grow(room);
      try {
        const length = buffer.receive(
          id,
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

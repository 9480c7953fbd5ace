/**
 * Messages into and out of System V message queues: `sys/msg.h`.
 *
 * @module
 */

import { checkNotMinusOne } from "../libc/check.ts";
import { errnoName } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { platform } from "../platforms/platform.ts";
import { sizeOf } from "../files/mqueue.ts";
import { requireStack } from "../libc/stack_room.ts";
import { queueLimits } from "./sysv_msg_control.ts";

/** Creates or finds a queue (`msgget(2)`). */
export function getQueue(
  key: number,
  flags: number,
  operation: string,
): number {
  requireStack("create");
  // Deno takes -0 for no integer.
  const result = libc().msgget(key | 0, flags | 0);
  return checkNotMinusOne(result, errnoCell[0], "msgget", operation);
}

/** The type in front of every message, a C `long`. */
const TYPE_SIZE = 8;

/** A message as `msgsnd` and `msgrcv` have it: the type, and the bytes behind it. */
export class MessageBuffer {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;

  /** Makes room for a length. */
  constructor(length: number) {
    this.#bytes = new Uint8Array(TYPE_SIZE + length);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How long the message may be. */
  get room(): number {
    return this.#bytes.byteLength - TYPE_SIZE;
  }

  /** Makes room for a length at least. What was in it is lost. */
  grow(length: number): void {
    if (length <= this.room) return;
    this.#bytes = new Uint8Array(TYPE_SIZE + length);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** The type; beyond 2^53 it is rounded. */
  get type(): number {
    return this.#view.getInt32(4, true) * 2 ** 32 +
      this.#view.getUint32(0, true);
  }

  /** Puts a message in. There is room for it. */
  put(type: number, bytes: Uint8Array): void {
    this.#view.setUint32(0, type, true);
    this.#view.setUint32(4, type / 2 ** 32, true);
    this.#bytes.set(bytes, TYPE_SIZE);
  }

  /** A copy of the message that was received. */
  copy(length: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(TYPE_SIZE, TYPE_SIZE + length);
  }

  /**
   * Sends what was put in (`msgsnd(2)`).
   *
   * @param flags `IPC_NOWAIT`, or 0 to block this thread while the queue is full.
   * @returns Whether it was sent; false when the queue is full.
   */
  send(id: number, length: number, flags: number, operation: string): boolean {
    const { msgsnd } = libc();
    const size = sizeOf(length);
    while (msgsnd(id | 0, this.#bytes, size, flags | 0) === -1) {
      const errno = errnoCell[0] ?? 0;
      const code = errnoName(errno);
      if (code === "EAGAIN") return false;
      if (code === "EINTR") continue;
      throw systemError("msgsnd", errno, operation, lengthHint(code, length));
    }
    return true;
  }

  /**
   * Receives a message (`msgrcv(2)`).
   *
   * @param length How long it may be; there is room for it.
   * @param type Which: 0 the oldest, above 0 the oldest of this type, below 0 the
   * oldest of the lowest type up to this.
   * @returns Its length; -1 when there is none.
   */
  receive(
    id: number,
    length: number,
    type: number,
    flags: number,
    operation: string,
  ): number {
    const { msgrcv } = libc();
    const room = sizeOf(length);
    const wanted = BigInt(type);
    for (;;) {
      const received = msgrcv(id | 0, this.#bytes, room, wanted, flags | 0);
      if (received !== -1) return received;
      const errno = errnoCell[0] ?? 0;
      const code = errnoName(errno);
      if (code === "ENOMSG") return -1;
      if (code !== "EINTR") throw systemError("msgrcv", errno, operation);
    }
  }
}

/** Says how long a message may be, when one was too long. */
function lengthHint(code: string, length: number): string | undefined {
  const { msginfo } = platform().layouts;
  if (code !== "EINVAL" || msginfo === null) return undefined;
  const { maxMessageLength } = queueLimits("read the limits of queues");
  if (length <= maxMessageLength) return undefined;
  return `it has ${length} bytes, and kernel.msgmax allows ${maxMessageLength}: send it in parts, or raise the limit`;
}

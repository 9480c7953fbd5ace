import { checkInteger } from "../../memory/checks/integers.ts";
import type { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import { type BroadcastReceiver, copyFrom } from "./broadcast_receiver.ts";
import { checkHandler } from "../buffers/message_checks.ts";
import type { MessageHandler } from "../buffers/message_handler.ts";

/**
 * Receives messages of a {@linkcode BroadcastTransmitter} as copies of its own,
 * which nobody overwrites. In the manner of Agrona's class of the same name.
 *
 * @example Receive from memory that is mapped for reading only
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import {
 *   BROADCAST_TRAILER_LENGTH,
 *   BroadcastReceiver,
 *   BroadcastTransmitter,
 *   CopyBroadcastReceiver,
 * } from "@shmem/shmem/channel";
 *
 * using memory = SharedMemory.anonymous({ size: 1024 + BROADCAST_TRAILER_LENGTH });
 * using mapping = memory.map();
 * using view = memory.map({ access: "read" });
 * const transmitter = new BroadcastTransmitter(mapping.bytes);
 * const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(view.bytes));
 * transmitter.transmit(7, new Uint8Array([1, 2, 3]));
 * receiver.receive((typeId, bytes, offset, length) => {
 *   console.log(typeId, bytes.slice(offset, offset + length)); // 7 [1, 2, 3]
 * });
 * ```
 */
export class CopyBroadcastReceiver {
  readonly #receiver: BroadcastReceiver<Uint8Array | ReadonlyBytes>;
  readonly #scratch: Uint8Array;

  /**
   * Wraps a receiver.
   *
   * @param receiver The receiver.
   * @param scratchLength Longest message that is taken, in bytes.
   * @default 4096
   */
  constructor(
    receiver: BroadcastReceiver<Uint8Array | ReadonlyBytes>,
    scratchLength = 4096,
  ) {
    checkInteger(scratchLength, "scratchLength", 0, 2 ** 30);
    this.#receiver = receiver;
    this.#scratch = new Uint8Array(scratchLength);
  }

  /**
   * Receives a message, if there is one.
   *
   * @param handler Receives it as bytes from offset 0 on, which are used again
   * for the next one.
   * @returns 1 when there was one, else 0.
   * @throws {RangeError} When messages were lost, because this receiver is too
   * slow; or when the message is longer than the scratch memory. The next call
   * goes on behind it.
   */
  receive(handler: MessageHandler): number {
    checkHandler(handler);
    const receiver = this.#receiver;
    const lapped = receiver.lappedCount;
    const isThere = receiver.receiveNext();
    if (receiver.lappedCount !== lapped) {
      // It may have been lapped again: then it must not go on from there.
      receiver.validate();
      this.#fail();
    }
    if (!isThere) return 0;
    const { length, offset, typeId } = receiver;
    const scratch = this.#scratch;
    if (length > scratch.length || typeId < 1) {
      // Rather than too long it may be half overwritten.
      if (!receiver.validate()) this.#fail();
      if (typeId < 1) {
        throw new TypeError(
          `Cannot receive message: corrupt buffer: it has type ${typeId}; recreate it`,
        );
      }
      throw new RangeError(
        `Cannot receive message: it has ${length} bytes, and the scratch memory ${scratch.length}`,
      );
    }
    copyFrom(receiver, scratch, offset, length);
    if (!receiver.validate()) this.#fail();
    handler(typeId, scratch, 0, length);
    return 1;
  }

  #fail(): never {
    throw new RangeError(
      "Cannot receive message: unable to keep up with broadcast, messages were lost",
    );
  }
}

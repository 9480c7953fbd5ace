/**
 * Broadcast buffers for tests, with a look at their memory.
 *
 * @module
 */

import {
  BROADCAST_TRAILER_LENGTH,
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
} from "../../../channel/mod.ts";

/** A transmitter, and the memory that it lies in. */
export interface TestBroadcast {
  readonly transmitter: BroadcastTransmitter;
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly longs: BigInt64Array<ArrayBuffer>;
  readonly capacity: number;
}

/** Makes a buffer; its positions stand at `start`. */
export function makeBroadcast(capacity: number, start = 0n): TestBroadcast {
  const length = capacity + BROADCAST_TRAILER_LENGTH;
  const buffer = new ArrayBuffer(length + 48);
  const memory = new Uint8Array(buffer, 24, length);
  const words = new Int32Array(buffer, 24, length / 4);
  const longs = new BigInt64Array(buffer, 24, length / 8);
  longs.fill(start, capacity / 8, capacity / 8 + 3);
  const transmitter = new BroadcastTransmitter(memory);
  return { transmitter, memory, words, longs, capacity };
}

/** Intent, tail and latest. */
export function positions({ longs, capacity }: TestBroadcast): bigint[] {
  return [...longs.subarray(capacity / 8, capacity / 8 + 3)];
}

/** A receiver that copies, from now on. */
export function copying(memory: Uint8Array): CopyBroadcastReceiver {
  return new CopyBroadcastReceiver(new BroadcastReceiver(memory));
}

/** What a receiver gets next: a message, nothing, or the text of an error. */
export function receive(
  receiver: CopyBroadcastReceiver,
): [typeId: number, ...payload: number[]] | undefined | string {
  let message: [number, ...number[]] | undefined;
  try {
    receiver.receive((typeId, bytes, offset, length) => {
      message = [typeId, ...bytes.subarray(offset, offset + length)];
    });
  } catch (error) {
    return String(error);
  }
  return message;
}

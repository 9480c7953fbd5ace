/**
 * Memory of channels that another process opens by its path.
 *
 * @module
 */

import { assert } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { BROADCAST_TRAILER_LENGTH } from "../../../channel/mod.ts";

/** Memory, until it is disposed of. */
export interface Shared extends Disposable {
  /** What the other process opens. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Makes and maps memory. */
export function shared(size: number): Shared {
  using undo = new DisposableStack();
  const memory = undo.use(SharedMemory.anonymous({ size }));
  const mapping = undo.use(memory.map());
  const { path } = memory;
  assert(path !== null);
  const stack = undo.move();
  return {
    path,
    bytes: mapping.bytes,
    [Symbol.dispose]: () => stack.dispose(),
  };
}

/** A broadcast buffer, and behind it 16 bytes for what its users agree upon. */
export interface SharedBroadcast extends Shared {
  /** The buffer. */
  readonly region: Uint8Array<ArrayBuffer>;
  /** The first of them as a 64-bit word. */
  readonly received: BigInt64Array<ArrayBuffer>;
  /** The same as 32-bit words. */
  readonly words: Int32Array<ArrayBuffer>;
}

/** Makes and maps a broadcast buffer. */
export function sharedBroadcast(capacity: number): SharedBroadcast {
  const length = capacity + BROADCAST_TRAILER_LENGTH;
  const memory = shared(length + 16);
  const { buffer, byteOffset } = memory.bytes;
  return {
    ...memory,
    region: memory.bytes.subarray(0, length),
    received: new BigInt64Array(buffer, byteOffset + length, 1),
    words: new Int32Array(buffer, byteOffset + length, 4),
  };
}

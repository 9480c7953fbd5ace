/**
 * Memory to put locks and counters in, for one test.
 *
 * @module
 */

import { assert } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";

/** Mapped memory that another process opens by its path. */
export interface TestMemory extends Disposable {
  /** What another process opens. */
  readonly path: string;
  /** The memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as 32-bit words. */
  readonly words: Int32Array<ArrayBuffer>;
  /** Unmaps it before the end of the block. */
  readonly unmap: () => void;
}

/** Not a power of 2, and more than a page. */
const SIZE = 5000;

/** Makes and maps memory of so many bytes. */
export function testMemory(size = SIZE): TestMemory {
  using undo = new DisposableStack();
  const memory = undo.use(SharedMemory.anonymous({ size }));
  const mapping = undo.use(memory.map());
  const { path } = memory;
  assert(path !== null);
  const { bytes } = mapping;
  const stack = undo.move();
  return {
    path,
    bytes,
    words: new Int32Array(bytes.buffer, bytes.byteOffset, size / 4),
    unmap: () => mapping.unmap(),
    [Symbol.dispose]: () => stack.dispose(),
  };
}

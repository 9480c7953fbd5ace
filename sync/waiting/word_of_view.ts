import { Word } from "../../ffi/sync/futex.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import { mappedRange } from "../../memory/mapping/mapped_range.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";

const WORD_SIZE = Int32Array.BYTES_PER_ELEMENT;

/** The memory of a view. */
interface Located {
  readonly mapping: Mapping;
  /** Its words, in an array that nobody else has. */
  readonly words: Int32Array;
  /** Of the first one. */
  readonly address: bigint;
}

/** Views that were looked up before: doing so again takes as long as waking. */
const known = new WeakMap<Int32Array | ReadonlyBytes, Located>();

/**
 * Finds the word that an element of a view is.
 *
 * @param view Mapped memory as 32-bit words.
 * @param index Which of them.
 * @param operation What it is for: "wait".
 */
export function locate(
  view: Int32Array | ReadonlyBytes,
  index: number,
  operation: string,
): { readonly word: Word; readonly mapping: Mapping } {
  let located = known.get(view);
  // Without its memory it is empty.
  if (located === undefined || located.words.length === 0) {
    located = lookUp(view, operation);
    known.set(view, located);
  }
  const { words, address, mapping } = located;
  checkInteger(index, "index", 0, words.length - 1);
  const word = new Word(words, address + BigInt(index * WORD_SIZE), index);
  return { word, mapping };
}

/** Throws unless something is an array of 32-bit words that can be written. */
export function requireArray(view: Int32Array, operation: string): Int32Array {
  // A proxy of one is none.
  if (view instanceof Int32Array && ArrayBuffer.isView(view)) return view;
  throw new TypeError(
    `Cannot ${operation}: it takes an Int32Array over mapped memory: received ${
      Object.prototype.toString.call(view)
    }`,
  );
}

function lookUp(view: Int32Array | ReadonlyBytes, operation: string): Located {
  if (!(view instanceof ReadonlyBytes)) {
    const { buffer } = requireArray(view, operation);
    if (buffer instanceof ArrayBuffer && buffer.detached) {
      throw new TypeError(
        `Cannot ${operation}: the memory was unmapped, or transferred to another owner`,
      );
    }
  }
  const { region, mapping, byteOffset, byteLength } = mappedRange(
    view,
    operation,
  );
  const absolute = region.byteOffset + byteOffset;
  if (absolute % WORD_SIZE !== 0) {
    throw new RangeError(
      `Cannot ${operation}: the view must start at a multiple of ${WORD_SIZE} bytes in memory: use another part of it`,
    );
  }
  const length = Math.floor(byteLength / WORD_SIZE);
  return {
    mapping,
    words: new Int32Array(region.buffer, absolute, length),
    address: region.address + BigInt(byteOffset),
  };
}

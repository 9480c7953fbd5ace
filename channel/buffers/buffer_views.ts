/**
 * The memory that a channel lies in: a data area whose size is a power of two,
 * and a trailer behind it.
 *
 * @module
 */

import { checkInteger, describe } from "../../ffi/libc/integers.ts";

/** Largest data area: lengths are 32-bit in the format. */
const MAX_CAPACITY = 2 ** 30;

/** A region, checked, as the arrays that its algorithms work on. */
export interface RegionViews {
  /** Bytes of the data area. */
  readonly capacity: number;
  /** All of it as bytes. */
  readonly bytes: Uint8Array;
  /** The same as 32-bit words. */
  readonly words: Int32Array;
  /** The same as 64-bit words. */
  readonly longs: BigInt64Array;
}

/**
 * Checks the memory of a channel.
 *
 * @param memory Data area and trailer, aligned to 8 bytes.
 * @param trailerLength Bytes of the trailer.
 * @param minCapacity Smallest data area.
 * @param what How messages call it.
 */
export function viewRegion(
  memory: Uint8Array,
  trailerLength: number,
  minCapacity: number,
  what: string,
): RegionViews {
  if (!(memory instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot use ${what}: it takes a Uint8Array: received ${describe(memory)}`,
    );
  }
  const { buffer, byteOffset, byteLength } = memory;
  const capacity = byteLength - trailerLength;
  const isPowerOfTwo = capacity > 0 && (capacity & (capacity - 1)) === 0;
  if (!isPowerOfTwo || capacity < minCapacity || capacity > MAX_CAPACITY) {
    throw new RangeError(
      `Cannot use ${what}: its memory must have a power of two from ${minCapacity} to 2^30, and ${trailerLength} bytes more: received ${byteLength}`,
    );
  }
  if (byteOffset % BigInt64Array.BYTES_PER_ELEMENT !== 0) {
    throw new RangeError(
      `Cannot use ${what}: its memory must start at a multiple of 8: received offset ${byteOffset}`,
    );
  }
  return {
    capacity,
    bytes: memory,
    words: new Int32Array(buffer, byteOffset, byteLength / 4),
    longs: new BigInt64Array(buffer, byteOffset, byteLength / 8),
  };
}

/** Checks the type of a message: 1 to 2^31 - 1. */
export function checkTypeId(typeId: number): void {
  if ((typeId | 0) === typeId && typeId >= 1) return;
  checkInteger(typeId, "typeId", 1, 0x7fff_ffff);
}

/** Checks the length of a message. */
export function checkMessageLength(length: number, maximum: number): void {
  if ((length | 0) === length && length >= 0 && length <= maximum) return;
  checkInteger(length, "length", 0, Number.MAX_SAFE_INTEGER);
  throw new RangeError(
    `Cannot write message: it has ${length} bytes, and one may have ${maximum}; make the ring larger, or send it as a stream`,
  );
}

/**
 * Checks a source and where the message starts in it.
 *
 * @returns How many bytes there are from there on.
 */
export function checkSource(source: Uint8Array, offset: number): number {
  if (!isBytes(source)) {
    throw new TypeError(
      `Cannot write message: it takes a Uint8Array: received ${
        describe(source)
      }`,
    );
  }
  const { byteLength } = source;
  // Only an empty one can be gone, and looking takes time.
  if (byteLength === 0 && isGone(source)) {
    throw new TypeError(
      "Cannot write message: the memory of its source is unmapped or transferred",
    );
  }
  if ((offset | 0) !== offset || offset < 0 || offset > byteLength) {
    checkInteger(offset, "offset", 0, byteLength);
  }
  return byteLength - offset;
}

/** Checks that so many bytes of a source are there. */
export function checkAvailable(length: number, available: number): void {
  if (length <= available) return;
  throw new RangeError(
    `Cannot write message: it has ${length} bytes, and its source ${available} from its offset on`,
  );
}

/** Checks a list of messages, and where to begin in it. */
export function checkMessages(
  messages: readonly Uint8Array[],
  from: number,
): void {
  if (!Array.isArray(messages)) {
    throw new TypeError(
      `Cannot write messages: it takes an array of Uint8Array: received ${
        describe(messages)
      }`,
    );
  }
  if ((from | 0) === from && from >= 0 && from <= messages.length) return;
  checkInteger(from, "from", 0, messages.length);
}

/**
 * Checks a message of a list.
 *
 * @returns How long it is.
 */
export function checkMessage(
  message: Uint8Array | undefined,
  index: number,
  maximum: number,
): number {
  if (!isBytes(message)) {
    throw new TypeError(
      `Cannot write message ${index}: it must be a Uint8Array: received ${
        describe(message)
      }`,
    );
  }
  const { byteLength } = message;
  if (byteLength === 0 && isGone(message)) {
    throw new TypeError(
      `Cannot write message ${index}: its memory is unmapped or transferred`,
    );
  }
  if (byteLength <= maximum) return byteLength;
  throw new RangeError(
    `Cannot write message ${index}: it has ${byteLength} bytes, and one may have ${maximum}; make the ring larger, or send it as a stream`,
  );
}

/** Checks that a handler can be called, before anything is read for it. */
export function checkHandler(handler: unknown): void {
  if (typeof handler === "function") return;
  throw new TypeError(
    `Cannot read messages: the handler must be a function: received ${
      describe(handler)
    }`,
  );
}

/** Checks how many messages are to be read: an integer, or all. */
export function checkLimit(limit: number): void {
  if ((limit | 0) === limit && limit >= 0 || limit === Infinity) return;
  checkInteger(limit, "limit", 0, Number.MAX_SAFE_INTEGER);
}

/** A proxy is an instance, too, but none that can be copied without surprise. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && ArrayBuffer.isView(value);
}

function isGone({ buffer }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && buffer.detached;
}

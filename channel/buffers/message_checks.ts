/**
 * Checks of what users pass: nothing that they pass runs code of theirs after
 * these, and all of them come before a claim.
 *
 * @module
 */

import { checkInteger, describe } from "../../memory/checks/integers.ts";
import { byteLengthOf, GONE, isBytes, isGone } from "./typed_arrays.ts";

/** Checks the type of a message: 1 to 2^31 - 1. */
export function checkTypeId(typeId: number): void {
  if (typeof typeId === "number" && (typeId | 0) === typeId && typeId >= 1) {
    return;
  }
  checkInteger(typeId, "typeId", 1, 0x7fff_ffff);
}

/** Checks the length of a message. */
export function checkMessageLength(length: number, maximum: number): void {
  if (
    typeof length === "number" && (length | 0) === length && length >= 0 &&
    length <= maximum
  ) return;
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
  const byteLength = trueLengthOf(source);
  // Only an empty one can be gone, and looking takes time.
  if (byteLength === 0 && isGone(source)) {
    throw new TypeError(
      `Cannot write message: the memory of its source is ${GONE}`,
    );
  }
  if (
    typeof offset !== "number" || (offset | 0) !== offset || offset < 0 ||
    offset > byteLength
  ) checkInteger(offset, "offset", 0, byteLength);
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
  const byteLength = trueLengthOf(message);
  if (byteLength === 0 && isGone(message)) {
    throw new TypeError(
      `Cannot write message ${index}: its memory is ${GONE}`,
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
  if (
    typeof limit === "number" &&
    ((limit | 0) === limit && limit >= 0 || limit === Infinity)
  ) return;
  checkInteger(limit, "limit", 0, Number.MAX_SAFE_INTEGER);
}

/**
 * The length in bytes. A class of the user's may say another one: it is asked, but
 * only because the compiler then knows what the array is, and calls no function
 * for the true one.
 */
function trueLengthOf(source: Uint8Array): number {
  void source.length;
  return byteLengthOf(source);
}

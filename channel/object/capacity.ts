import { checkInteger, describe } from "../../memory/checks/integers.ts";

const DEFAULT_CAPACITY = 2 ** 20;
/** An eighth of this holds a number of 64 bits. */
const MIN_CAPACITY = 64;
const MAX_CAPACITY = 2 ** 30;
/** A message may have this part of the capacity. */
const MESSAGES_PER_CAPACITY = 8;

/** Sizes that were asked for. */
export interface Sizes {
  /** Bytes of the data area of what is created. */
  readonly capacity: number;
  /** The same, if something that is there must have it. */
  readonly wantedCapacity: number | undefined;
  /** Bytes of a message that it must take. */
  readonly wantedLength: number | undefined;
}

/**
 * Chooses the capacity by what the options say.
 *
 * @param layoutLength Bytes of a message, if its layout says so.
 */
export function chooseCapacity(
  capacity: number | undefined,
  maxMessageLength: number | undefined,
  layoutLength = 0,
): Sizes {
  if (maxMessageLength !== undefined) {
    checkInteger(
      maxMessageLength,
      "maxMessageLength",
      1,
      MAX_CAPACITY / MESSAGES_PER_CAPACITY,
    );
  }
  if (capacity !== undefined) checkCapacity(capacity);
  const longest = Math.max(maxMessageLength ?? 0, layoutLength);
  checkInteger(longest, "layout.size", 0, MAX_CAPACITY / MESSAGES_PER_CAPACITY);
  const needed = capacityFor(longest);
  if (capacity !== undefined && capacity < needed) {
    throw new RangeError(
      `Cannot create channel: messages of ${longest} bytes need a capacity of ${needed}: received ${capacity}`,
    );
  }
  return {
    capacity: capacity ??
      (maxMessageLength === undefined
        ? Math.max(DEFAULT_CAPACITY, needed)
        : needed),
    wantedCapacity: capacity,
    wantedLength: longest === 0 ? undefined : longest,
  };
}

/**
 * Refuses a channel that is there, when it has other sizes than were asked for.
 *
 * @param what How messages call it.
 * @param actual Its capacity.
 */
export function checkSizes(what: string, actual: number, sizes: Sizes): void {
  const { wantedCapacity, wantedLength } = sizes;
  if (wantedCapacity !== undefined && wantedCapacity !== actual) {
    throw new RangeError(
      `Cannot open ${what}: its capacity is ${actual}, and ${wantedCapacity} was asked for; ask for the same, or remove the name and create it again when nobody uses it`,
    );
  }
  const longest = actual / MESSAGES_PER_CAPACITY;
  if (wantedLength !== undefined && wantedLength > longest) {
    throw new RangeError(
      `Cannot open ${what}: its capacity is ${actual}, so a message may have ${longest} bytes, and ${wantedLength} were asked for; remove the name and create it again when nobody uses it`,
    );
  }
}

function capacityFor(messageLength: number): number {
  let capacity = MIN_CAPACITY;
  while (capacity < messageLength * MESSAGES_PER_CAPACITY) capacity *= 2;
  return capacity;
}

function checkCapacity(capacity: number): void {
  if (
    isPowerOfTwo(capacity) && capacity >= MIN_CAPACITY &&
    capacity <= MAX_CAPACITY
  ) return;
  throw new RangeError(
    `Cannot create channel: the capacity must be a power of two from ${MIN_CAPACITY} to 2^30: received ${
      describe(capacity)
    }`,
  );
}

/** Whether a number is a power of two. */
export function isPowerOfTwo(number: number): boolean {
  return typeof number === "number" && Number.isInteger(Math.log2(number));
}

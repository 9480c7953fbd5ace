/**
 * Where things are in a log: three terms, and behind them the page that follows
 * here. Offsets are bytes from the start of that page.
 *
 * @module
 */

/** Terms of a log: one that is written, one before, one that is clean. */
export const TERMS = 3;
/** Bytes of the page behind the terms. */
export const METADATA_LENGTH = 4096;
/** Bytes of a frame's header, and what frames are aligned to. */
export const FRAME_HEADER_LENGTH = 32;
/** Shortest term. */
export const MIN_TERM_LENGTH = 2 ** 16;
/** Longest term. */
export const MAX_TERM_LENGTH = 2 ** 30;
/** Longest message, however long the terms are. */
export const MAX_MESSAGE_LENGTH = 2 ** 24;
/** Longest frame: what UDP carries, rounded down to 32. */
const MAX_MTU = 65_504;

/** Fields of the metadata. */
export const METADATA = {
  /** Three i64: the high word is the term's id, the low one its tail. */
  tails: 0,
  /** i32: how often terms were rotated. */
  activeTermCount: 24,
  /** i64: where the stream ended; 2^63 - 1 while it has not. */
  endOfStreamPosition: 128,
  /** i32: whether anybody receives. */
  isConnected: 136,
  /** i32: how many transports feed an image. */
  activeTransportCount: 140,
  /** i64: registration of the publication, or correlation of the image. */
  correlationId: 256,
  /** i32: id of the first term. */
  initialTermId: 264,
  /** i32: longest frame. */
  mtu: 272,
  /** i32: bytes of a term. */
  termLength: 276,
  /** i32: page size that the length of the file is rounded to. */
  pageSize: 280,
  /** u8: whether the publisher took the stream back. */
  isRevoked: 496,
} as const;

/** Words of a frame's header, as indexes of 32 bits. */
export const FRAME = {
  /** 32 + payload; negative while it is written, 0 before. */
  length: 0,
  /** u8 version, u8 flags, u16 type. */
  flagsAndType: 1,
  termOffset: 2,
  sessionId: 3,
  streamId: 4,
  termId: 5,
  /** i64, for the application. */
  reservedValue: 6,
} as const;

/** First frame of a message. */
export const BEGIN_FLAG = 0x80;
/** Last frame of a message. */
export const END_FLAG = 0x40;
/** Both: the only frame of one. */
export const UNFRAGMENTED = 0xc0;
/** Type of a frame that has data; padding has 0. */
export const DATA_TYPE = 1;
/** Type of a frame that readers skip. */
export const PADDING_TYPE = 0;

/** Rounds up to where the next frame starts. */
export function alignFrame(length: number): number {
  return (length + FRAME_HEADER_LENGTH - 1) & -FRAME_HEADER_LENGTH;
}

/** What stands in the metadata of a log and never changes. */
export interface LogShape {
  readonly termLength: number;
  readonly initialTermId: number;
  readonly mtu: number;
}

/**
 * Checks what a log says about itself.
 *
 * @param words The metadata.
 * @param fileLength Length of the file in bytes.
 * @param path For the message of an error.
 * @throws {TypeError} When it is none.
 */
export function readShape(
  words: Int32Array,
  fileLength: number,
  path: string,
): LogShape {
  const termLength = words[METADATA.termLength >> 2] ?? 0;
  const initialTermId = words[METADATA.initialTermId >> 2] ?? 0;
  const mtu = words[METADATA.mtu >> 2] ?? 0;
  const pageSize = words[METADATA.pageSize >> 2] ?? 0;
  if (
    !isPowerOfTwo(termLength) || termLength < MIN_TERM_LENGTH ||
    termLength > MAX_TERM_LENGTH
  ) refuse(path, `its terms have ${termLength} bytes`);
  if (mtu <= FRAME_HEADER_LENGTH || mtu > MAX_MTU || mtu % 32 !== 0) {
    refuse(path, `its frames have ${mtu} bytes`);
  }
  if (!isPowerOfTwo(pageSize) || pageSize < METADATA_LENGTH) {
    refuse(path, `its pages have ${pageSize} bytes`);
  }
  const whole = TERMS * termLength + METADATA_LENGTH;
  if (fileLength !== Math.ceil(whole / pageSize) * pageSize) {
    refuse(path, `its terms have ${termLength} bytes, and it ${fileLength}`);
  }
  return { termLength, initialTermId, mtu };
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

function refuse(path: string, reason: string): never {
  throw new TypeError(
    `Cannot use log ${JSON.stringify(path)}: corrupt log: ${reason}`,
  );
}

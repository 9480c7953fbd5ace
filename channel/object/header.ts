/**
 * What an object of this library says of itself in its control words: who
 * created it, and a label. Foreign peers neither write nor read it; in what they
 * made it is zero.
 *
 * @module
 */

import { describe } from "../../memory/checks/integers.ts";
import { processStartTime } from "../../memory/checks/process_start.ts";

/** Bytes of a label, padded with zeros. */
export const LABEL_LENGTH = 32;

/** Where the header lies, in bytes from the end of the data area. */
export interface HeaderOffsets {
  /** The creator's process id, 32 bits. */
  readonly creatorPid: number;
  /** Low 32 bits of when that process started, in ticks since the machine did. */
  readonly creatorStart: number;
  /** {@linkcode LABEL_LENGTH} bytes of UTF-8. */
  readonly label: number;
}

/** Who created an object. */
export interface Creator {
  /** Its process id, in its own PID namespace. */
  readonly pid: number;
  /** Low 32 bits of its start time, field 22 of `/proc/PID/stat`. */
  readonly startTime: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Checks a label. */
export function checkLabel(label: string): void {
  if (typeof label !== "string") {
    throw new TypeError(
      `Cannot use the label: it must be a string: received ${describe(label)}`,
    );
  }
  if (label.includes("\0")) {
    throw new TypeError("Cannot use the label: it contains a NUL");
  }
  const { byteLength } = encoder.encode(label);
  if (byteLength > LABEL_LENGTH) {
    throw new RangeError(
      `Cannot use the label: it has ${byteLength} bytes, and ${LABEL_LENGTH} are allowed`,
    );
  }
}

/** The header of an object. */
export class ObjectHeader {
  readonly #view: DataView;
  readonly #offsets: HeaderOffsets;

  /**
   * Names the bytes.
   *
   * @param bytes The object's memory.
   * @param start Where the data area ends.
   */
  constructor(bytes: Uint8Array, start: number, offsets: HeaderOffsets) {
    this.#view = new DataView(
      bytes.buffer,
      bytes.byteOffset + start,
      bytes.byteLength - start,
    );
    this.#offsets = offsets;
  }

  /** Says that this process created the object. */
  write(label: string): void {
    const { creatorPid, creatorStart, label: start } = this.#offsets;
    const view = this.#view;
    encoder.encode(label).forEach((byte, i) => view.setUint8(start + i, byte));
    view.setUint32(creatorStart, processStartTime() >>> 0, true);
    view.setUint32(creatorPid, Deno.pid, true);
  }

  /** The label; empty when there is none. */
  get label(): string {
    const { label } = this.#offsets;
    // A copy: memory that others write must not be decoded in place.
    const bytes = Uint8Array.from(
      { length: LABEL_LENGTH },
      (_, i) => this.#view.getUint8(label + i),
    );
    const end = bytes.indexOf(0);
    return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
  }

  /** Who created it; nothing when a program did that does not say so. */
  get creator(): Creator | undefined {
    const { creatorPid, creatorStart } = this.#offsets;
    const pid = this.#view.getUint32(creatorPid, true);
    if (pid === 0) return undefined;
    return { pid, startTime: this.#view.getUint32(creatorStart, true) };
  }
}

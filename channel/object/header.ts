/**
 * What an object of this library says of itself in its control words: who
 * created it, and a label. Foreign peers neither write nor read it; in what they
 * made it is zero.
 *
 * @module
 */

import { readLabel, writeLabel } from "../../memory/checks/label.ts";
import { processStartTime } from "../../memory/checks/process_start.ts";

/** Where the header lies, in bytes from the end of the data area. */
export interface HeaderOffsets {
  /** The creator's process id, 32 bits. */
  readonly creatorPid: number;
  /** Low 32 bits of when that process started, in ticks since the machine did. */
  readonly creatorStart: number;
  /** `LABEL_LENGTH` bytes of UTF-8. */
  readonly label: number;
}

/** Who created an object. */
export interface Creator {
  /** Its process id, in its own PID namespace. */
  readonly pid: number;
  /** Low 32 bits of its start time, field 22 of `/proc/PID/stat`. */
  readonly startTime: number;
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
    writeLabel(view, start, label);
    view.setUint32(creatorStart, processStartTime() >>> 0, true);
    view.setUint32(creatorPid, Deno.pid, true);
  }

  /** The label; empty when there is none. */
  get label(): string {
    return readLabel(this.#view, this.#offsets.label);
  }

  /** Who created it; nothing when a program did that does not say so. */
  get creator(): Creator | undefined {
    const { creatorPid, creatorStart } = this.#offsets;
    const pid = this.#view.getUint32(creatorPid, true);
    if (pid === 0) return undefined;
    return { pid, startTime: this.#view.getUint32(creatorStart, true) };
  }
}

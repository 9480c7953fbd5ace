/** Where the low halves of the pids are, from the end of the data area on. */
const LOW_LINES = [456, 520] as const;
const PIDS_PER_LINE = 28;

/** Where the high bytes are. */
const HIGH = 704;

/**
 * The process ids of 56 senders, in three bytes each, because there is no room for
 * more: Linux has at most 2^22 (`pid_max` in `proc(5)`). Each is written before its
 * sender says that it is there.
 */
export class SenderPids {
  readonly #bytes: Uint8Array;

  /**
   * Names the bytes.
   *
   * @param bytes The ring's memory.
   * @param start Where the data area ends.
   */
  constructor(bytes: Uint8Array, start: number) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#bytes = new Uint8Array(
      buffer,
      byteOffset + start,
      byteLength - start,
    );
  }

  /** The pid of a sender; 0 when it is not known. */
  get(slot: number): number {
    const low = lowOf(slot);
    const bytes = this.#bytes;
    return bytes[low]! | bytes[low + 1]! << 8 | bytes[HIGH + slot]! << 16;
  }

  /** Says which process a sender is. */
  set(slot: number, pid: number): void {
    const low = lowOf(slot);
    const bytes = this.#bytes;
    bytes[low] = pid;
    bytes[low + 1] = pid >> 8;
    bytes[HIGH + slot] = pid >> 16;
  }
}

function lowOf(slot: number): number {
  const line = LOW_LINES[Math.trunc(slot / PIDS_PER_LINE)] ?? 0;
  return line + 2 * (slot % PIDS_PER_LINE);
}

/** A message as it was received. */
export interface Message {
  /** Type that its sender gave it, 1 to 2^31 - 1. */
  readonly typeId: number;
  /**
   * Its bytes, a copy that nobody else writes. Short messages share a buffer with
   * others, so take `bytes.slice()` to transfer one.
   */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How a message is sent. */
export interface MessageOptions {
  /** Type of the message, 1 to 2^31 - 1, for the receiver to tell them apart. Default: 1. */
  readonly typeId?: number;
}

/** A message that was received, as a copy. */
export interface AeronMessage {
  /** The message. Short ones share a buffer: copy one before you transfer it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Session of the publisher. */
  readonly sessionId: number;
  /** Stream. */
  readonly streamId: number;
  /** Position of the publisher's stream behind the message. */
  readonly position: bigint;
  /** 64 bits that the publisher sent with it. */
  readonly reservedValue: bigint;
}

/** When a loop over messages ends. */
export interface MessagesOptions {
  /**
   * `"closed"`: when the subscription is closed. `"last-image"`: also when a publisher has
   * been there and none is any more. Default: `"closed"`.
   */
  readonly until?: "closed" | "last-image";
  /** Ends the loop with its reason. */
  readonly signal?: AbortSignal;
}

import type { WaitOptions } from "../../memory/waiting/wait_options.ts";

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

/** Options of a message. */
export interface MessageOptions {
  /** Type of the message, 1 to 2^31 - 1, for the receiver to tell them apart. Default: 1. */
  readonly typeId?: number;
}

/** Options of `send`; what ends the wait for room leaves the message unsent. */
export interface SendOptions extends MessageOptions, WaitOptions {}

/** Options of `receive`; what ends the wait loses no message. */
export type ReceiveOptions = WaitOptions;

/** How full a channel is. */
export interface Usage {
  /** Bytes of the data area. */
  readonly capacity: number;
  /** Bytes of it that hold messages, with their headers and padding. */
  readonly used: number;
}

/** What waits to be received. */
export interface Pending {
  /** How many messages. */
  readonly messages: number;
  /** Their bytes, without headers. */
  readonly bytes: number;
}

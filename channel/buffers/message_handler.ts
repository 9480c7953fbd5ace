/**
 * Receives a message where it lies.
 *
 * @param typeId Type of the message.
 * @param bytes All memory of the ring.
 * @param offset Where the message starts in it.
 * @param length How long the message is. Copy what must outlive the call: the
 * memory is written again afterwards.
 */
export type MessageHandler = (
  typeId: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
) => void;

/**
 * What a handler of `controlledRead` wants: `"abort"`, leave
 * this message for later and stop; `"break"`, stop after it; `"commit"`,
 * release the memory of it and those before at once; `"continue"`, go on.
 */
export type ControlledAction = "abort" | "break" | "commit" | "continue";

/** Receives a message and says how to go on; nothing means `"continue"`. */
export type ControlledMessageHandler = (
  typeId: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
) => ControlledAction | void;

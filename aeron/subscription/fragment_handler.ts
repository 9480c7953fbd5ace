import type { ControlledAction } from "../../channel/buffers/message_handler.ts";
import type { FrameHeader } from "./frame_header.ts";

export type { ControlledAction };

/**
 * Takes a frame's message. The memory is the log's: it is only valid until the handler
 * returns, because the driver cleans what was read; and it is not to be written.
 *
 * @param bytes The memory around the message.
 * @param offset Where it starts.
 * @param length Its length.
 * @param header What else is known of it.
 */
export type FragmentHandler = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  header: FrameHeader,
) => void;

/**
 * The same, and says what becomes of the message: `"continue"`; `"commit"`: the position
 * moves behind it at once; `"break"`: it was taken, and enough for now; `"abort"`: it was
 * not taken, and comes again.
 */
export type ControlledFragmentHandler = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  header: FrameHeader,
) => ControlledAction;

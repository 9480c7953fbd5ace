import { describe } from "../../memory/checks/integers.ts";
import { checkInteger } from "../../memory/checks/integers.ts";

/** A channel's URI, or something that becomes one as text. */
export type ChannelLike = string | { toString(): string };

const MAX_CHANNEL_LENGTH = 4096;
/** What the driver takes apart; the rest is its to check. */
const CHANNEL = /^aeron(-spy)?:[\x21-\x7e ]+$/;

/**
 * The URI as text.
 *
 * @throws {TypeError} When it is none.
 */
export function checkChannel(channel: ChannelLike): string {
  if (
    typeof channel !== "string" &&
    (typeof channel !== "object" || channel === null)
  ) {
    throw new TypeError(
      `Cannot use the channel: it must be a URI: received ${describe(channel)}`,
    );
  }
  let text: string;
  try {
    text = `${channel}`;
  } catch (cause) {
    throw new TypeError(
      "Cannot use the channel: it must be a URI, and its text cannot be had",
      { cause },
    );
  }
  if (!CHANNEL.test(text) || text.length > MAX_CHANNEL_LENGTH) {
    throw new TypeError(
      `Cannot use the channel: it must be a URI such as "aeron:ipc" or "aeron:udp?endpoint=host:port", of ASCII characters: received ${
        describe(text.slice(0, 200))
      }`,
    );
  }
  return text;
}

/** Checks the id of a stream: any 32-bit integer. */
export function checkStreamId(streamId: number): number {
  return checkInteger(streamId, "streamId", -0x8000_0000, 0x7fff_ffff);
}

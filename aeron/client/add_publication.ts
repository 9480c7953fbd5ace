import {
  assemblePublication,
  type MakeSpace,
  type PublicationParts,
} from "../publication/publication_parts.ts";
import {
  type ChannelLike,
  checkChannel,
  checkStreamId,
} from "./channel_like.ts";
import type { CommandType } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";

/** Adds a publication of either kind. */
export async function addPublication<Added>(
  conductor: Conductor,
  command: CommandType,
  channel: ChannelLike,
  streamId: number,
  makeSpace: MakeSpace,
  make: (parts: PublicationParts) => Added,
): Promise<Added> {
  const text = checkChannel(channel);
  checkStreamId(streamId);
  return await conductor.request(
    `add publication to stream ${streamId} of ${JSON.stringify(text)}`,
    command,
    [{ i32: streamId }, { text }],
    (answer) => {
      if (answer.type !== "publication-ready") {
        throw new TypeError(
          `Cannot add publication: corrupt answer: the media driver says ${answer.type}; restart it`,
        );
      }
      return make(assemblePublication(conductor, text, answer, makeSpace));
    },
  );
}

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
import { COMMAND, type CommandType } from "../conductor/commands.ts";
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
      try {
        return make(assemblePublication(conductor, text, answer, makeSpace));
      } catch (error) {
        // The driver has it already.
        const fields = [{ i64: answer.correlationId }, { i64: 0n }];
        conductor.tell("remove", COMMAND.removePublication, fields);
        throw error;
      }
    },
  );
}

import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import { ExclusivePublication } from "../publication/exclusive_publication.ts";
import { Publication } from "../publication/publication.ts";
import { SECRET } from "../publication/publication_base.ts";
import {
  assemblePublication,
  type MakeSpace,
  type PublicationParts,
} from "../publication/publication_parts.ts";
import { ExclusiveSpace } from "../publication/space/exclusive_space.ts";
import { SharedSpace } from "../publication/space/shared_space.ts";
import {
  type ChannelLike,
  checkChannel,
  checkStreamId,
} from "./channel_like.ts";
import { COMMAND, type CommandType } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";
import { readSparse } from "./options.ts";

/** Options of `addPublication` and `addExclusivePublication`. */
export interface PublicationOptions {
  /**
   * Map the log without reserving its pages, and risk SIGBUS when `/dev/shm` is full.
   * Default: `sparse` of the client.
   */
  readonly sparse?: boolean;
}

const NAMES: OptionNames<PublicationOptions> = { sparse: true };

/** A kind of publications. */
export interface PublicationKind<Added> {
  readonly command: CommandType;
  readonly makeSpace: MakeSpace;
  readonly make: (parts: PublicationParts) => Added;
}

/** Those that write to a log with others. */
export const SHARED: PublicationKind<Publication> = {
  command: COMMAND.addPublication,
  makeSpace: (log, limit, writer) => new SharedSpace(log, limit, writer),
  make: (parts) => new Publication(SECRET, parts),
};

/** Those with a log of their own. */
export const EXCLUSIVE: PublicationKind<ExclusivePublication> = {
  command: COMMAND.addExclusivePublication,
  makeSpace: (log, limit, writer) => new ExclusiveSpace(log, limit, writer),
  make: (parts) => new ExclusivePublication(SECRET, parts),
};

/** Adds a publication of either kind. */
export async function addPublication<Added>(
  conductor: Conductor,
  { command, makeSpace, make }: PublicationKind<Added>,
  channel: ChannelLike,
  streamId: number,
  options: PublicationOptions | undefined,
): Promise<Added> {
  const text = checkChannel(channel);
  checkStreamId(streamId);
  const sparse = readSparse(readOptions(options, NAMES, "add publication"));
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
        return make(
          assemblePublication(conductor, text, answer, makeSpace, sparse),
        );
      } catch (error) {
        // The driver has it already.
        const fields = [{ i64: answer.correlationId }, { i64: 0n }];
        conductor.tell("remove", COMMAND.removePublication, fields);
        throw error;
      }
    },
  );
}

import { describe } from "../../memory/checks/integers.ts";
import { checkFlag, readOptions } from "../../memory/checks/options.ts";
import {
  type ChannelLike,
  checkChannel,
  checkStreamId,
} from "../client/channel_like.ts";

/** How a channel is recorded. */
export interface RecordOptions {
  /**
   * Where its publishers are: of the archive's own driver (`"local"`: what is sent is
   * recorded on its way out), or elsewhere (`"remote"`: the archive subscribes).
   * Default: `"local"`.
   */
  readonly source?: "local" | "remote" | undefined;
  /** Whether the channel is no longer recorded when its first publisher ends. Default: false. */
  readonly autoStop?: boolean | undefined;
}

/** What a request to record says. */
export function recordValues(
  operation: string,
  channel: ChannelLike,
  streamId: number,
  options: RecordOptions | undefined,
) {
  const { source = "local", autoStop } = readOptions(
    options,
    { source: true, autoStop: true },
    operation,
  );
  if (source !== "local" && source !== "remote") {
    throw new TypeError(
      `Cannot ${operation}: source must be "local" or "remote": received ${
        describe(source)
      }`,
    );
  }
  return {
    channel: checkChannel(channel),
    streamId: checkStreamId(streamId),
    sourceLocation: source === "local" ? 0 : 1,
    autoStop: checkFlag(autoStop, "autoStop") ? 1 : 0,
  };
}

import { checkInteger } from "../../memory/checks/integers.ts";
import { readOptions } from "../../memory/checks/options.ts";
import {
  SUBSCRIPTION_OPTIONS,
  type SubscriptionOptions,
} from "../client/add_subscription.ts";
import {
  type ChannelLike,
  checkChannel,
  checkStreamId,
} from "../client/channel_like.ts";
import { checkId, checkPosition } from "./archive_checks.ts";

/** Which part of a recording is replayed, and how. */
export interface ReplayOptions {
  /** Where to start, as the stream counted. Default: where the recording starts. */
  readonly position?: bigint | undefined;
  /** How many bytes of the stream. Default: to its end, and on while it is recorded. */
  readonly length?: bigint | undefined;
  /** A counter of the driver's that says how far the replay may go. Default: none. */
  readonly limitCounterId?: number | undefined;
  /** Bytes that the archive reads from the file at once. Default: its own choice. */
  readonly fileReadLength?: number | undefined;
}

const REPLAY_OPTIONS = {
  position: true,
  length: true,
  limitCounterId: true,
  fileReadLength: true,
} as const;

/** What stands in a request where nothing is said. */
const NULL_I64 = -1n;
const NULL_I32 = -0x8000_0000;
const UNTIL_THE_END = 2n ** 63n - 1n;

/** What a request to replay says, and the counter that limits it. */
export function replayValues(
  operation: string,
  recordingId: bigint,
  channel: ChannelLike,
  streamId: number,
  options: ReplayOptions | undefined,
) {
  const given = readOptions(options, REPLAY_OPTIONS, operation);
  const { position, length, limitCounterId, fileReadLength } = given;
  return {
    recordingId: checkId(recordingId, "recordingId"),
    position: position === undefined ? NULL_I64 : checkPosition(position),
    length: length === undefined
      ? UNTIL_THE_END
      : checkPosition(length, "length"),
    replayStreamId: checkStreamId(streamId),
    fileIoMaxLength: fileReadLength === undefined
      ? NULL_I32
      : checkInteger(fileReadLength, "fileReadLength", 4096, 0x7fff_ffff),
    replayToken: NULL_I64,
    replayChannel: checkChannel(channel),
    limitCounterId: limitCounterId === undefined
      ? undefined
      : checkInteger(limitCounterId, "limitCounterId", 0, 0x7fff_ffff),
  };
}

/** Takes apart what a replay to a subscription is told: of the one, and of the other. */
export function splitOptions(
  options: (ReplayOptions & SubscriptionOptions) | undefined,
  operation: string,
): {
  readonly replay: ReplayOptions;
  readonly subscription: SubscriptionOptions;
} {
  const { onAvailableImage, onUnavailableImage, sparse, ...replay } =
    readOptions(
      options,
      { ...REPLAY_OPTIONS, ...SUBSCRIPTION_OPTIONS },
      operation,
    );
  const subscription = {
    ...onAvailableImage === undefined ? {} : { onAvailableImage },
    ...onUnavailableImage === undefined ? {} : { onUnavailableImage },
    ...sparse === undefined ? {} : { sparse },
  };
  return { replay, subscription };
}

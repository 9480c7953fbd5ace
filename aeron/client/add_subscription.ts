import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import { type ImageEvents, ImageSet } from "../subscription/image_set.ts";
import {
  Subscription,
  SUBSCRIPTION_SECRET,
} from "../subscription/subscription.ts";
import {
  type ChannelLike,
  checkChannel,
  checkStreamId,
} from "./channel_like.ts";
import { COMMAND } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";
import { readSparse } from "./options.ts";

/** Options of `addSubscription`. */
export interface SubscriptionOptions extends ImageEvents {
  /**
   * Map the logs of images without reserving their pages, and risk SIGBUS when
   * `/dev/shm` is full. Default: `sparse` of the client.
   */
  readonly sparse?: boolean;
}

/** Their names. */
export const SUBSCRIPTION_OPTIONS: OptionNames<SubscriptionOptions> = {
  onAvailableImage: true,
  onUnavailableImage: true,
  sparse: true,
};

/** Adds a subscription. */
export async function addSubscription(
  conductor: Conductor,
  channel: ChannelLike,
  streamId: number,
  options: SubscriptionOptions | undefined,
): Promise<Subscription> {
  const text = checkChannel(channel);
  checkStreamId(streamId);
  const events = readOptions(options, SUBSCRIPTION_OPTIONS, "add subscription");
  for (const handler of [events.onAvailableImage, events.onUnavailableImage]) {
    if (handler === undefined || typeof handler === "function") continue;
    throw new TypeError(
      `Cannot add subscription: what is told of images must be a function: received ${
        describe(handler)
      }`,
    );
  }
  const sparse = readSparse(events);
  // Before the command is sent: images may be announced before it is answered.
  let added: ImageSet | undefined;
  const add = (id: bigint) =>
    added = new ImageSet(conductor, id, events, sparse);
  return await conductor.request(
    `add subscription to stream ${streamId} of ${JSON.stringify(text)}`,
    COMMAND.addSubscription,
    [{ i64: -1n }, { i32: streamId }, { text }],
    (answer) => {
      const images = added ?? add(answer.correlationId);
      if (images.failure !== undefined) throw images.failure;
      return new Subscription(SUBSCRIPTION_SECRET, {
        conductor,
        channel: text,
        streamId,
        images,
        channelStatusId: "value" in answer ? answer.value : -1,
      });
    },
    add,
  );
}

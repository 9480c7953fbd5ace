import { checkBroadcast } from "../../../channel/carrier/broadcast_channel.ts";
import { RingChannel } from "../../../channel/carrier/ring_channel.ts";
import { BROADCAST_TRAILER_LENGTH } from "../../../channel/broadcast/broadcast_layout.ts";
import {
  checkCreation,
  createChannelObject,
} from "../../../channel/object/create_object.ts";
import type { ChannelOptions } from "../../../channel/object/options.ts";

/**
 * Creates a channel in which nobody takes part yet: an end that is created and
 * closed again would leave word that it has been there.
 */
export function createChannel(
  kind: "channel" | "channel-many" | "broadcast",
  name: string,
  options: ChannelOptions,
): void {
  if (kind !== "broadcast") {
    const producers = kind === "channel" ? "one" : "many";
    RingChannel.create(name, { ...options, producers }).object.close();
    return;
  }
  const creation = checkCreation(options, name);
  const object = createChannelObject(name, creation, BROADCAST_TRAILER_LENGTH);
  checkBroadcast(object, creation).control.setKind();
  object.close();
}

import { type ChannelLike, checkChannel } from "../client/channel_like.ts";
import type { CommandType } from "./commands.ts";
import type { Conductor } from "./conductor.ts";

/**
 * Adds a destination to a publication or subscription.
 *
 * @returns Its id.
 */
export async function addDestination(
  conductor: Conductor,
  command: CommandType,
  registrationId: bigint,
  channel: ChannelLike,
): Promise<bigint> {
  const text = checkChannel(channel);
  return await conductor.request(
    `add destination ${JSON.stringify(text)}`,
    command,
    [{ i64: registrationId }, { text }],
    ({ correlationId }) => correlationId,
  );
}

/** Removes a destination. */
export async function removeDestination(
  conductor: Conductor,
  command: CommandType,
  registrationId: bigint,
  destination: ChannelLike | bigint,
): Promise<void> {
  const field = typeof destination === "bigint"
    ? { i64: destination }
    : { text: checkChannel(destination) };
  const shown = "text" in field ? JSON.stringify(field.text) : field.i64;
  await conductor.request(
    `remove destination ${shown}`,
    command,
    [{ i64: registrationId }, field],
    () => undefined,
  );
}

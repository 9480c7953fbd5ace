import { Counters } from "../cnc/counters.ts";
import type { Conductor } from "./conductor.ts";

/**
 * What the driver says of a channel: `"active"` when its sockets are open; `"closed"` once
 * what uses it is closed.
 */
export type ChannelStatus =
  | "initializing"
  | "active"
  | "errored"
  | "closing"
  | "closed";

const WORDS: ReadonlyMap<bigint, ChannelStatus> = new Map([
  [-1n, "errored"],
  [0n, "initializing"],
  [1n, "active"],
  [2n, "closing"],
]);

/** Counters with an address of a channel. */
const LOCAL_ADDRESS_TYPE = 14;
/** Longest text in such a counter's key. */
const MAX_ADDRESS = 104;

/** Reads the state of a channel; one without a network is active. */
export function readStatus(
  conductor: Conductor,
  channelStatusId: number,
): ChannelStatus {
  if (channelStatusId === -1) return "active";
  const { metadata, values } = conductor.cnc;
  const value = new Counters(metadata, values).value(channelStatusId);
  return WORDS.get(value) ?? "closed";
}

const decoder = new TextDecoder();

/** The addresses and ports that the sockets of a channel are bound to. */
export function localAddresses(
  conductor: Conductor,
  channelStatusId: number,
): string[] {
  const { metadata, values } = conductor.cnc;
  const addresses: string[] = [];
  for (const { typeId, key, value } of new Counters(metadata, values)) {
    if (typeId !== LOCAL_ADDRESS_TYPE || value !== 1n) continue;
    const view = new DataView(key.buffer);
    if (view.getInt32(0, true) !== channelStatusId) continue;
    const length = view.getInt32(4, true);
    if (length < 0 || length > MAX_ADDRESS) continue;
    addresses.push(decoder.decode(key.slice(8, 8 + length)));
  }
  return addresses;
}

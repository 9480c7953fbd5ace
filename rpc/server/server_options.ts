import { checkInteger } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import { type Codec, type CodecName, codecNamed } from "../wire/codec.ts";
import {
  type CheckedPlace,
  checkPlace,
  type Place,
} from "../../store/object/place.ts";
import { CLIENT_SUFFIX_LENGTH } from "../wire/frames.ts";
import { LANE_ROOM, MAX_LANES, SPARE } from "../wire/lanes.ts";
import { checkLongest } from "../wire/longest.ts";
import type { LaneOptions } from "./lanes.ts";

/** How {@linkcode Server.listen} listens. */
export interface ServerOptions {
  /** How values become bytes; clients say the same. Default: `"json"`. */
  readonly codec?: CodecName;
  /** Bytes of the ring that requests come in, at least 256. Default: 2^20. */
  readonly capacity?: number;
  /** Bytes of the longest request. Default: 2^26. */
  readonly maxRequestLength?: number;
  /**
   * How many clients there may be at once. For each 56 of them there is one more
   * ring of `capacity`, made when they come. Default: 1000.
   */
  readonly maxClients?: number;
  /**
   * How many calls of one client may be under way, with those whose answers it has
   * not read; one that has more is left, as if the server had ended. Default: 2^18.
   */
  readonly maxCalls?: number;
  /** Permission bits of the channel. Default: 0o600. */
  readonly mode?: number;
  /** What people and tools are shown, up to 32 bytes of UTF-8. Default: none. */
  readonly label?: string;
}

/** What a handler is told about a call. */
export interface CallContext {
  /** Fires when the client cancels, runs out of time, or ends. */
  readonly signal: AbortSignal;
  /** Tells one client from another. */
  readonly client: string;
}

/**
 * Answers a call: with a value, or with an async iterable for
 * `client.stream()`. What it throws goes to the client.
 */
export type Handler = (request: unknown, context: CallContext) => unknown;

const OPTION_NAMES: OptionNames<ServerOptions> = {
  codec: true,
  capacity: true,
  maxRequestLength: true,
  maxClients: true,
  maxCalls: true,
  mode: true,
  label: true,
};

/** As many as there is room for in all lanes. */
const MOST_CLIENTS = MAX_LANES * LANE_ROOM - SPARE;

/** Calls have numbers of 32 bits. */
const MOST_CALLS = 2 ** 32;

/** In a smaller ring there is no room for a client to say that it has come. */
const SMALLEST_RING = 256;
const LARGEST_RING = 2 ** 30;

/** Of Linux, in bytes. */
const LONGEST_NAME = 255;

/** What a server takes at most. */
export interface Limits {
  /** Bytes of a request. */
  readonly longest: number;
  readonly clients: number;
  /** Calls of a client that are under way. */
  readonly calls: number;
}

/** Reads how a server listens, once, and checks it. */
export function readServerOptions(options: ServerOptions | undefined): {
  readonly codec: Codec;
  readonly limits: Limits;
  readonly lanes: LaneOptions;
} {
  const {
    codec = "json",
    capacity = 2 ** 20,
    maxRequestLength = 2 ** 26,
    maxClients = 1000,
    maxCalls = 2 ** 18,
    mode = 0o600,
    label = "",
  } = readOptions(options, OPTION_NAMES, "listen");
  const checked = codecNamed(codec);
  checkLongest(maxRequestLength, "listen: maxRequestLength");
  checkInteger(maxClients, "maxClients", 1, MOST_CLIENTS);
  checkInteger(maxCalls, "maxCalls", 1, MOST_CALLS);
  checkInteger(capacity, "capacity", SMALLEST_RING, LARGEST_RING);
  return {
    codec: checked,
    limits: { longest: maxRequestLength, clients: maxClients, calls: maxCalls },
    lanes: { capacity, mode, label },
  };
}

/**
 * Checks where a server listens: clients make names of their own beside it.
 *
 * @throws {RangeError} When these would be too long.
 */
export function readServerPlace(place: Place): CheckedPlace {
  const checked = checkPlace(place);
  const name = checked.name.slice(checked.name.lastIndexOf("/") + 1);
  const { byteLength } = new TextEncoder().encode(name);
  const longest = LONGEST_NAME - CLIENT_SUFFIX_LENGTH;
  if (byteLength <= longest) return checked;
  throw new RangeError(
    `Cannot listen on ${
      JSON.stringify(name)
    }: it has ${byteLength} bytes, and may have ${longest}, because clients put ${CLIENT_SUFFIX_LENGTH} behind it`,
  );
}

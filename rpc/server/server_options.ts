import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import { type Codec, type CodecName, codecNamed } from "../wire/codec.ts";

/** How {@linkcode Server.listen} listens. */
export interface ServerOptions {
  /** How values become bytes; clients say the same. Default: `"json"`. */
  readonly codec?: CodecName;
  /** Bytes of the ring that requests come in. Default: 2^20. */
  readonly capacity?: number;
  /** Bytes of the longest request. Default: 2^26. */
  readonly maxRequestLength?: number;
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
  mode: true,
  label: true,
};

/** Reads how a server listens, once, and checks it. */
export function readServerOptions(options: ServerOptions | undefined): {
  readonly codec: Codec;
  readonly longest: number;
  readonly channel: {
    readonly capacity: number;
    readonly mode: number;
    readonly label: string;
  };
} {
  const {
    codec = "json",
    capacity = 2 ** 20,
    maxRequestLength = 2 ** 26,
    mode = 0o600,
    label = "",
  } = readOptions(options, OPTION_NAMES, "listen");
  const checked = codecNamed(codec);
  if (!(Number.isInteger(maxRequestLength) && maxRequestLength >= 1)) {
    throw new RangeError(
      `Cannot listen: maxRequestLength must be an integer, 1 or more: received ${
        describe(maxRequestLength)
      }`,
    );
  }
  return {
    codec: checked,
    longest: maxRequestLength,
    channel: { capacity, mode, label },
  };
}

import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import {
  type Patience,
  readPatience,
  WAIT_OPTIONS,
} from "../../store/object/wait_for.ts";
import { type Codec, type CodecName, codecNamed } from "../wire/codec.ts";
import { checkLongest } from "../wire/longest.ts";

/** How {@linkcode Client.connect} connects. */
export interface ClientOptions extends WaitOptions {
  /** How values become bytes; the server says the same. Default: `"json"`. */
  readonly codec?: CodecName;
  /** Bytes of the ring that answers come in. Default: 2^20. */
  readonly capacity?: number;
  /** Bytes of the longest answer. Default: 2^30. */
  readonly maxResponseLength?: number;
}

const OPTION_NAMES: OptionNames<ClientOptions> = {
  codec: true,
  capacity: true,
  maxResponseLength: true,
  ...WAIT_OPTIONS,
};

/** Reads how a client connects, once, and checks it. */
export function readClientOptions(options: ClientOptions | undefined): {
  readonly codec: Codec;
  readonly capacity: number;
  readonly longest: number;
  readonly patience: Patience;
} {
  const {
    codec = "json",
    capacity = 2 ** 20,
    maxResponseLength = 2 ** 30,
    ...wait
  } = readOptions(options, OPTION_NAMES, "connect");
  checkLongest(maxResponseLength, "connect: maxResponseLength");
  return {
    codec: codecNamed(codec),
    capacity,
    longest: maxResponseLength,
    patience: readPatience(wait, "connect"),
  };
}

/** How a call waits that was told nothing. */
const NO_LIMIT = { timeoutMs: Infinity, signal: undefined };

/** Reads how a call waits. */
export function readCallOptions(
  options: WaitOptions | undefined,
): Pick<Patience, "timeoutMs" | "signal"> {
  return options === undefined ? NO_LIMIT : readPatience(options, "call");
}

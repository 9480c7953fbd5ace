import type { OptionNames } from "../../memory/checks/options.ts";
import type { ValueLayout } from "../../memory/checks/value_layout.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";

/** Options for creating a channel of any kind. */
export interface ChannelOptions {
  /**
   * Bytes of the data area, a power of two from 64 to 2^30. A message may have
   * an eighth of it. Default: what `maxMessageLength` needs, else 1 MiB, or more if
   * one of `layout` needs that; with `ifExists: "open"`, what the channel has.
   */
  readonly capacity?: number;
  /**
   * Bytes of the longest message, up to 2^27, when the capacity is to be chosen
   * by it: the smallest of which it is an eighth. Default: what the capacity
   * allows.
   */
  readonly maxMessageLength?: number;
  /** Permission bits, exactly these; of a file, less the umask. Default: 0o600. */
  readonly mode?: number;
  /**
   * What to do when the name is taken: `"open"` opens what is there, so that
   * either side may come first. Default: `"fail"`, with EEXIST.
   */
  readonly ifExists?: "fail" | "open";
  /**
   * What to do when the name is taken by an object that no process has open,
   * such as one that a crash left; not for a path. Default: `"fail"`, with EEXIST.
   */
  readonly ifStale?: "fail" | "replace";
  /**
   * A text that tools show beside the name, up to 32 bytes of UTF-8. It is kept
   * in the object, by who creates it. Default: none.
   */
  readonly label?: string;
  /**
   * The layout of messages. Opening the channel with another one fails; messages
   * themselves are not checked. The object becomes 3328 bytes longer. Default: none.
   */
  readonly layout?: ValueLayout;
}

/** How long `waitFor` waits for the channel to be created. */
export type WaitForOptions = WaitOptions;

/** Names of {@linkcode WaitOptions}. */
export const WAIT_OPTIONS: OptionNames<WaitOptions> = {
  timeoutMs: true,
  signal: true,
};

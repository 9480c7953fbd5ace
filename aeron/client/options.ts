import { describe } from "../../memory/checks/integers.ts";
import {
  checkFlag,
  type OptionNames,
  readOptions,
} from "../../memory/checks/options.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import { defaultDirectory } from "./directory.ts";

/** Options of `Aeron.connect`. */
export interface AeronOptions extends WaitOptions {
  /**
   * Folder of the media driver. Default: `AERON_DIR` where it may be read, else
   * `/dev/shm/aeron-USER`.
   */
  readonly directory?: string;
  /**
   * How long the driver may be silent before it counts as dead, and how long it has for
   * an answer, in milliseconds. It tells the time once a second: with less than two
   * seconds one that lives may count as dead. Default: 10,000.
   */
  readonly driverTimeoutMs?: number;
  /**
   * How long to wait for the driver to be there, in milliseconds. Default:
   * `driverTimeoutMs`.
   */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Map logs without reserving their pages. It saves memory with long terms, of which
   * most is never touched. When `/dev/shm` is full at the first touch of a page, the
   * process dies by SIGBUS; without this option adding fails instead, with ENOSPC.
   * Default: false.
   */
  readonly sparse?: boolean;
  /** Told of errors that belong to no call. Default: they are dropped. */
  readonly onError?: (error: Error) => void;
}

const NAMES: OptionNames<AeronOptions> = {
  directory: true,
  driverTimeoutMs: true,
  timeoutMs: true,
  signal: true,
  sparse: true,
  onError: true,
};

const DEFAULT_TIMEOUT_MS = 10_000;

/** Options of a client, read and checked. */
export interface ClientOptions {
  readonly directory: string;
  readonly driverTimeoutMs: number;
  readonly sparse: boolean;
  readonly onError: (error: Error) => void;
}

/** Reads options of connecting. */
export function readAeronOptions(options: AeronOptions | undefined): {
  readonly client: ClientOptions;
  readonly wait: { timeoutMs: number; signal: AbortSignal | undefined };
} {
  const read = readOptions(options, NAMES, "connect to a media driver");
  const driverTimeoutMs = checkTimeout(
    read.driverTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    "driverTimeoutMs",
  );
  const { directory = defaultDirectory(), onError } = read;
  if (typeof directory !== "string") {
    throw new TypeError(
      `Cannot use directory: it must be a path: received ${
        describe(directory)
      }`,
    );
  }
  if (onError !== undefined && typeof onError !== "function") {
    throw new TypeError(
      `Cannot use onError: it must be a function: received ${
        describe(onError)
      }`,
    );
  }
  return {
    client: {
      // As it is now: the program may change its own folder.
      directory: directory.startsWith("/")
        ? directory
        : `${Deno.cwd()}/${directory}`,
      driverTimeoutMs,
      sparse: checkFlag(read.sparse, "sparse"),
      onError: onError ?? (() => {}),
    },
    wait: {
      timeoutMs: checkTimeout(read.timeoutMs ?? driverTimeoutMs),
      signal: checkSignal(read.signal),
    },
  };
}

/** Reads whether a log is to be sparse; `undefined` when nothing was said. */
export function readSparse(
  { sparse }: { readonly sparse?: boolean },
): boolean | undefined {
  return sparse === undefined ? undefined : checkFlag(sparse, "sparse");
}

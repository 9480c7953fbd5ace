import { isBytes } from "../../channel/buffers/typed_arrays.ts";
import { describe } from "../../memory/checks/integers.ts";
import { readOptions } from "../../memory/checks/options.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import { type ChannelLike, checkStreamId } from "../client/channel_like.ts";
import { ChannelUri } from "../uri/channel_uri.ts";
import type { RecordingSignal } from "./recording.ts";

/**
 * What a client says to an archive that asks who it is. What the bytes mean is
 * between the two; Aeron defines none.
 */
export interface Credentials {
  /** What is said at once. Default: nothing. */
  readonly encoded?: Uint8Array | undefined;
  /** Answers a challenge. Default: with nothing. */
  readonly onChallenge?:
    | ((challenge: Uint8Array) => Uint8Array | Promise<Uint8Array>)
    | undefined;
}

/** How an archive is reached. */
export interface ArchiveOptions extends WaitOptions {
  /** Channel that the archive listens on. Default: `aeron:ipc?term-length=64k`, that of an archive beside the driver. */
  readonly controlChannel?: ChannelLike | undefined;
  /** Stream of it. Default: 10. */
  readonly controlStreamId?: number | undefined;
  /**
   * Channel for the answers. Default: `aeron:ipc?term-length=64k`; over UDP, a
   * free port of `localhost`, which an archive on another host cannot reach: name
   * an address of this host there.
   */
  readonly responseChannel?: ChannelLike | undefined;
  /** Stream for the answers. Default: a random one. */
  readonly responseStreamId?: number | undefined;
  /** How long to wait for each answer, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number | undefined;
  /** Who this is, for an archive that asks. */
  readonly credentials?: Credentials | undefined;
  /** A name that the archive's tools show. Default: `shmem`. */
  readonly name?: string | undefined;
  /** Hears what happens to recordings. */
  readonly onRecordingSignal?: ((signal: RecordingSignal) => void) | undefined;
  /** Hears what went wrong without having been asked for, such as a replay that broke off. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** The options with their defaults. */
export interface CheckedArchiveOptions {
  readonly controlChannel: string;
  readonly controlStreamId: number;
  readonly responseChannel: string;
  readonly responseStreamId: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly credentials: Credentials;
  readonly name: string;
  readonly onRecordingSignal: (signal: RecordingSignal) => void;
  readonly onError: (error: Error) => void;
}

const LOCAL_CHANNEL = "aeron:ipc?term-length=64k";
const CONTROL_STREAM_ID = 10;
const TIMEOUT_MS = 5000;

/** Reads and checks the options. */
export function readArchiveOptions(
  options: ArchiveOptions | undefined,
): CheckedArchiveOptions {
  const given = readOptions<ArchiveOptions>(options, {
    controlChannel: true,
    controlStreamId: true,
    responseChannel: true,
    responseStreamId: true,
    timeoutMs: true,
    signal: true,
    credentials: true,
    name: true,
    onRecordingSignal: true,
    onError: true,
  }, "connect to the archive");
  const control = ChannelUri.parse(
    String(given.controlChannel ?? LOCAL_CHANNEL),
  );
  const response = ChannelUri.parse(
    String(given.responseChannel ?? responseChannelFor(control)),
  );
  return {
    controlChannel: String(control),
    controlStreamId: checkStreamId(
      given.controlStreamId ?? CONTROL_STREAM_ID,
    ),
    responseChannel: String(response),
    responseStreamId: checkStreamId(
      given.responseStreamId ?? randomStreamId(),
    ),
    timeoutMs: checkTimeout(given.timeoutMs ?? TIMEOUT_MS),
    signal: checkSignal(given.signal),
    credentials: checkCredentials(given.credentials),
    name: String(given.name ?? "shmem"),
    onRecordingSignal: checkCallback(
      given.onRecordingSignal,
      "onRecordingSignal",
    ) ?? (() => {}),
    onError: checkCallback(given.onError, "onError") ?? (() => {}),
  };
}

function responseChannelFor(control: ChannelUri): string {
  return control.media === "ipc"
    ? LOCAL_CHANNEL
    : "aeron:udp?endpoint=localhost:0|term-length=64k";
}

/** So that clients of one driver do not see each other's answers. */
function randomStreamId(): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return (random >>> 1) + 1000 & 0x7fff_ffff;
}

function checkCredentials(credentials: Credentials | undefined): Credentials {
  const given = readOptions<Credentials>(
    credentials,
    { encoded: true, onChallenge: true },
    "use the credentials",
  );
  const { encoded } = given;
  if (encoded !== undefined && !isBytes(encoded)) {
    throw new TypeError(
      `Cannot use the credentials: encoded must be a Uint8Array: received ${
        describe(encoded)
      }`,
    );
  }
  const onChallenge = checkCallback(given.onChallenge, "onChallenge");
  // A copy: the caller may wipe its own.
  return {
    ...encoded === undefined ? {} : { encoded: encoded.slice() },
    ...onChallenge === undefined ? {} : { onChallenge },
  };
}

function checkCallback<Callback>(
  callback: Callback,
  name: string,
): Callback {
  if (callback === undefined || typeof callback === "function") return callback;
  throw new TypeError(
    `Cannot use ${name}: it must be a function: received ${describe(callback)}`,
  );
}

import { checkFlag, readOptions } from "../../memory/checks/options.ts";
import { checkSignal } from "../../memory/waiting/wait_options.ts";
import { AeronArchive } from "../archive/aeron_archive.ts";
import {
  checkFragment,
  checkId,
  checkPosition,
} from "../archive/archive_checks.ts";
import type { Recording } from "../archive/recording.ts";
import { type ChannelLike, checkStreamId } from "../client/channel_like.ts";
import type { AeronMessage } from "../subscription/messages.ts";

/** Which recordings are a stream, and where reading starts. */
export interface RecordedStreamOptions {
  /** Text that the channel of the recordings contains. Default: any. */
  readonly channel?: string | undefined;
  /** Stream that they were published on. */
  readonly streamId: number;
  /** Channel for the replay. Default: `aeron:ipc?term-length=1m`. */
  readonly replayChannel?: ChannelLike | undefined;
  /** Stream for the replay. Default: a random one. */
  readonly replayStreamId?: number | undefined;
  /** Where to start. Default: with the oldest recording. */
  readonly from?: StreamPlace | undefined;
  /** Whether to wait for what is recorded later. Default: true. */
  readonly follow?: boolean | undefined;
}

/** A place in a recorded stream. */
export interface StreamPlace {
  /** The recording. */
  readonly recordingId: bigint;
  /** Position in it. */
  readonly position: bigint;
}

/** A message of a recorded stream. */
export interface RecordedMessage extends AeronMessage {
  /** The recording that has it; `position` is behind it. */
  readonly recordingId: bigint;
}

const REPLAY_CHANNEL = "aeron:ipc?term-length=1m";

/** How often to look for a recording that did not exist yet. */
const LOOK_MS = 100;

/**
 * What an archive has of a stream, recording by recording in the order in which
 * they were made, and what is added while it is read: a stream whose publishers and
 * readers can be started again without losing anything.
 *
 * @example Read what was recorded, and go on with what is added
 * ```ts
 * import { type AeronArchive, bridge, RecordedStream } from "@shmem/shmem/aeron";
 * import { Sender } from "@shmem/shmem/channel";
 *
 * async function passOn(archive: AeronArchive) {
 *   using sender = Sender.open("/prices");
 *   const stream = new RecordedStream(archive, { streamId: 1001 });
 *   await bridge(stream, sender).done;
 * }
 * ```
 */
export class RecordedStream {
  readonly #archive: AeronArchive;
  readonly #channel: string;
  readonly #streamId: number;
  readonly #replayChannel: ChannelLike;
  readonly #replayStreamId: number;
  readonly #from: StreamPlace;
  readonly #follow: boolean;

  /**
   * Names a recorded stream.
   *
   * @param archive A client of the archive that has it.
   * @param options Which recordings, and where to start.
   */
  constructor(archive: AeronArchive, options: RecordedStreamOptions) {
    const given = readOptions(options, {
      channel: true,
      streamId: true,
      replayChannel: true,
      replayStreamId: true,
      from: true,
      follow: true,
    }, "read a recorded stream");
    const { recordingId, position } = given.from ??
      { recordingId: 0n, position: 0n };
    if (!(archive instanceof AeronArchive)) {
      throw new TypeError(
        "Cannot read a recorded stream: it takes an AeronArchive, which AeronArchive.connect() makes",
      );
    }
    this.#archive = archive;
    this.#channel = checkFragment(given.channel ?? "");
    this.#streamId = checkStreamId(given.streamId);
    this.#replayChannel = given.replayChannel ?? REPLAY_CHANNEL;
    this.#replayStreamId = checkStreamId(
      given.replayStreamId ?? randomStreamId(),
    );
    this.#from = {
      recordingId: checkId(recordingId, "recordingId"),
      position: checkPosition(position),
    };
    this.#follow = given.follow === undefined ||
      checkFlag(given.follow, "follow");
  }

  /** Where reading starts. */
  get from(): StreamPlace {
    return this.#from;
  }

  /**
   * Reads it.
   *
   * @param options A signal, and a place to start at instead of that of the options.
   * @throws {ArchiveError} When the archive refuses a replay.
   */
  async *messages(
    options?: { signal?: AbortSignal; from?: StreamPlace },
  ): AsyncGenerator<RecordedMessage, void> {
    const { signal, from = this.#from } = readOptions(
      options,
      { signal: true, from: true },
      "read a recorded stream",
    );
    checkSignal(signal);
    let place = {
      recordingId: checkId(from.recordingId, "recordingId"),
      position: checkPosition(from.position),
    };
    for (;;) {
      signal?.throwIfAborted();
      const recording = await this.#next(place.recordingId);
      if (recording === undefined) {
        if (!this.#follow) return;
        await pause(LOOK_MS, signal);
        continue;
      }
      const start = recording.id === place.recordingId
        ? larger(place.position, recording.startPosition)
        : recording.startPosition;
      yield* this.#replay(recording, start, signal);
      place = { recordingId: recording.id + 1n, position: 0n };
    }
  }

  /** The first recording of the stream from an id on. */
  async #next(from: bigint): Promise<Recording | undefined> {
    const [recording] = await this.#archive.recordings.list({
      from,
      count: 1,
      channel: this.#channel,
      streamId: this.#streamId,
    });
    return recording;
  }

  async *#replay(
    { id, stopPosition }: Recording,
    start: bigint,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<RecordedMessage, void> {
    let position = start;
    let end = stopPosition;
    while (end === null || position < end) {
      // Without an end while it goes on: the replay follows the recording, and
      // ends with it.
      if (end === null && !this.#follow) {
        end = await this.#archive.recordings.lastPosition(id);
        continue;
      }
      using replay = await this.#archive.replay(
        id,
        this.#replayChannel,
        this.#replayStreamId,
        { position, ...end === null ? {} : { length: end - position } },
      );
      const options = { until: "last-image", ...signal && { signal } } as const;
      for await (const message of replay.messages(options)) {
        position = message.position;
        yield { ...message, recordingId: id };
      }
      // A replay can break off: what is missing is asked for again. What is
      // left at the very end may be no message.
      const before = end;
      end = await this.#archive.recordings.stopPosition(id);
      if (before !== null && position < before) position = before;
    }
  }
}

async function pause(
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const abort = () => resolve();
  signal?.addEventListener("abort", abort);
  await promise;
  signal?.removeEventListener("abort", abort);
  clearTimeout(timer);
}

function randomStreamId(): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return random >>> 1;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

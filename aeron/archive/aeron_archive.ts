import type { SubscriptionOptions } from "../client/add_subscription.ts";
import type { Aeron } from "../client/aeron.ts";
import {
  type ChannelLike,
  checkChannel,
  checkStreamId,
} from "../client/channel_like.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { ChannelUri } from "../uri/channel_uri.ts";
import { ask, checkClient, checkId, known } from "./archive_checks.ts";
import { type ArchiveOptions, readArchiveOptions } from "./archive_options.ts";
import * as requests from "./codec/requests.ts";
import { ControlSession } from "./session/control_session.ts";
import { type RecordOptions, recordValues } from "./record_options.ts";
import { Recordings } from "./recordings.ts";
import {
  type ReplayOptions,
  replayValues,
  splitOptions,
} from "./replay_options.ts";

/**
 * A client of Aeron's Archive, a program beside the media driver that records
 * streams to files and replays them, also while they are recorded.
 *
 * @example Record what is published, and replay it
 * ```ts
 * import { Aeron, AeronArchive } from "@shmem/shmem/aeron";
 *
 * async function main() {
 *   using aeron = await Aeron.connect();
 *   using archive = await AeronArchive.connect(aeron);
 *   await archive.startRecording("aeron:ipc", 1001);
 *   using publication = await aeron.addPublication("aeron:ipc", 1001);
 *   await publication.send(new TextEncoder().encode("kept"));
 *   const [recording] = await archive.recordings.list();
 *   if (recording === undefined) return;
 *   using replay = await archive.replay(recording.id, "aeron:ipc", 1002);
 *   console.log(new TextDecoder().decode((await replay.receive()).bytes));
 * }
 * ```
 */
export class AeronArchive implements Disposable {
  /** The client of the driver that it goes through. */
  readonly aeron: Aeron;
  /** The recordings that it has. */
  readonly recordings: Recordings;
  readonly #session: ControlSession;

  private constructor(aeron: Aeron, session: ControlSession) {
    this.aeron = aeron;
    this.#session = session;
    this.recordings = new Recordings(session);
  }

  /**
   * Connects to an archive.
   *
   * @param aeron A client of a driver that reaches it.
   * @param options How it is reached. Default: by `aeron:ipc`, beside the driver.
   * @returns The client of the archive; closing it leaves `aeron` open.
   * @throws {Deno.errors.TimedOut} When no archive answers.
   * @throws {ArchiveError} When it refuses the credentials.
   * @throws {Deno.errors.NotSupported} When it speaks another version of the protocol.
   */
  static async connect(
    aeron: Aeron,
    options?: ArchiveOptions,
  ): Promise<AeronArchive> {
    checkClient(aeron);
    const checked = readArchiveOptions(options);
    const session = await ControlSession.connect(aeron, checked);
    return new AeronArchive(aeron, session);
  }

  /** Number that the archive gave this connection. */
  get controlSessionId(): bigint {
    return this.#session.id;
  }

  /** Whether it was closed, or the archive or the driver has ended. */
  get closed(): boolean {
    return this.#session.closed;
  }

  /** Why it is closed, if nobody closed it. */
  get failure(): Error | undefined {
    return this.#session.failure;
  }

  /** Aborted when it is closed or lost. */
  get signal(): AbortSignal {
    return this.#session.signal;
  }

  /** Asks the archive for the number that tells it from other archives. */
  async id(): Promise<bigint> {
    const operation = "ask for the archive's id";
    return await ask(this.#session, operation, requests.ARCHIVE_ID, {});
  }

  /**
   * Records what is published on a channel, from now on, each publisher in a
   * recording of its own.
   *
   * @param channel Channel, with a `session-id` for one publisher alone.
   * @param streamId Stream in it.
   * @param options How.
   * @returns Id to stop it with: the recordings themselves have their own.
   * @throws {ArchiveError} When it is recorded already.
   */
  async startRecording(
    channel: ChannelLike,
    streamId: number,
    options?: RecordOptions,
  ): Promise<bigint> {
    const uri = checkChannel(channel);
    const operation = `record stream ${checkStreamId(streamId)} of ${uri}`;
    const values = recordValues(operation, uri, streamId, options);
    const request = requests.START_RECORDING;
    return await ask(this.#session, operation, request, values);
  }

  /**
   * Goes on with a recording that has ended, by a publication that starts where it
   * ended: see {@linkcode ChannelUri.atPosition}.
   *
   * @param recordingId Its id.
   * @param channel Channel of the publication.
   * @param streamId Stream in it.
   * @param options How.
   * @returns Id to stop it with.
   * @throws {ArchiveError} When it has not ended, or is unknown.
   */
  async extendRecording(
    recordingId: bigint,
    channel: ChannelLike,
    streamId: number,
    options?: RecordOptions,
  ): Promise<bigint> {
    checkId(recordingId, "recordingId");
    const operation = `extend recording ${recordingId}`;
    const values = recordValues(operation, channel, streamId, options);
    return await ask(this.#session, operation, requests.EXTEND_RECORDING, {
      ...values,
      recordingId,
    });
  }

  /**
   * Records a channel no longer.
   *
   * @param subscriptionId Id that {@linkcode AeronArchive.startRecording} returned.
   * @throws {ArchiveError} When there is none.
   */
  async stopRecording(subscriptionId: bigint): Promise<void> {
    checkId(subscriptionId, "subscriptionId");
    const operation = `stop recording ${subscriptionId}`;
    await ask(this.#session, operation, requests.STOP_RECORDING_SUBSCRIPTION, {
      subscriptionId,
    });
  }

  /**
   * Records a channel no longer.
   *
   * @param channel Channel that {@linkcode AeronArchive.startRecording} was given.
   * @param streamId Stream in it.
   * @throws {ArchiveError} When it was not recorded.
   */
  async stopRecordingChannel(
    channel: ChannelLike,
    streamId: number,
  ): Promise<void> {
    const uri = checkChannel(channel);
    checkStreamId(streamId);
    const operation = `stop recording stream ${streamId} of ${uri}`;
    await ask(this.#session, operation, requests.STOP_RECORDING_CHANNEL, {
      channel: uri,
      streamId,
    });
  }

  /**
   * Ends one recording.
   *
   * @param recordingId Its id.
   * @returns Whether it went on until now.
   * @throws {ArchiveError} When there is none.
   */
  async stopRecordingById(recordingId: bigint): Promise<boolean> {
    checkId(recordingId, "recordingId");
    const operation = `stop recording ${recordingId}`;
    const request = requests.STOP_RECORDING_ID;
    return await ask(this.#session, operation, request, { recordingId }) !== 0n;
  }

  /**
   * Has a recording replayed on a channel, for subscribers there.
   *
   * @param recordingId Its id.
   * @param channel Channel for it.
   * @param streamId Stream in it.
   * @param options Which part.
   * @returns Id of the replay; its lowest 32 bits are the session of its stream.
   * @throws {ArchiveError} When there is no such recording, or no such position in it.
   */
  async startReplay(
    recordingId: bigint,
    channel: ChannelLike,
    streamId: number,
    options?: ReplayOptions,
  ): Promise<bigint> {
    checkId(recordingId, "recordingId");
    const operation = `replay recording ${recordingId}`;
    const { limitCounterId, ...values } = replayValues(
      operation,
      recordingId,
      channel,
      streamId,
      options,
    );
    return known(
      operation,
      limitCounterId === undefined
        ? await this.#session.request(operation, requests.REPLAY, values)
        : await this.#session.request(operation, requests.BOUNDED_REPLAY, {
          ...values,
          limitCounterId,
        }),
    );
  }

  /**
   * Replays a recording to a subscription of this client. It ends when the
   * subscription is closed.
   *
   * @param recordingId Its id.
   * @param channel Channel for it, such as `aeron:ipc`.
   * @param streamId Stream in it.
   * @param options Which part, and who is told of its stream.
   * @returns The subscription that receives it.
   * @throws {ArchiveError} When there is no such recording, or no such position in it.
   */
  async replay(
    recordingId: bigint,
    channel: ChannelLike,
    streamId: number,
    options?: ReplayOptions & SubscriptionOptions,
  ): Promise<Subscription> {
    checkId(recordingId, "recordingId");
    const operation = `replay recording ${recordingId}`;
    const { replay, subscription } = splitOptions(options, operation);
    const uri = ChannelUri.parse(checkChannel(channel));
    const id = await this.startReplay(recordingId, channel, streamId, replay);
    const sessionId = Number(BigInt.asIntN(32, id));
    const own = uri.with({ sessionId });
    try {
      return await this.aeron.addSubscription(own, streamId, subscription);
    } catch (error) {
      // Nobody else knows of it. It may have ended by itself.
      await this.stopReplay(id).catch(() => {});
      throw error;
    }
  }

  /** Ends a replay. */
  async stopReplay(replayId: bigint): Promise<void> {
    checkId(replayId, "replayId");
    const operation = `stop replay ${replayId}`;
    await ask(this.#session, operation, requests.STOP_REPLAY, {
      replaySessionId: replayId,
    });
  }

  /**
   * Ends replays.
   *
   * @param recordingId Of which recording. Default: all replays of the archive.
   */
  async stopAllReplays(recordingId = -1n): Promise<void> {
    checkId(recordingId, "recordingId");
    const request = requests.STOP_ALL_REPLAYS;
    await ask(this.#session, "stop replays", request, { recordingId });
  }

  /** Takes leave of the archive; recordings go on. Harmless when done before. */
  close(): void {
    this.#session.close();
  }

  /** The same as {@linkcode AeronArchive.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

import { describe } from "../../memory/checks/integers.ts";
import { readOptions } from "../../memory/checks/options.ts";
import { checkTimeout } from "../../memory/waiting/wait_options.ts";
import { type ChannelLike, checkChannel } from "../client/channel_like.ts";
import type { FragmentHandler } from "../subscription/fragment_handler.ts";
import type { Image } from "../subscription/image.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { ChannelUri } from "../uri/channel_uri.ts";
import { AeronArchive } from "./aeron_archive.ts";

/** Where a merge receives, and from where in the stream. */
export interface ReplayMergeOptions {
  /** Where the replay is to be sent: `aeron:udp?endpoint=HOST:0`, an address of this host. */
  readonly replayDestination: ChannelLike;
  /** Where the stream itself is received: `aeron:udp?endpoint=…`, with `control=…` for one with many receivers. */
  readonly liveDestination: ChannelLike;
  /** Where to start. Default: where the recording starts. */
  readonly position?: bigint | undefined;
  /** How long it may get no further, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number | undefined;
}

/** How far a merge is: what comes is the replay, or both, or the stream itself. */
export type MergeState = "replaying" | "joining" | "merged";

const TIMEOUT_MS = 5000;
/** Nearer than so many bytes to its end, the stream itself is received, too. */
const MAX_WINDOW = 32n * 1024n * 1024n;

/**
 * Receives a stream over UDP from its past on: the recording first, and where that
 * meets the present, the stream itself, without a gap and nothing twice.
 *
 * @example Receive from the start of a recording on
 * ```ts
 * import { type AeronArchive, ReplayMerge } from "@shmem/shmem/aeron";
 *
 * async function follow(archive: AeronArchive, recordingId: bigint) {
 *   using merge = await ReplayMerge.start(archive, recordingId, {
 *     liveDestination: "aeron:udp?endpoint=localhost:40124",
 *     replayDestination: "aeron:udp?endpoint=localhost:0",
 *   });
 *   for (;;) {
 *     merge.poll((_bytes, _offset, length) => console.log(length));
 *     await new Promise((resolve) => setTimeout(resolve, 1));
 *   }
 * }
 * ```
 */
export class ReplayMerge implements Disposable {
  /** Receives the stream: but for its images, leave it to {@linkcode ReplayMerge.poll}. */
  readonly subscription: Subscription;
  readonly #archive: AeronArchive;
  readonly #recordingId: bigint;
  readonly #sessionId: number;
  readonly #replayId: bigint;
  readonly #replayDestination: string;
  readonly #liveDestination: string;
  readonly #timeoutMs: number;
  #state: MergeState = "replaying";
  #failure: Error | undefined;
  #busy = false;
  /** How far the recording was when it was asked last. */
  #target = 0n;
  #position = -1n;
  #progressed = performance.now();

  private constructor(
    archive: AeronArchive,
    subscription: Subscription,
    parts: Parts,
  ) {
    this.#archive = archive;
    this.subscription = subscription;
    this.#recordingId = parts.recordingId;
    this.#sessionId = parts.sessionId;
    this.#replayId = parts.replayId;
    this.#replayDestination = parts.replayDestination;
    this.#liveDestination = parts.liveDestination;
    this.#timeoutMs = parts.timeoutMs;
  }

  /**
   * Starts to replay a recording, which may go on.
   *
   * @param archive A client of the archive that has it.
   * @param recordingId Its id.
   * @param options Where it is received.
   * @throws {ArchiveError} When there is no such recording, or no such position in it.
   */
  static async start(
    archive: AeronArchive,
    recordingId: bigint,
    options: ReplayMergeOptions,
  ): Promise<ReplayMerge> {
    const given = readOptions(options, {
      replayDestination: true,
      liveDestination: true,
      position: true,
      timeoutMs: true,
    }, "merge a replay");
    if (!(archive instanceof AeronArchive)) {
      throw new TypeError(
        `Cannot merge a replay: it takes an AeronArchive: received ${
          describe(archive)
        }`,
      );
    }
    const replayDestination = destination(given.replayDestination, "replay");
    const liveDestination = destination(given.liveDestination, "live");
    const timeoutMs = checkTimeout(given.timeoutMs ?? TIMEOUT_MS);
    const recording = await archive.recordings.get(recordingId);
    if (recording === undefined) {
      throw new Deno.errors.NotFound(
        `Cannot merge a replay: the archive has no recording ${recordingId}`,
      );
    }
    const { sessionId, streamId } = recording;
    using undo = new DisposableStack();
    const subscription = undo.use(
      await archive.aeron.addSubscription(
        ChannelUri.udp({ controlMode: "manual", sessionId }),
        streamId,
      ),
    );
    await subscription.addDestination(replayDestination);
    const replayChannel = replayDestination.with({
      endpoint: endpointOf(replayDestination, subscription),
      sessionId,
      linger: 0,
      endOfStream: false,
    });
    const replayId = await archive.startReplay(
      recordingId,
      replayChannel,
      streamId,
      { position: given.position },
    );
    undo.move();
    return new ReplayMerge(archive, subscription, {
      recordingId,
      sessionId,
      replayId,
      replayDestination: String(replayDestination),
      liveDestination: String(liveDestination),
      timeoutMs,
    });
  }

  /** How far it is. */
  get state(): MergeState {
    return this.#state;
  }

  /** The stream's image, once it is there. */
  get image(): Image | undefined {
    return this.subscription.imageBySessionId(this.#sessionId);
  }

  /**
   * Handles what has come, and goes on with the merge. To be called again and
   * again, after the merge as well.
   *
   * @param handler Takes each fragment.
   * @param limit How many fragments at most. Default: 10.
   * @returns How many there were.
   * @throws {Deno.errors.TimedOut} When it gets no further.
   * @throws {ArchiveError} When the archive refuses to go on.
   */
  poll(handler: FragmentHandler, limit?: number): number {
    if (this.#failure !== undefined) throw this.#failure;
    const fragments = this.subscription.poll(handler, limit);
    if (this.#state !== "merged" && !this.#busy) this.#goOn();
    return fragments;
  }

  /** Ends the replay and the subscription. Harmless when done before. */
  close(): void {
    if (this.subscription.closed) return;
    this.subscription.close();
    if (this.#state === "merged" || this.#archive.closed) return;
    // It may have ended by itself.
    this.#archive.stopReplay(this.#replayId).catch(() => {});
  }

  /** The same as {@linkcode ReplayMerge.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #goOn(): void {
    const { image } = this;
    if (image !== undefined && image.position !== this.#position) {
      this.#position = image.position;
      this.#progressed = performance.now();
    }
    if (image !== undefined && image.position >= this.#target) {
      this.#busy = true;
      this.#join(image)
        .catch((error) => this.#failure = asError(error))
        .finally(() => this.#busy = false);
    } else if (performance.now() - this.#progressed > this.#timeoutMs) {
      this.#failure = new Deno.errors.TimedOut(
        `Cannot merge the replay of recording ${this.#recordingId}: it got no further than position ${this.#position} for ${this.#timeoutMs} ms; look whether its publisher and the archive run`,
      );
      throw this.#failure;
    }
  }

  /** The end of what was known is reached: looks where it is now. */
  async #join(image: Image): Promise<void> {
    this.#target = await this.#archive.recordings
      .lastPosition(this.#recordingId);
    if (image.closed) return;
    const left = this.#target - image.position;
    const window = BigInt(image.termLength) / 4n;
    if (this.#state === "replaying") {
      if (left > (window < MAX_WINDOW ? window : MAX_WINDOW)) return;
      await this.subscription.addDestination(this.#liveDestination);
      this.#state = "joining";
    } else if (left <= 0n && image.activeTransportCount >= 2) {
      await this.subscription.removeDestination(this.#replayDestination);
      this.#state = "merged";
      await this.#archive.stopReplay(this.#replayId).catch(() => {});
    }
  }
}

/** What a merge is made of. */
interface Parts {
  readonly recordingId: bigint;
  readonly sessionId: number;
  readonly replayId: bigint;
  readonly replayDestination: string;
  readonly liveDestination: string;
  readonly timeoutMs: number;
}

function destination(channel: ChannelLike, which: string): ChannelUri {
  const uri = ChannelUri.parse(checkChannel(channel));
  if (uri.media === "udp" && uri.get("endpoint") !== undefined) return uri;
  throw new TypeError(
    `Cannot merge a replay: the ${which} destination must be over UDP, with an endpoint; over aeron:ipc replay without an end instead: received ${
      describe(String(channel))
    }`,
  );
}

/** The endpoint, with the port that the system chose. */
function endpointOf(uri: ChannelUri, subscription: Subscription): string {
  const endpoint = uri.get("endpoint") ?? "";
  if (!endpoint.endsWith(":0")) return endpoint;
  const [address] = subscription.localAddresses;
  if (address !== undefined) return address;
  throw new Error(
    `Cannot merge a replay: the driver tells no port for ${uri}; name one`,
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

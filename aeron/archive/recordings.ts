import { checkInteger } from "../../memory/checks/integers.ts";
import { readOptions } from "../../memory/checks/options.ts";
import { checkStreamId } from "../client/channel_like.ts";
import {
  ask,
  checkFragment,
  checkId,
  checkPosition,
  known,
} from "./archive_checks.ts";
import * as requests from "./codec/requests.ts";
import type { ControlSession } from "./session/control_session.ts";
import {
  positionOf,
  type Recording,
  type RecordingsQuery,
  type RecordingSubscription,
} from "./recording.ts";

const MAX_COUNT = 0x7fff_ffff;

/**
 * The recordings that an archive has: lists them, tells how far they go, and cuts
 * them. See {@linkcode AeronArchive.recordings}.
 */
export class Recordings {
  readonly #session: ControlSession;

  /** @ignore Made by {@linkcode AeronArchive.connect}. */
  constructor(session: ControlSession) {
    this.#session = session;
  }

  /**
   * Lists recordings, in the order of their ids.
   *
   * @param query Which. Default: all.
   * @throws {ArchiveError} When the archive refuses.
   */
  async list(query?: RecordingsQuery): Promise<Recording[]> {
    const given = readOptions<RecordingsQuery>(
      query,
      { from: true, count: true, channel: true, streamId: true },
      "list recordings",
    );
    const count = checkInteger(given.count ?? MAX_COUNT, "count", 1, MAX_COUNT);
    const range = {
      fromRecordingId: checkId(given.from ?? 0n, "from"),
      recordCount: count,
    };
    const { channel, streamId } = given;
    const found: Recording[] = [];
    const listing = {
      count,
      described: (what: Recording | RecordingSubscription) => {
        if ("startPosition" in what) found.push(what);
      },
    };
    if (channel === undefined && streamId === undefined) {
      await this.#session
        .list("list recordings", requests.LIST_RECORDINGS, range, listing);
    } else if (channel === undefined || streamId === undefined) {
      throw new TypeError(
        "Cannot list recordings: channel and streamId are given together or not at all",
      );
    } else {
      await this.#session.list(
        "list recordings",
        requests.LIST_RECORDINGS_FOR_URI,
        {
          ...range,
          channel: checkFragment(channel),
          streamId: checkStreamId(streamId),
        },
        listing,
      );
    }
    return found;
  }

  /**
   * Describes a recording.
   *
   * @param id Its id.
   * @returns The recording; `undefined` when there is none.
   * @throws {ArchiveError} When the archive refuses.
   */
  async get(id: bigint): Promise<Recording | undefined> {
    let found: Recording | undefined;
    await this.#session.list(
      `describe recording ${checkId(id, "id")}`,
      requests.LIST_RECORDING,
      { recordingId: id },
      {
        count: 1,
        described: (what) => {
          if ("startPosition" in what) found = what;
        },
      },
    );
    return found;
  }

  /**
   * Finds the newest recording of a publication.
   *
   * @param channel Text that its channel contains.
   * @param streamId Its stream.
   * @param sessionId The session of the publication.
   * @param from The first id to look at. Default: 0.
   * @returns Its id; `undefined` when there is none.
   * @throws {ArchiveError} When the archive refuses.
   */
  async findLast(
    channel: string,
    streamId: number,
    sessionId: number,
    from = 0n,
  ): Promise<bigint | undefined> {
    const operation = `find a recording of stream ${checkStreamId(streamId)}`;
    const outcome = await this.#session.request(
      operation,
      requests.FIND_LAST_MATCHING,
      {
        minRecordingId: checkId(from, "from"),
        sessionId: checkInteger(
          sessionId,
          "sessionId",
          -0x8000_0000,
          0x7fff_ffff,
        ),
        streamId: checkStreamId(streamId),
        channel: checkFragment(channel),
      },
    );
    if (outcome === "recording-unknown") return undefined;
    const id = known(operation, outcome);
    return id === -1n ? undefined : id;
  }

  /**
   * Lists the channels that the archive is told to record.
   *
   * @param channel Text that they contain. Default: any.
   * @param streamId Their stream. Default: any.
   * @throws {ArchiveError} When the archive refuses.
   */
  async subscriptions(
    channel = "",
    streamId?: number,
  ): Promise<RecordingSubscription[]> {
    const found: RecordingSubscription[] = [];
    await this.#session.list(
      "list recorded channels",
      requests.LIST_RECORDING_SUBSCRIPTIONS,
      {
        pseudoIndex: 0,
        subscriptionCount: MAX_COUNT,
        applyStreamId: streamId === undefined ? 0 : 1,
        streamId: checkStreamId(streamId ?? 0),
        channel: checkFragment(channel),
      },
      {
        count: MAX_COUNT,
        described: (what) => {
          if (!("startPosition" in what)) found.push(what);
        },
      },
    );
    return found;
  }

  /** The position from which on the archive has a recording. */
  async startPosition(id: bigint): Promise<bigint> {
    return await this.#about(
      "ask for the start of",
      requests.START_POSITION,
      id,
    );
  }

  /** The position up to which a recording that goes on is written; null when it has ended. */
  async position(id: bigint): Promise<bigint | null> {
    return positionOf(
      await this.#about(
        "ask for the position of",
        requests.RECORDING_POSITION,
        id,
      ),
    );
  }

  /** The position at which a recording ended; null while it goes on. */
  async stopPosition(id: bigint): Promise<bigint | null> {
    return positionOf(
      await this.#about("ask for the end of", requests.STOP_POSITION, id),
    );
  }

  /** The position up to which the archive has a recording, whether it goes on or not. */
  async lastPosition(id: bigint): Promise<bigint> {
    return await this.#about(
      "ask for the last position of",
      requests.MAX_RECORDED_POSITION,
      id,
    );
  }

  /**
   * Cuts the end off a recording that has ended.
   *
   * @param id Its id.
   * @param position Its new end.
   * @throws {ArchiveError} When it goes on, is replayed, or has no such position.
   */
  async truncate(id: bigint, position: bigint): Promise<void> {
    const operation = `truncate recording ${checkId(id, "id")}`;
    await ask(this.#session, operation, requests.TRUNCATE, {
      recordingId: id,
      position: checkPosition(position),
    });
  }

  /**
   * Deletes a recording that has ended.
   *
   * @param id Its id.
   * @returns How many files were deleted.
   * @throws {ArchiveError} When it goes on, or is replayed.
   */
  async purge(id: bigint): Promise<bigint> {
    return await this.#about("purge", requests.PURGE_RECORDING, id);
  }

  /**
   * Deletes the beginning of a recording.
   *
   * @param id Its id.
   * @param startPosition Its new start: the first position of one of its files.
   * @returns How many files were deleted.
   * @throws {ArchiveError} When there is no such position.
   */
  async purgeSegments(id: bigint, startPosition: bigint): Promise<bigint> {
    const operation = `purge the beginning of recording ${checkId(id, "id")}`;
    return await ask(this.#session, operation, requests.PURGE_SEGMENTS, {
      recordingId: id,
      newStartPosition: checkPosition(startPosition, "startPosition"),
    });
  }

  /**
   * Takes files off the beginning of a recording without deleting them, to be
   * moved elsewhere.
   *
   * @param id Its id.
   * @param startPosition Its new start: the first position of one of its files.
   * @throws {ArchiveError} When there is no such position.
   */
  async detachSegments(id: bigint, startPosition: bigint): Promise<void> {
    const operation = `detach files of recording ${checkId(id, "id")}`;
    await ask(this.#session, operation, requests.DETACH_SEGMENTS, {
      recordingId: id,
      newStartPosition: checkPosition(startPosition, "startPosition"),
    });
  }

  /** Deletes the files that were detached; returns how many. */
  async deleteDetachedSegments(id: bigint): Promise<bigint> {
    return await this.#about(
      "delete detached files of",
      requests.DELETE_DETACHED_SEGMENTS,
      id,
    );
  }

  /** Attaches files again that were detached and are back in place; returns how many. */
  async attachSegments(id: bigint): Promise<bigint> {
    return await this.#about(
      "attach files of",
      requests.ATTACH_SEGMENTS,
      id,
    );
  }

  async #about(
    act: string,
    template: requests.AboutRecording,
    id: bigint,
  ): Promise<bigint> {
    const operation = `${act} recording ${checkId(id, "id")}`;
    const values = { recordingId: id };
    return await ask(this.#session, operation, template, values);
  }
}

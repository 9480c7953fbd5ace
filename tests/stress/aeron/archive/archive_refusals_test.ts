/**
 * What an archive refuses, what its client refuses before, and archives that are not there.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../../deps.ts";
import { AeronArchive } from "../../../../aeron/archive/aeron_archive.ts";
import { ArchiveError } from "../../../../aeron/archive/archive_error.ts";
import { ReplayMerge } from "../../../../aeron/archive/replay_merge.ts";
import { RecordedStream } from "../../../../aeron/bridge/recorded_stream.ts";
import { Aeron } from "../../../../aeron/client/aeron.ts";
import { startDriver } from "../../../helpers/aeron/aeron_driver.ts";
import { needing } from "../../../helpers/needs.ts";

const CHANNEL = "aeron:ipc";

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive says what the archive refused, with its code",
  async () => {
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron);
    const { recordings } = archive;
    await archive.startRecording(CHANNEL, 1);
    const refused: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => archive.startRecording(CHANNEL, 1), "active-subscription"],
      [() => archive.stopRecording(987n), "unknown-subscription"],
      [() => archive.stopRecordingChannel(CHANNEL, 2), "unknown-subscription"],
      [() => archive.startReplay(99n, CHANNEL, 2), "unknown-recording"],
      [() => archive.replay(99n, CHANNEL, 2), "unknown-recording"],
      [() => archive.extendRecording(99n, CHANNEL, 2), "unknown-recording"],
      [() => archive.stopRecordingById(99n), "unknown-recording"],
      [() => recordings.position(99n), "unknown-recording"],
      [() => recordings.truncate(99n, 0n), "unknown-recording"],
      [() => recordings.purge(99n), "unknown-recording"],
    ];
    for (const [ask, code] of refused) {
      const error = await assertRejects(ask, ArchiveError);
      assertEquals(error.code, code);
      assert(error.message.startsWith("Cannot "), error.message);
    }
    assert(!archive.closed);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive refuses wrong arguments before it asks, and everything once it is closed",
  async () => {
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    const wrong: readonly (readonly [object, string])[] = [
      [{ controlChanel: "aeron:ipc" }, "no option"],
      [{ controlChannel: "ipc" }, "aeron:ipc or aeron:udp"],
      [{ controlStreamId: 1.5 }, "streamId"],
      [{ timeoutMs: -1 }, "timeoutMs"],
      [{ credentials: { encoded: "secret" } }, "encoded must be a Uint8Array"],
      [{ onError: 7 }, "onError"],
    ];
    for (const [options, message] of wrong) {
      await assertRejects(
        () => AeronArchive.connect(aeron, options),
        Error,
        message,
      );
    }
    const connect: unknown = AeronArchive.connect;
    assert(typeof connect === "function");
    for (const client of [null, {}, 7]) {
      await assertRejects(() => connect(client), TypeError, "Aeron client");
    }
    const archive = await AeronArchive.connect(aeron);
    const { recordings } = archive;
    const list: unknown = recordings.list.bind(recordings);
    assert(typeof list === "function");
    await assertRejects(
      () => list({ channel: 7, streamId: 1 }),
      TypeError,
      "must be a text",
    );
    await assertRejects(
      () => recordings.list({ channel: "ipc" }),
      TypeError,
      "together",
    );
    await assertRejects(
      () => recordings.list({ count: 0 }),
      RangeError,
      "count",
    );
    await assertRejects(
      () => recordings.truncate(0n, -1n),
      RangeError,
      "position",
    );
    await assertRejects(
      () => archive.startRecording("ipc", 1),
      TypeError,
      "the channel",
    );
    await assertRejects(
      () => archive.startReplay(0n, CHANNEL, 1, { length: -1n }),
      RangeError,
      "length",
    );
    archive.close();
    archive.close();
    assert(archive.closed && archive.signal.aborted);
    await assertRejects(() => recordings.list(), Deno.errors.BadResource);
    assertThrows(
      () => archive.signal.throwIfAborted(),
      Deno.errors.BadResource,
    );
    assert(!aeron.closed);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive replays with the options of a subscription, and refuses others before it begins",
  async () => {
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron);
    await archive.startRecording(CHANNEL, 1);
    using publication = await aeron.addPublication(CHANNEL, 1);
    await publication.send(new Uint8Array([7]));
    let id: bigint | undefined;
    while (id === undefined) {
      const { sessionId } = publication;
      id = await archive.recordings.findLast(CHANNEL, 1, sessionId);
    }
    using replay = await archive.replay(id, CHANNEL, 2, { sparse: true });
    assertEquals([...(await replay.receive()).bytes], [7]);
    const call: unknown = archive.replay.bind(archive);
    assert(typeof call === "function");
    const wrong: readonly (readonly [unknown, string])[] = [
      [null, "options"],
      [{ onAvailableImages: () => {} }, "onAvailableImage"],
    ];
    for (const [options, message] of wrong) {
      await assertRejects(
        () => call(id, CHANNEL, 3, options),
        TypeError,
        message,
      );
    }
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive tells in its own sentences what ids, channels and streams are none",
  async () => {
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron);
    const symbol = Symbol("id");
    const hostile = { toString: () => symbol };
    const on = (object: object, name: string, ...args: unknown[]) => () =>
      Reflect.apply(Reflect.get(object, name), object, args);
    const read = (options: unknown) => async () => {
      const stream = new RecordedStream(archive, { streamId: 1 });
      const messages = on(stream, "messages", options)();
      await (messages as AsyncGenerator).next();
    };
    const { recordings } = archive;
    const calls: readonly (readonly [() => unknown, string])[] = [
      [on(archive, "stopRecording", symbol), "Cannot use subscriptionId"],
      [on(archive, "stopRecordingById", symbol), "Cannot use recordingId"],
      [on(archive, "stopReplay", symbol), "Cannot use replayId"],
      [on(archive, "replay", symbol, CHANNEL, 1), "Cannot use recordingId"],
      [on(archive, "startRecording", symbol, 1), "Cannot use the channel"],
      [on(archive, "startRecording", hostile, 1), "Cannot use the channel"],
      [on(archive, "startRecording", CHANNEL, symbol), "Cannot use streamId"],
      [on(recordings, "get", symbol), "Cannot use id"],
      [on(recordings, "truncate", symbol, 0n), "Cannot use id"],
      [
        on(ReplayMerge, "start", {}, 1n, {
          replayDestination: "aeron:udp?endpoint=127.0.0.1:0",
          liveDestination: "aeron:udp?endpoint=127.0.0.1:0",
        }),
        "it takes an AeronArchive",
      ],
      [read({ sginal: 1 }), "sginal"],
      [read({ from: 5 }), "Cannot use recordingId"],
      [read(null), "Cannot read a recorded stream"],
    ];
    for (const [call, message] of calls) {
      await assertRejects(async () => await call(), TypeError, message);
    }
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive.connect() ends in time where no archive is, and on its signal",
  async () => {
    await using driver = await startDriver();
    using aeron = await Aeron.connect({ directory: driver.directory });
    await assertRejects(
      () => AeronArchive.connect(aeron, { timeoutMs: 200 }),
      Deno.errors.TimedOut,
    );
    const reason = new Error("changed my mind");
    const error = await assertRejects(() =>
      AeronArchive.connect(aeron, { signal: AbortSignal.abort(reason) })
    );
    assertEquals(error, reason);
    const later = new AbortController();
    const connecting = AeronArchive.connect(aeron, { signal: later.signal });
    setTimeout(() => later.abort(reason), 50);
    assertEquals(await assertRejects(() => connecting), reason);
    const soon = new AbortController();
    const begun = AeronArchive.connect(aeron, { signal: soon.signal });
    await null;
    soon.abort(reason);
    assertEquals(await assertRejects(() => begun), reason);
  },
));

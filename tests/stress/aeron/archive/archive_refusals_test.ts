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
  },
));

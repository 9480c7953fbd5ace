/**
 * The client of Aeron's archive, against the real one.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../../deps.ts";
import { AeronArchive } from "../../../../aeron/archive/aeron_archive.ts";
import { ArchiveError } from "../../../../aeron/archive/archive_error.ts";
import type { RecordingSignal } from "../../../../aeron/archive/recording.ts";
import { Aeron } from "../../../../aeron/client/aeron.ts";
import { ChannelUri } from "../../../../aeron/uri/channel_uri.ts";
import { startDriver } from "../../../helpers/aeron/aeron_driver.ts";
import { needing } from "../../../helpers/needs.ts";
import { assertNumbered, numbered } from "../../../helpers/numbered.ts";

const CHANNEL = "aeron:ipc";

/** Waits until a condition holds, as the archive works beside this program. */
async function until(condition: () => Promise<boolean> | boolean) {
  while (!await condition()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Records messages on a stream; returns the id and the end of the recording. */
async function record(
  archive: AeronArchive,
  streamId: number,
  count: number,
): Promise<{ id: bigint; end: bigint; sessionId: number }> {
  const subscription = await archive.startRecording(CHANNEL, streamId);
  using publication = await archive.aeron.addPublication(CHANNEL, streamId);
  for (let i = 0; i < count; i++) await publication.send(numbered(i));
  const end = publication.position;
  const { sessionId } = publication;
  let id: bigint | undefined;
  await until(async () => {
    id = await archive.recordings.findLast(CHANNEL, streamId, sessionId);
    return id !== undefined && await archive.recordings.position(id) === end;
  });
  await archive.stopRecording(subscription);
  assert(id !== undefined);
  return { id, end, sessionId };
}

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive records, tells how far it is, and replays from any message on",
  async () => {
    await using driver = await startDriver({ archive: true });
    const signals: RecordingSignal[] = [];
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron, {
      onRecordingSignal: (signal) => signals.push(signal),
    });
    assert(await archive.id() >= 0n);
    const { id, end, sessionId } = await record(archive, 1001, 1000);
    await until(() => signals.some(({ signal }) => signal === "stop"));
    assertEquals(signals.map(({ signal }) => signal), ["start", "stop"]);
    assertEquals(signals.at(-1)?.position, end);

    const { recordings } = archive;
    const [recording] = await recordings.list();
    assert(recording !== undefined);
    assertEquals(recording, await recordings.get(id));
    assertEquals(recording.id, id);
    assertEquals(recording.streamId, 1001);
    assertEquals(recording.sessionId, sessionId);
    assertEquals(recording.termLength, 65536);
    assertEquals(recording.startPosition, 0n);
    assertEquals(recording.stopPosition, end);
    assert(recording.startedAt! <= recording.stoppedAt!);
    assertEquals(await recordings.startPosition(id), 0n);
    assertEquals(await recordings.position(id), null);
    assertEquals(await recordings.stopPosition(id), end);
    assertEquals(await recordings.lastPosition(id), end);

    using all = await archive.replay(id, CHANNEL, 2001);
    const positions = [0n];
    for (let i = 0; i < 1000; i++) {
      const message = await all.receive({ timeoutMs: 10_000 });
      assertNumbered(message.bytes, i);
      positions.push(message.position);
    }
    assertEquals(positions.at(-1), end);
    const from = positions[617];
    assert(from !== undefined);
    using part = await archive.replay(id, CHANNEL, 2002, {
      position: from,
      length: end - from,
    });
    let i = 617;
    for await (const { bytes } of part.messages({ until: "last-image" })) {
      assertNumbered(bytes, i++);
    }
    assertEquals(i, 1000);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive lists what was recorded by id, channel and stream, also asked twice at once",
  async () => {
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron);
    const { recordings } = archive;
    assertEquals(await recordings.list(), []);
    for (const stream of [7, 8, 7]) await record(archive, stream, 3);
    const ids = async (query?: Parameters<typeof recordings.list>[0]) =>
      (await recordings.list(query)).map(({ id }) => Number(id));
    assertEquals(
      await Promise.all([
        ids(),
        ids({ from: 1n }),
        ids({ count: 2 }),
        ids({ channel: "ipc", streamId: 7 }),
        ids({ channel: "udp", streamId: 7 }),
        ids({ from: 3n }),
      ]),
      [[0, 1, 2], [1, 2], [0, 1], [0, 2], [], []],
    );
    assertEquals(await recordings.get(3n), undefined);
    assertEquals(await recordings.findLast("ipc", 9, 1), undefined);
    const going = await archive.startRecording(CHANNEL, 9);
    assertEquals(await recordings.subscriptions(), [
      { id: going, streamId: 9, channel: CHANNEL },
    ]);
    assertEquals(await recordings.subscriptions("ipc", 10), []);
    await archive.stopRecordingChannel(CHANNEL, 9);
    assertEquals(await recordings.subscriptions(), []);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive cuts, extends and deletes recordings",
  async () => {
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron);
    const { recordings } = archive;
    const { id, end } = await record(archive, 1, 2000);
    const segment = 1024n * 1024n;
    assert(end > 2n * segment, `${end}`);
    assertEquals(await recordings.purgeSegments(id, segment), 1n);
    assertEquals(await recordings.startPosition(id), segment);
    await recordings.detachSegments(id, 2n * segment);
    assertEquals(await recordings.deleteDetachedSegments(id), 1n);
    assertEquals(await recordings.startPosition(id), 2n * segment);
    await assertRejects(
      () => archive.startReplay(id, CHANNEL, 2, { position: 0n }),
      ArchiveError,
    );
    // What ended goes on where it ended.
    const before = await recordings.get(id);
    assert(before !== undefined);
    const channel = ChannelUri.ipc()
      .atPosition(end, before.initialTermId, before.termLength);
    await archive.extendRecording(id, channel, 1);
    {
      using publication = await aeron.addExclusivePublication(channel, 1);
      assertEquals(publication.position, end);
      await publication.send(numbered(2000));
      const { position } = publication;
      await until(async () => await recordings.position(id) === position);
      // Before the stream ends, which ends the recording, too.
      assertEquals(await archive.stopRecordingById(id), true);
    }
    assertEquals(await archive.stopRecordingById(id), false);
    using replay = await archive.replay(id, CHANNEL, 3, { position: end });
    assertNumbered((await replay.receive({ timeoutMs: 10_000 })).bytes, 2000);
    replay.close();
    await archive.stopAllReplays();
    await until(() =>
      recordings.truncate(id, end).then(() => true, (error) => {
        // The replay may still be on its way out.
        assertEquals(error.code, "active-recording");
        return false;
      })
    );
    assertEquals(await recordings.stopPosition(id), end);
    assert(await recordings.purge(id) >= 1n);
    assertEquals(await recordings.list(), []);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive goes over UDP, too",
  async () => {
    // The system's choice of a port, which is free a moment later.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const endpoint = `127.0.0.1:${port}`;
    await using driver = await startDriver({ archive: endpoint });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron, {
      controlChannel: `aeron:udp?endpoint=${endpoint}|term-length=64k`,
      responseChannel: "aeron:udp?endpoint=127.0.0.1:0|term-length=64k",
    });
    const { id } = await record(archive, 1, 5);
    assertEquals((await archive.recordings.list()).length, 1);
    assertEquals((await archive.recordings.get(id))?.streamId, 1);
  },
));

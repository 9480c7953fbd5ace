/**
 * Recordings that one language makes and the other replays.
 *
 * @module
 */

import { assert, assertEquals } from "../../../../deps.ts";
import { AeronArchive } from "../../../../aeron/archive/aeron_archive.ts";
import { Aeron } from "../../../../aeron/client/aeron.ts";
import { startDriver } from "../../../helpers/aeron/aeron_driver.ts";
import { compileAeron } from "../../../helpers/aeron/aeron_java.ts";
import { run } from "../../../helpers/deno.ts";
import { needing } from "../../../helpers/needs.ts";
import { assertNumbered, numbered } from "../../../helpers/numbered.ts";

const PEER = "tests/peers/java/AeronArchivePeer.java";
const CHANNEL = "aeron:ipc?term-length=64k";
const COUNT = 1000;

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive replays what Java recorded, and Java what it recorded",
  async () => {
    const peer = await compileAeron(PEER);
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron);

    const recorded = await run(
      [...peer, driver.directory, "record", "77", `${COUNT}`],
    );
    assertEquals(recorded.code, 0, recorded.stderr);
    const [id = "", end = ""] = recorded.stdout.trim().split(" ");
    assertEquals(
      await archive.recordings.lastPosition(BigInt(id)),
      BigInt(end),
    );
    using replay = await archive.replay(BigInt(id), CHANNEL, 78);
    let last = 0n;
    for (let i = 0; i < COUNT; i++) {
      const { bytes, position } = await replay.receive({ timeoutMs: 20_000 });
      assertNumbered(bytes, i);
      last = position;
    }
    assertEquals(last, BigInt(end));

    await archive.startRecording(CHANNEL, 79, { autoStop: true });
    {
      using publication = await aeron.addPublication(CHANNEL, 79);
      for (let i = 0; i < COUNT; i++) await publication.send(numbered(i));
    }
    const [mine] = await archive.recordings.list({
      channel: "ipc",
      streamId: 79,
    });
    assert(mine !== undefined);
    const replayed = await run(
      [...peer, driver.directory, "replay", "80", `${COUNT}`, `${mine.id}`],
    );
    assertEquals(replayed.code, 0, replayed.stderr);
    assertEquals(replayed.stdout.trim(), `${COUNT}`);
  },
));

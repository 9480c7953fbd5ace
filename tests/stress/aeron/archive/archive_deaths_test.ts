/**
 * Recordings whose publisher, archive or driver is killed.
 *
 * @module
 */

import { assert, assertRejects } from "../../../../deps.ts";
import { AeronArchive } from "../../../../aeron/archive/aeron_archive.ts";
import { Aeron } from "../../../../aeron/client/aeron.ts";
import {
  startDriver,
  type TestDriver,
} from "../../../helpers/aeron/aeron_driver.ts";
import { denoRun, ROOT } from "../../../helpers/deno.ts";
import { needing } from "../../../helpers/needs.ts";
import { assertNumbered, numbered } from "../../../helpers/numbered.ts";

const CHANNEL = "aeron:ipc";

/** A program that publishes messages without an end, and says when it has begun. */
const PUBLISHER = `data:application/typescript,${
  encodeURIComponent(`
    import { Aeron } from "${new URL("aeron/mod.ts", ROOT)}";
    import { numbered } from "${new URL("tests/helpers/numbered.ts", ROOT)}";
    const aeron = await Aeron.connect({ directory: Deno.args[0] });
    const publication = await aeron.addPublication("${CHANNEL}", 1);
    for (let i = 0;; i++) {
      await publication.send(numbered(i));
      if (i === 1000) console.log(publication.sessionId);
    }
  `)
}`;

/** Removes what says for a while that an archive lives which was killed. */
async function forgetArchive({ archiveDirectory }: TestDriver): Promise<void> {
  await Deno.remove(`${archiveDirectory}/archive-mark.dat`);
}

/** Starts a driver and an archive where those before were killed. */
async function startAfter(killed: TestDriver): Promise<TestDriver> {
  await forgetArchive(killed);
  return await startDriver({
    archive: true,
    directory: killed.directory,
    archiveDirectory: killed.archiveDirectory,
  });
}

Deno.test(needing(
  ["aeron driver"],
  "a recording holds every whole message when its publisher is killed, and when the archive is",
  async () => {
    await using first = await startDriver({
      archive: true,
      properties: {
        "aeron.client.liveness.timeout": "1s",
        "aeron.timer.interval": "100ms",
      },
    });
    const [command = "", ...args] = denoRun(PUBLISHER, {
      permissions: ["--allow-all"],
      args: [first.directory],
    });
    {
      using aeron = await Aeron.connect({ directory: first.directory });
      using archive = await AeronArchive.connect(aeron);
      await archive.startRecording(CHANNEL, 1);
      using asking = await AeronArchive.connect(aeron, { timeoutMs: 1000 });
      const child = new Deno.Command(command, { args, stdout: "piped" })
        .spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      child.kill("SIGKILL");
      while (!(await reader.read()).done);
      await child.status;
      const [recording] = await archive.recordings.list();
      assert(recording !== undefined);
      // The driver notices after the client's time, and the recording ends.
      while (await archive.recordings.stopPosition(recording.id) === null) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await first.kill();
      // The driver is dead as well, so that nothing tells it but the silence.
      await assertRejects(
        () => asking.recordings.list(),
        Deno.errors.TimedOut,
        "did not answer within 1000 ms",
      );
    }

    await using second = await startAfter(first);
    using aeron = await Aeron.connect({ directory: second.directory });
    using archive = await AeronArchive.connect(aeron);
    const [recording] = await archive.recordings.list();
    assert(recording !== undefined && recording.stopPosition !== null);
    using replay = await archive.replay(recording.id, CHANNEL, 2, {
      length: recording.stopPosition,
    });
    let count = 0;
    for await (const { bytes } of replay.messages({ until: "last-image" })) {
      assertNumbered(bytes, count++);
    }
    assert(count > 1000, `${count}`);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "a recording that goes on when its archive is killed can be replayed afterwards",
  async () => {
    await using first = await startDriver({ archive: true });
    let sent = 0;
    {
      using aeron = await Aeron.connect({ directory: first.directory });
      using archive = await AeronArchive.connect(aeron);
      await archive.startRecording(CHANNEL, 1);
      using publication = await aeron.addPublication(CHANNEL, 1);
      for (; sent < 500; sent++) await publication.send(numbered(sent));
      const { position } = publication;
      while (await archive.recordings.position(0n) !== position) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await first.kill();
    }
    await using second = await startAfter(first);
    using aeron = await Aeron.connect({ directory: second.directory });
    using archive = await AeronArchive.connect(aeron);
    using replay = await archive.replay(0n, CHANNEL, 2);
    for (let i = 0; i < sent; i++) {
      assertNumbered((await replay.receive({ timeoutMs: 10_000 })).bytes, i);
    }
  },
));

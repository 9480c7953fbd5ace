/**
 * A replay that catches up with the stream and goes over to it.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../../deps.ts";
import { AeronArchive } from "../../../../aeron/archive/aeron_archive.ts";
import { ReplayMerge } from "../../../../aeron/archive/replay_merge.ts";
import { Aeron } from "../../../../aeron/client/aeron.ts";
import { FragmentAssembler } from "../../../../aeron/subscription/fragment_assembler.ts";
import { startDriver } from "../../../helpers/aeron/aeron_driver.ts";
import { needing } from "../../../helpers/needs.ts";
import { assertNumbered, numbered } from "../../../helpers/numbered.ts";

Deno.test(needing(
  ["aeron driver"],
  "ReplayMerge receives a stream from its beginning, then live, without a gap and nothing twice",
  async () => {
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron);
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const control = `control=127.0.0.1:${port}`;
    const channel =
      `aeron:udp?control-mode=dynamic|${control}|ssc=true|fc=min|term-length=64k`;
    await archive.startRecording(channel, 5);
    using publication = await aeron.addPublication(channel, 5);
    let sent = 0;
    for (; sent < 300; sent++) await publication.send(numbered(sent));

    const [recording] = await archive.recordings.list();
    using merge = await ReplayMerge.start(archive, recording?.id ?? -1n, {
      replayDestination: "aeron:udp?endpoint=127.0.0.1:0",
      liveDestination: `aeron:udp?endpoint=127.0.0.1:0|${control}`,
    });
    let received = 0;
    const states = new Set<string>();
    const assembler = new FragmentAssembler((bytes, offset, length) => {
      assertNumbered(bytes.subarray(offset, offset + length), received++);
    });
    let after = 0;
    // Publishing goes on all the time, and for a while after the merge.
    while (after < 300 || received < sent) {
      states.add(merge.state);
      if (merge.state === "merged") after++;
      if (after < 300 && received + 500 > sent) {
        const result = publication.offer(numbered(sent));
        if (typeof result === "bigint") sent++;
      }
      if (merge.poll(assembler.handler, 20) === 0) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    assertEquals(received, sent);
    assertEquals([...states], ["replaying", "joining", "merged"]);
    assertEquals(merge.image?.activeTransportCount, 1);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "ReplayMerge refuses channels that cannot be merged, and recordings that there are not",
  async () => {
    await using driver = await startDriver({ archive: true });
    using aeron = await Aeron.connect({ directory: driver.directory });
    using archive = await AeronArchive.connect(aeron);
    const destinations = {
      replayDestination: "aeron:udp?endpoint=127.0.0.1:0",
      liveDestination: "aeron:udp?endpoint=127.0.0.1:0",
    };
    await assertRejects(
      () => ReplayMerge.start(archive, 9n, destinations),
      Deno.errors.NotFound,
      "no recording 9",
    );
    await assertRejects(
      () =>
        ReplayMerge.start(archive, 0n, {
          ...destinations,
          liveDestination: "aeron:ipc",
        }),
      TypeError,
      "live destination must be over UDP",
    );
  },
));

/**
 * What the inspection tells about a media driver of Aeron.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "../../../deps.ts";
import { Aeron } from "../../../aeron/client/aeron.ts";
import { describe } from "../../../cli/inspect/mod.ts";
import { startDriver } from "../../helpers/aeron/aeron_driver.ts";
import { needing } from "../../helpers/needs.ts";
import { shmem } from "../../cli/helpers.ts";

Deno.test(needing(
  ["aeron driver"],
  "describe() tells a driver's process, counters and streams with all positions",
  async () => {
    await using driver = await startDriver();
    using aeron = await Aeron.connect({ directory: driver.directory });
    using counter = await aeron.addCounter(1234, "frames dropped");
    counter.value = 77n;
    using publication = await aeron.addPublication("aeron:ipc", 7);
    using one = await aeron.addSubscription("aeron:ipc", 7);
    using other = await aeron.addSubscription("aeron:ipc", 7);
    await publication.send(new Uint8Array(100));
    assertEquals((await one.receive()).bytes.length, 100);

    const { kind, aeron: state } = describe(driver.directory);
    assertEquals(kind, "aeron");
    assert(state !== undefined);
    assertEquals(state.pid, driver.pid);
    assertEquals(state.version, "0.2.0");
    const labels = state.counters.map(({ label }) => label);
    assert(labels.includes("frames dropped"), labels.join());
    assert(labels[0]?.startsWith("Bytes sent"), labels.join());
    assertEquals(
      state.counters.find(({ typeId }) => typeId === 1234)?.value,
      77,
    );
    const [stream, ...others] = state.streams;
    assertEquals(others, []);
    assertEquals(stream?.channel, "aeron:ipc");
    assertEquals(stream?.streamId, 7);
    assertEquals(stream?.sessionId, publication.sessionId);
    assertEquals(stream?.senderPosition, null);
    assertEquals(stream?.receiverPosition, null);
    assertEquals(
      stream?.subscriberPositions.toSorted((a, b) => a - b),
      [0, 160],
    );
    const { stdout, code } = await shmem(["info", driver.directory]);
    assertEquals(code, 0);
    assertMatch(
      stdout,
      /stream 7 +aeron:ipc, session -?\d+, published 160, subscriber at \d+, subscriber at \d+/,
    );
    assertMatch(stdout, /counter \d+ +77 frames dropped/);
    assertEquals(Number(other.images[0]?.position), 0);
    assertEquals(Number(publication.position), 160);
  },
));

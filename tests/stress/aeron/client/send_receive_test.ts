/**
 * Messages through a real media driver, between two clients of this process.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../../deps.ts";
import { AeronError } from "../../../../aeron/mod.ts";
import {
  driverOfFile,
  freshStream,
  numbered,
} from "../../../helpers/aeron/aeron_client.ts";
import { needing } from "../../../helpers/needs.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;

for (const kind of ["shared", "exclusive"] as const) {
  Deno.test(needing(
    NEEDS,
    `${kind} publication: messages of all lengths arrive whole, in order, over rotating terms`,
    async () => {
      const stream = freshStream();
      using there = await driver.connect();
      using here = await driver.connect();
      using subscription = await there.addSubscription("aeron:ipc", stream);
      using publication = kind === "shared"
        ? await here.addPublication("aeron:ipc", stream)
        : await here.addExclusivePublication("aeron:ipc", stream);
      const longest = publication.maxMessageLength;
      assertEquals(longest, 8192);
      const lengths = [0, 1, 31, 32, 63, 64, 65, 1375, 1376, 1377, longest];
      const rounds = 40;
      const sending = (async () => {
        let last = 0n;
        for (let i = 0; i < rounds * lengths.length; i++) {
          const length = lengths[i % lengths.length]!;
          const position = await publication.send(numbered(i, length));
          assert(position > last, `${position} after ${last}`);
          last = position;
        }
        return last;
      })();
      let received = 0;
      let position = 0n;
      for await (const message of subscription) {
        const length = lengths[received % lengths.length]!;
        assertEquals(message.bytes, numbered(received, length));
        assertEquals(message.sessionId, publication.sessionId);
        position = message.position;
        if (++received === rounds * lengths.length) break;
      }
      assertEquals(await sending, position);
      assertEquals(publication.position, position);
      // More than three terms of 64 KiB: each was written again.
      assert(position > 4n * 65536n, `${position}`);
    },
  ));
}

Deno.test(needing(
  NEEDS,
  "offer() says not-connected without a subscriber, and closed after close()",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    const publication = await aeron.addPublication("aeron:ipc", stream);
    assertEquals(publication.offer(new Uint8Array(3)), "not-connected");
    assertEquals(publication.isConnected, false);
    publication.close();
    assertEquals(publication.offer(new Uint8Array(3)), "closed");
    assertEquals(publication.offerParts([new Uint8Array(3)]), "closed");
    await assertRejects(
      () => publication.send(new Uint8Array(3)),
      Deno.errors.BadResource,
      "is closed",
    );
  },
));

Deno.test(needing(
  NEEDS,
  "addPublication() rejects with the driver's code and text when it refuses",
  async () => {
    using aeron = await driver.connect();
    const error = await assertRejects(
      () => aeron.addPublication("aeron:udp?control-mode=dynamic", 1),
      AeronError,
    );
    assertEquals([error.code, error.errorCode], ["invalid-channel", 1]);
    const sized = await assertRejects(
      () => aeron.addPublication("aeron:ipc?term-length=100", 1),
      AeronError,
      "term",
    );
    assertEquals(sized.code, "generic");
    // The client goes on.
    using _publication = await aeron.addPublication("aeron:ipc", freshStream());
  },
));

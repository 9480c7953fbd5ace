/**
 * Images: what they tell, in which order they are read, and how they end.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../../deps.ts";
import {
  type ControlledAction,
  ControlledFragmentAssembler,
  type Image,
} from "../../../../aeron/mod.ts";
import {
  driverOfFile,
  freshStream,
  IPC,
  numbered,
  openStream,
  until,
} from "../../../helpers/aeron/aeron_client.ts";
import { needing } from "../../../helpers/needs.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;

/** What a message of 5000 bytes takes: three frames of 1408 bytes, and one of 904. */
const LENGTH_IN_LOG = 3 * 1408 + 928;

Deno.test(needing(
  NEEDS,
  "onAvailableImage and onUnavailableImage tell of a publisher, its source and its end",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    const came: Image[] = [];
    const went: Image[] = [];
    using subscription = await aeron.addSubscription(IPC, stream, {
      onAvailableImage: (image) => came.push(image),
      onUnavailableImage: (image) => went.push(image),
    });
    assertEquals(subscription.isConnected, false);
    const publication = await aeron.addExclusivePublication(IPC, stream);
    const image = await until("the image", () => came[0]);
    assertEquals(subscription.images, [image]);
    assertEquals(subscription.imageBySessionId(publication.sessionId), image);
    assertEquals(image.sourceIdentity, IPC);
    assertEquals(image.sessionId, publication.sessionId);
    assertEquals(image.termLength, 65536);
    assertEquals(image.joinPosition, 0n);
    assertEquals(image.isEndOfStream, false);
    assertEquals(image.endOfStreamPosition, 2n ** 63n - 1n);
    const position = await publication.send(new Uint8Array(100));
    publication.close();
    let read = 0;
    while (read === 0) read = image.poll(() => {});
    assertEquals(image.position, position);
    await until("the end of stream", () => image.isEndOfStream || went[0]);
    assertEquals(await until("its end", () => went[0]), image);
    assertEquals(image.closed, true);
    assertEquals(image.isEndOfStream, true);
    assertEquals(image.endOfStreamPosition, position);
    assertEquals(image.position, position);
    assertEquals(image.poll(() => {}), 0);
    assertEquals(subscription.images, []);
  },
));

Deno.test(needing(
  NEEDS,
  'messages({ until: "last-image" }) ends when the last publisher has',
  async () => {
    using opened = await openStream(driver, "shared");
    const { subscription, publication } = opened;
    for (let i = 0; i < 5; i++) await publication.send(numbered(i, 3000));
    publication.close();
    let count = 0;
    for await (
      const { bytes } of subscription.messages({ until: "last-image" })
    ) {
      assertEquals(bytes, numbered(count++, 3000));
    }
    assertEquals(count, 5);
  },
));

Deno.test(needing(
  NEEDS,
  "a late joiner starts where the stream is, and gets whole messages alone",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    using early = await aeron.addSubscription(IPC, stream);
    using publication = await aeron.addPublication(IPC, stream);
    for (let i = 0; i < 8; i++) {
      await publication.send(numbered(i, 5000));
      assertEquals((await early.receive()).bytes, numbered(i, 5000));
    }
    // In the middle of a message of four frames.
    await publication.send(numbered(8, 5000));
    assertEquals(early.poll(() => {}, 1), 1);
    using late = await aeron.addSubscription(IPC, stream);
    const image = await until("the image", () => late.images[0]);
    // Where the driver has last seen the other subscriber.
    assert(image.joinPosition <= early.images[0]!.position);
    // It may be so far behind that there is no room before it reads.
    const sending = publication.send(numbered(9, 5000));
    const joined = Math.ceil(Number(image.joinPosition) / LENGTH_IN_LOG);
    for (let i = joined; i < 10; i++) {
      assertEquals((await late.receive()).bytes, numbered(i, 5000));
    }
    await sending;
  },
));

Deno.test(needing(
  NEEDS,
  "boundedPoll() stops in front of the limit",
  async () => {
    using opened = await openStream(driver, "shared");
    const { subscription, publication } = opened;
    const positions: bigint[] = [];
    for (let i = 0; i < 5; i++) {
      positions.push(await publication.send(numbered(i, 100)));
    }
    const image = await until("the image", () => subscription.images[0]);
    assertEquals(image.boundedPoll(() => {}, positions[1]!, 100), 2);
    assertEquals(image.position, positions[1]);
    assertEquals(image.boundedPoll(() => {}, 0n, 100), 0);
    const stay = () => "abort" as const;
    assertEquals(image.boundedControlledPoll(stay, positions[4]!), 0);
    assertEquals(image.position, positions[1]);
    image.position = positions[2]!;
    assertEquals(image.poll(() => {}, 100), 2);
    assertThrows(() => image.position = 0n, RangeError, "from 800 to 65536");
  },
));

Deno.test(needing(
  NEEDS,
  "controlledPoll() takes what the handler says: abort, break, commit, continue",
  async () => {
    using opened = await openStream(driver, "shared");
    const { subscription, publication } = opened;
    for (let i = 0; i < 6; i++) await publication.send(numbered(i, 2000));
    const image = await until("the image", () => subscription.images[0]);
    const seen: number[] = [];
    const actions: ControlledAction[] = [
      "continue",
      "commit",
      "abort",
      "continue",
      "break",
    ];
    const { handler } = new ControlledFragmentAssembler(
      (bytes, offset, length) => {
        const index = seen.length;
        seen.push(bytes[offset + 1]!);
        assertEquals(length, 2000);
        return actions[index] ?? "continue";
      },
    );
    const firstBytes = (index: number) => numbered(index, 2)[1]!;
    subscription.controlledPoll(handler, 100);
    // Aborted: its last frame comes again, and the message with it.
    assertEquals(seen, [0, 1, 2].map(firstBytes));
    subscription.controlledPoll(handler, 100);
    assertEquals(seen, [0, 1, 2, 2, 3].map(firstBytes));
    while (subscription.controlledPoll(handler, 100) > 0);
    assertEquals(seen, [0, 1, 2, 2, 3, 4, 5].map(firstBytes));
    assertEquals(image.position, publication.position);
    // deno-lint-ignore no-explicit-any -- what the types forbid
    const wrong = (() => "later") as any;
    await publication.send(new Uint8Array(1));
    assertThrows(() => subscription.controlledPoll(wrong), TypeError, "later");
  },
));

Deno.test(needing(
  NEEDS,
  "poll() takes turns among publishers, and a handler that throws loses no message",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    using subscription = await aeron.addSubscription(IPC, stream);
    using one = await aeron.addExclusivePublication(IPC, stream);
    using two = await aeron.addExclusivePublication(IPC, stream);
    for (let i = 0; i < 20; i++) {
      await one.send(new Uint8Array([i]));
      await two.send(new Uint8Array([100 + i]));
    }
    const firsts = new Set<number>();
    for (let i = 0; i < 4; i++) {
      subscription.poll((bytes, offset) => {
        firsts.add(Math.trunc(bytes[offset]! / 100));
      }, 1);
    }
    assertEquals(firsts.size, 2);
    const before = subscription.images.map(({ position }) => position);
    assertThrows(
      () =>
        subscription.poll(() => {
          throw new Error("mine");
        }, 1),
      Error,
      "mine",
    );
    const after = subscription.images.map(({ position }) => position);
    assertEquals(after.filter((each, i) => each !== before[i]).length, 1);
  },
));

Deno.test(needing(
  NEEDS,
  "a handler may close the subscription, and may not poll the image again",
  async () => {
    using opened = await openStream(driver, "shared");
    const { subscription, publication } = opened;
    for (let i = 0; i < 5; i++) await publication.send(new Uint8Array(10));
    const image = await until("the image", () => subscription.images[0]);
    assertThrows(
      () => image.poll(() => void image.poll(() => {})),
      TypeError,
      "being handled",
    );
    let handled = 0;
    const read = subscription.poll(() => {
      handled++;
      subscription.close();
    });
    assertEquals([read, handled], [1, 1]);
    assertEquals(subscription.poll(() => {}), 0);
    assert(image.closed);
  },
));

/**
 * Claims, parts, reserved values, and what stands in the way of a publication.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../../deps.ts";
import { Claim } from "../../../../aeron/mod.ts";
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

for (const kind of ["shared", "exclusive"] as const) {
  Deno.test(needing(
    NEEDS,
    `tryClaim(), ${kind}: commit publishes, abort leaves nothing, close aborts what is open`,
    async () => {
      using opened = await openStream(driver, kind);
      const { subscription, publication } = opened;
      const claim = new Claim();
      assertThrows(() => claim.commit(), TypeError, "nothing is claimed");
      assertEquals(publication.tryClaim(100, claim), 160n);
      assertThrows(
        () => publication.tryClaim(1, claim),
        TypeError,
        "still holds room",
      );
      claim.bytes.set(numbered(1, 100), claim.offset);
      claim.reservedValue = -2n;
      // Not published yet.
      assertEquals(subscription.poll(() => {}), 0);
      claim.commit();
      const message = await subscription.receive();
      assertEquals(message.bytes, numbered(1, 100));
      assertEquals(message.reservedValue, -2n);
      publication.tryClaim(50, claim);
      claim.abort();
      const [open, other] = [new Claim(), new Claim()];
      publication.tryClaim(50, open);
      publication.tryClaim(50, other);
      assert(typeof publication.offer(numbered(2, 10)) === "bigint");
      publication.close();
      assertEquals([open.isOpen, other.isOpen], [false, false]);
      assertEquals((await subscription.receive()).bytes, numbered(2, 10));
      assertThrows(
        () => publication.tryClaim(9999, claim),
        RangeError,
        "from 0 to 1376",
      );
      assertEquals(publication.tryClaim(9, claim), "closed");
    },
  ));

  Deno.test(needing(
    NEEDS,
    `offerParts(), ${kind}: parts of any length become one message`,
    async () => {
      using opened = await openStream(driver, kind);
      const { subscription, publication } = opened;
      const whole = numbered(3, 8192);
      for (
        const cuts of [[0], [1], [1376, 1377], [5, 5, 2000, 8191], [4096], []]
      ) {
        const parts: Uint8Array[] = [];
        let from = 0;
        for (const cut of [...cuts, whole.length]) {
          parts.push(whole.subarray(from, cut));
          from = cut;
        }
        // At the end of a term it goes on in the next one, and after so much the driver
        // has to see that it was read.
        const position = await until("room", () => {
          const result = publication.offerParts(parts, 5n);
          return typeof result === "bigint" ? result : undefined;
        });
        assertEquals(position, publication.position);
        const { bytes, reservedValue } = await subscription.receive();
        assertEquals(bytes, whole);
        assertEquals(reservedValue, 5n);
      }
      assertThrows(
        () => publication.offerParts([whole, whole.subarray(0, 1)]),
        RangeError,
        "8193 bytes",
      );
    },
  ));

  Deno.test(needing(
    NEEDS,
    `offer(), ${kind}: back-pressured while nobody reads, and send() waits for room`,
    async () => {
      using opened = await openStream(driver, kind);
      const { subscription, publication } = opened;
      const bytes = new Uint8Array(1000);
      let sent = 0;
      while (typeof publication.offer(bytes) === "bigint") sent++;
      assertEquals(publication.offer(bytes), "back-pressured");
      // Half a term of 64 KiB, and at most one message more.
      assertEquals(sent, Math.ceil(32768 / 1056));
      await assertRejects(
        () => publication.send(bytes, { timeoutMs: 20 }),
        Deno.errors.TimedOut,
        "within 20 ms",
      );
      const abort = new AbortController();
      const aborted = publication.send(bytes, { signal: abort.signal });
      const waiting = publication.send(new Uint8Array([1, 2, 3]));
      abort.abort(new Error("enough"));
      await assertRejects(() => aborted, Error, "enough");
      for (let i = 0; i < sent; i++) await subscription.receive();
      assert(await waiting > 0n);
      assertEquals((await subscription.receive()).bytes.length, 3);
    },
  ));
}

Deno.test(needing(
  NEEDS,
  "writable and readable carry a stream, split and in order",
  async () => {
    using opened = await openStream(driver, "shared");
    const { subscription, publication } = opened;
    const whole = numbered(1, 100_003);
    const writing = (async () => {
      const writer = publication.writable.getWriter();
      await writer.write(whole);
      await writer.close();
    })();
    const parts: number[] = [];
    for await (const part of subscription.readable) {
      parts.push(...part);
      if (parts.length >= whole.length) break;
    }
    await writing;
    assertEquals(new Uint8Array(parts), whole);
    assertEquals(subscription.closed, true);
  },
));

Deno.test(needing(
  NEEDS,
  "offer() refuses what is no message, and sends what it was given",
  async () => {
    using opened = await openStream(driver, "shared");
    const { subscription, publication } = opened;
    const bytes = numbered(4, 64);
    // deno-lint-ignore no-explicit-any -- what the types forbid
    const offer = (...args: any[]) => (publication.offer as any)(...args);
    assertThrows(() => offer("text"), TypeError, "Uint8Array");
    assertThrows(() => offer(bytes, 65), RangeError);
    assertThrows(() => offer(bytes, 0, 65), RangeError, "64");
    assertThrows(() => offer(bytes, 0, 1, 1), TypeError, "bigint");
    assertThrows(() => offer(new Uint8Array(9000)), RangeError, "8192");
    const gone = new Uint8Array(8);
    structuredClone(gone, { transfer: [gone.buffer] });
    assertThrows(() => offer(gone), TypeError, "unmapped or transferred");
    assertEquals(subscription.poll(() => {}), 0);
    // The same array again and again, changed in between, in whole and in part.
    for (let i = 0; i < 5; i++) {
      bytes[0] = i;
      publication.offer(bytes);
      publication.offer(bytes, 8, 3);
      assertEquals((await subscription.receive()).bytes, bytes.slice());
      assertEquals((await subscription.receive()).bytes, bytes.slice(8, 11));
    }
    structuredClone(bytes, { transfer: [bytes.buffer] });
    assertThrows(() => offer(bytes), TypeError, "unmapped or transferred");
  },
));

Deno.test(needing(
  NEEDS,
  "revoke() takes the stream back",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    let revoked: boolean | undefined;
    using subscription = await aeron.addSubscription(IPC, stream, {
      onUnavailableImage: (image) => revoked = image.isRevoked,
    });
    const publication = await aeron.addExclusivePublication(IPC, stream);
    await until("the subscriber", () => publication.isConnected);
    publication.offer(new Uint8Array(10));
    publication.revoke();
    await until("the end", () => revoked !== undefined);
    assertEquals(revoked, true);
    assertEquals(subscription.images.length, 0);
  },
));

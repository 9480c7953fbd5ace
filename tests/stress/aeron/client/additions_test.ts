/**
 * What may be said when something is added, counters that stay, and images that are
 * rejected.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../../deps.ts";
import { AeronError, type Image } from "../../../../aeron/mod.ts";
import {
  driverOfFile,
  freshStream,
  IPC,
  until,
} from "../../../helpers/aeron/aeron_client.ts";
import { needing } from "../../../helpers/needs.ts";

// How long a network image stays when nothing comes: ten seconds by default.
const driver = driverOfFile({
  properties: { "aeron.image.liveness.timeout": "1s" },
});
const NEEDS = ["aeron driver"] as const;

/** How much of the log of a publication the system has reserved, from 0 to 1. */
async function reservedOf(registrationId: bigint): Promise<number> {
  const path = `${driver.directory}/publications/${registrationId}.logbuffer`;
  const { size, blocks } = await Deno.stat(path);
  return (blocks ?? 0) * 512 / size;
}

for (const kind of ["addPublication", "addExclusivePublication"] as const) {
  Deno.test(needing(
    NEEDS,
    `${kind}(): sparse leaves pages unreserved, whatever the client was told`,
    async () => {
      using reserving = await driver.connect();
      using saving = await driver.connect({ sparse: true });
      const add = async (
        aeron: typeof reserving,
        options?: { sparse?: boolean },
      ) => {
        using added = await aeron[kind](IPC, freshStream(), options);
        return await reservedOf(added.originalRegistrationId);
      };
      assert(await add(reserving) >= 1);
      assert(await add(reserving, { sparse: true }) < 0.5);
      assert(await add(saving) < 0.5);
      assert(await add(saving, { sparse: false }) >= 1);
      await assertRejects(
        // deno-lint-ignore no-explicit-any -- what the types forbid
        () => add(saving, { sparse: 1 } as any),
        TypeError,
        "sparse: it must be true or false: received 1",
      );
      await assertRejects(
        // deno-lint-ignore no-explicit-any -- what the types forbid
        () => add(saving, { spares: true } as any),
        TypeError,
        '"spares"',
      );
    },
  ));
}

Deno.test(needing(
  NEEDS,
  "addSubscription(): sparse leaves the pages of its images unreserved",
  async () => {
    using saving = await driver.connect({ sparse: true });
    for (const sparse of [true, false]) {
      const stream = freshStream();
      using publication = await saving.addPublication(IPC, stream);
      using subscription = await saving.addSubscription(IPC, stream, {
        sparse,
      });
      await until("the image", () => subscription.isConnected);
      const reserved = await reservedOf(publication.originalRegistrationId);
      assertEquals(reserved < 0.5, sparse);
    }
    await assertRejects(
      // deno-lint-ignore no-explicit-any -- what the types forbid
      () => saving.addSubscription(IPC, 1, { sparse: "yes" } as any),
      TypeError,
      "sparse: it must be true or false",
    );
  },
));

Deno.test(needing(
  NEEDS,
  "addStaticCounter(): one for each type and registration, which outlives its client",
  async () => {
    const key = new Uint8Array([1, 2, 3, 4, 5]);
    let id: number;
    {
      using aeron = await driver.connect();
      using counter = await aeron.addStaticCounter(1777, "rows", 42n, { key });
      assertEquals([counter.isStatic, counter.registrationId], [true, 42n]);
      counter.value = 7n;
      id = counter.id;
      const again = await aeron.addStaticCounter(1777, "rows", 42n);
      const other = await aeron.addStaticCounter(1777, "rows", 43n);
      assertEquals(again.id, id);
      assertEquals(again.add(1n), 7n);
      assert(other.id !== id);
      again.close();
      assertThrows(() => again.add(1n), Deno.errors.BadResource, "closed");
      assertEquals(counter.value, 8n);
    }
    using later = await driver.connect();
    const info = later.counters.info(id);
    assertEquals(
      [info?.label, info?.value, info?.registrationId, info?.typeId],
      ["rows", 8n, 42n, 1777],
    );
    assertEquals(info?.key.slice(0, 6), new Uint8Array([1, 2, 3, 4, 5, 0]));
    using counter = await later.addStaticCounter(1777, "rows", 42n);
    assertEquals([counter.id, counter.value], [id, 8n]);
    later.close();
    assertEquals([counter.closed, counter.value], [true, 0n]);
    assertThrows(() => counter.value = 1n, Deno.errors.BadResource, "closed");
  },
));

Deno.test(needing(
  NEEDS,
  "addStaticCounter() checks its arguments before the driver sees them",
  async () => {
    using aeron = await driver.connect();
    for (const wrong of [2n ** 63n, 5, undefined]) {
      await assertRejects(
        // deno-lint-ignore no-explicit-any -- what the types forbid
        () => aeron.addStaticCounter(1778, "x", wrong as any),
        TypeError,
        "registrationId must be a bigint of 64 bits",
      );
    }
    await assertRejects(
      () => aeron.addStaticCounter(1778, "x".repeat(381), 1n),
      RangeError,
      "381",
    );
    await assertRejects(
      () => aeron.addStaticCounter(2 ** 31, "x", 1n),
      RangeError,
      "typeId",
    );
    assertEquals(aeron.counters.find((it) => it.typeId === 1778), undefined);
  },
));

for (const media of ["ipc", "udp"] as const) {
  Deno.test(needing(
    NEEDS,
    `reject() over ${media}: the publisher is told why, and the image ends`,
    async () => {
      const stream = freshStream();
      const told: Error[] = [];
      using publishing = await driver.connect({
        onError: (error) => told.push(error),
      });
      using receiving = await driver.connect();
      const channel = media === "ipc" ? IPC : "aeron:udp?endpoint=127.0.0.1:0";
      const gone: Image[] = [];
      using subscription = await receiving.addSubscription(channel, stream, {
        onUnavailableImage: (image) => gone.push(image),
      });
      const target = media === "ipc" ? IPC : `aeron:udp?endpoint=${await until(
        "its port",
        () => subscription.localAddresses[0],
      )}`;
      using publication = await publishing.addPublication(target, stream);
      await publication.send(new Uint8Array(100));
      const image = await until("the image", () => subscription.images[0]);
      await assertRejects(
        () => image.reject("ü"),
        TypeError,
        "ASCII",
      );
      await assertRejects(
        () => image.reject("x".repeat(1024)),
        RangeError,
        "1024",
      );
      await image.reject("nonsense in it");
      const error = await until("the error", () => told[0]);
      assert(error instanceof AeronError);
      assertEquals(error.code, "image-rejected");
      assert(error.message.includes("nonsense in it"), error.message);
      // Over UDP that takes until what came was read.
      await until("the end of the image", () => {
        subscription.poll(() => {});
        return gone.includes(image);
      });
      assertEquals([image.closed, subscription.closed], [true, false]);
      await assertRejects(
        () => image.reject("again"),
        Deno.errors.BadResource,
        "it is closed",
      );
      if (media === "ipc") return;
      // The publisher goes on, and is there again as another image.
      const again = await until("the new image", () => subscription.images[0]);
      assertEquals(again.sessionId, image.sessionId);
      assert(again.correlationId !== image.correlationId);
    },
  ));
}

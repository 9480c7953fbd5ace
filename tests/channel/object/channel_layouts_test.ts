/**
 * Channels that say what their messages are.
 *
 * @module
 */

import {
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import {
  OneToOneRingBuffer,
  type Place,
  Publisher,
  Receiver,
  RING_TRAILER_LENGTH,
  Sender,
  Subscriber,
  type ValueLayout,
} from "../../../channel/mod.ts";
import { BroadcastWatch } from "../../../channel/watching/broadcast_watch.ts";
import { RingWatch } from "../../../channel/watching/ring_watch.ts";
import { ObservedObject } from "../../../memory/posix/observed_object.ts";
import { array, f64, struct, u32, u8 } from "../../../struct/mod.ts";
import { ROOT } from "../../helpers/deno.ts";
import { testName, testPath } from "../../helpers/store/place.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";

const Here = struct({ x: f64, n: u32 });
const There = struct({ x: f64, n: array(u8, 3) });
const AREA_LENGTH = 3328;

/** Of each kind of channel, both sides, created and opened. */
const KINDS = {
  "a ring for one": {
    create: (place: Place, layout?: ValueLayout) =>
      Receiver.create(place, { ...options(layout), ifExists: "open" }),
    sides: [Receiver.open, Sender.open],
  },
  "a ring for many": {
    create: (place: Place, layout?: ValueLayout) =>
      Sender.create(place, {
        ...options(layout),
        producers: "many",
        ifExists: "open",
      }),
    sides: [Receiver.open, Sender.open],
  },
  "a broadcast": {
    create: (place: Place, layout?: ValueLayout) =>
      Publisher.create(place, { ...options(layout), ifExists: "open" }),
    sides: [
      Publisher.open,
      Subscriber.open,
      (place: Place, options?: { layout?: ValueLayout }) =>
        Subscriber.open(place, { ...options, access: "read" }),
    ],
  },
};

function options(layout?: ValueLayout) {
  return { capacity: 256, ...(layout === undefined ? {} : { layout }) };
}

for (const [kind, { create, sides }] of Object.entries(KINDS)) {
  Deno.test(`${kind} of other messages is refused, with both layouts in the message`, () => {
    for (const make of [testName, testPath]) {
      using at = make();
      create(at.place, Here).close();
      create(at.place, Here).close();
      for (const open of sides) {
        open(at.place).close();
        open(at.place, { layout: Here }).close();
        const error = assertThrows(
          () => open(at.place, { layout: There }),
          Deno.errors.InvalidData,
        );
        assertStringIncludes(error.message, Here.layout);
        assertStringIncludes(error.message, There.layout);
      }
      assertThrows(
        () => create(at.place, There),
        Deno.errors.InvalidData,
        There.layout,
      );
      // Nothing stayed open, and nothing was removed.
      create(at.place, Here).close();
    }
  });

  Deno.test(`${kind} without a layout is refused where one is expected`, () => {
    using at = testName();
    create(at.place).close();
    for (const open of [...sides, create]) {
      assertThrows(
        () =>
          open === create
            ? create(at.place, Here)
            : Reflect.apply(open, undefined, [at.place, { layout: Here }]),
        Deno.errors.InvalidData,
        "of no layout",
      );
    }
  });

  Deno.test(`${kind} whose creator died before it said what messages are is refused where that matters`, () => {
    using at = testName();
    create(at.place, Here).close();
    using memory = SharedMemory.open(at.name);
    const start = memory.size - AREA_LENGTH;
    using mapping = memory.map();
    const { bytes } = mapping;
    // More than there is: the text ends with the area.
    bytes.fill(0xff, start + 8, start + 12);
    for (const open of sides) {
      assertThrows(
        () => open(at.place, { layout: There }),
        Deno.errors.InvalidData,
        Here.layout,
      );
    }
    // What would clear the terminal of who sees the error.
    bytes.set(new TextEncoder().encode("\x1b[2J\u202e"), start + 16);
    for (const open of sides) {
      assertThrows(
        () => open(at.place, { layout: There }),
        Deno.errors.InvalidData,
        "laid out as \\u{1b}[2J\\u{202e}",
      );
    }
    bytes.fill(0, start, start + 16);
    for (const open of sides) {
      assertThrows(
        () => open(at.place, { layout: Here }),
        Deno.errors.InvalidData,
        "of no layout",
      );
      open(at.place).close();
    }
  });
}

const SEND = `
import { Sender } from "${new URL("channel/mod.ts", ROOT)}";
import { f64, struct, u32 } from "${new URL("struct/mod.ts", ROOT)}";
const layout = struct({ x: f64, n: u32 });
using sender = await Sender.waitFor(Deno.args[0], { layout });
const bytes = new Uint8Array(layout.size);
const view = layout.at(bytes);
for (let n = 0; n < 1000; n++) {
  view.write({ x: n / 2, n });
  await sender.send(bytes);
}
`;

Deno.test("structs pass through a ring with their layout, to another process", async () => {
  using at = testName();
  using receiver = Receiver.create(at.name, { capacity: 256, layout: Here });
  assertEquals([receiver.capacity, receiver.maxMessageLength], [256, 32]);
  await using _program = startProgram(SEND, [at.name]);
  let expected = 0;
  for await (const { bytes } of receiver) {
    const { x, n } = Here.at(bytes).read();
    assertEquals([x, n], [expected / 2, expected]);
    expected++;
  }
  assertEquals(expected, 1000);
});

Deno.test("a program that knows no layouts maps what lies before, and watches see it too", () => {
  using at = testName();
  using receiver = Receiver.create(at.name, options(Here));
  using memory = SharedMemory.open(at.name);
  assertEquals(memory.size, 256 + RING_TRAILER_LENGTH + AREA_LENGTH);
  using mapping = memory.map();
  const plain = mapping.bytes.subarray(0, 256 + RING_TRAILER_LENGTH);
  new OneToOneRingBuffer(plain).write(7, new Uint8Array(16).fill(3));
  using observed = ObservedObject.open(at.name);
  const watch = new RingWatch(observed.mapping.bytes, "oldest");
  assertEquals(watch.next()?.bytes, new Uint8Array(16).fill(3));
  assertEquals(receiver.tryReceive()?.bytes, new Uint8Array(16).fill(3));
});

Deno.test("a broadcast with a layout is watched as any other", () => {
  using at = testName();
  using publisher = Publisher.create(at.name, options(Here));
  using subscriber = Subscriber.open(at.name, { access: "read", layout: Here });
  publisher.publish(new Uint8Array(16).fill(5));
  assertEquals(subscriber.tryReceive()?.bytes, new Uint8Array(16).fill(5));
  using observed = ObservedObject.open(at.name);
  const watch = new BroadcastWatch(observed.mapping.bytes, "oldest");
  assertEquals(watch.next()?.bytes, new Uint8Array(16).fill(5));
});

Deno.test("a channel has room for a message of its layout", () => {
  using at = testName();
  const Large = struct({ bytes: array(u8, 200_000) });
  {
    using receiver = Receiver.create(at.place, { layout: Large });
    assertEquals(receiver.capacity, 2 ** 21);
    using sender = Sender.open(at.place, { layout: Large });
    assertEquals(sender.trySend(new Uint8Array(Large.size)), true);
    receiver.unlink();
  }
  for (const act of [Receiver.create, Sender.create, Publisher.create]) {
    assertThrows(
      () => act(at.place, { capacity: 1024, layout: Large }),
      RangeError,
      "2097152",
    );
  }
  const layout = { hash: 1n, layout: "u8[]", size: 2 ** 40 };
  assertThrows(() => Receiver.create(at.place, { layout }), RangeError, "size");
  assertThrows(() => SharedMemory.open(at.name), Deno.errors.NotFound);
});

Deno.test("a layout that is none is refused before anything is made", () => {
  using at = testName();
  // A proxy of a struct cannot say what it is.
  const proxy = new Proxy(Here, {});
  const few = { hash: 1n, layout: "u8", size: 0 };
  for (const layout of [null, 7, {}, few, proxy]) {
    for (const act of [Receiver.create, Sender.create, Publisher.create]) {
      assertThrows(
        () => Reflect.apply(act, undefined, [at.name, { layout }]),
        TypeError,
        "the layout must be a struct",
      );
    }
    assertThrows(
      () => SharedMemory.open(at.name),
      Deno.errors.NotFound,
    );
  }
});

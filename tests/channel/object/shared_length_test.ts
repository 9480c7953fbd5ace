/**
 * A ring of 128 bytes with a layout is as long as a broadcast of 4096 bytes without:
 * each says what it is, and is opened as nothing else.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import {
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { struct, u32 } from "../../../struct/mod.ts";
import { testName } from "../../helpers/store/place.ts";

const SHARED_LENGTH = 4224;
const Here = struct({ n: u32 });

/** Asserts that an act is refused as something else, and changes no byte. */
function assertRefused(name: string, kind: string, act: () => unknown): void {
  using memory = SharedMemory.open(name);
  using mapping = memory.map();
  assertEquals(memory.size, SHARED_LENGTH);
  const before = mapping.bytes.slice();
  assertThrows(act, TypeError, `it holds something else than a ${kind} buffer`);
  assertEquals(mapping.bytes.slice(), before);
}

Deno.test("a broadcast as long as a ring with a layout is opened as none, and no byte of it is changed", () => {
  using at = testName();
  using publisher = Publisher.create(at.name, { capacity: 4096 });
  for (const isEmpty of [true, false]) {
    if (!isEmpty) publisher.publish(new Uint8Array(300).fill(1));
    const acts = [
      () => Receiver.create(at.name, { ifExists: "open" }),
      () =>
        Receiver.create(at.name, {
          ifExists: "open",
          capacity: 128,
          layout: Here,
          producers: "many",
        }),
      () => Sender.create(at.name, { ifExists: "open" }),
      () => Receiver.open(at.name),
      () => Sender.open(at.name),
      () => Sender.open(at.name, { producers: "many", layout: Here }),
    ];
    for (const act of acts) assertRefused(at.name, "ring", act);
  }
  using subscriber = Subscriber.open(at.name);
  assertEquals(subscriber.tryReceive()?.bytes, new Uint8Array(300).fill(1));
});

for (const producers of ["one", "many"] as const) {
  Deno.test(`a ring with a layout that is as long as a broadcast is opened as none (${producers}), and no byte of it is changed`, () => {
    using at = testName();
    const options = { capacity: 128, layout: Here, producers };
    using receiver = Receiver.create(at.name, options);
    using sender = Sender.open(at.name, { layout: Here });
    for (const isEmpty of [true, false]) {
      if (!isEmpty) sender.trySend(new Uint8Array([1, 2, 3, 4]));
      const acts = [
        () => Subscriber.open(at.name),
        () => Subscriber.open(at.name, { access: "read" }),
        () => Publisher.open(at.name),
        () => Publisher.create(at.name, { ifExists: "open" }),
        () => Publisher.create(at.name, { ifExists: "open", capacity: 4096 }),
      ];
      for (const act of acts) assertRefused(at.name, "broadcast", act);
    }
    assertEquals(receiver.tryReceive()?.bytes, new Uint8Array([1, 2, 3, 4]));
  });
}

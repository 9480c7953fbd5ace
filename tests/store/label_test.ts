import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../deps.ts";
import { SharedMemory } from "../../mod.ts";
import { Receiver, Sender } from "../../channel/mod.ts";
import { Server } from "../../rpc/mod.ts";
import {
  Latest,
  SharedBroadcastChannel,
  SharedMap,
  WorkQueue,
} from "../../store/mod.ts";
import { testName } from "../helpers/store/place.ts";

/** Every kind of store, created with a label, and opened. */
const STORES = {
  Latest: {
    create: (name: string, label: string) =>
      Latest.create(name, { byteLength: 100, label }),
    open: (name: string) => Latest.open(name, { access: "read" }),
  },
  SharedMap: {
    create: (name: string, label: string) =>
      SharedMap.create(name, { budget: 4096, label }),
    open: (name: string) => SharedMap.open(name),
  },
  WorkQueue: {
    create: (name: string, label: string) =>
      WorkQueue.create(name, { jobs: 3, byteLength: 100, label }),
    open: (name: string) => WorkQueue.open(name),
  },
  SharedBroadcastChannel: {
    create: (name: string, label: string) =>
      new SharedBroadcastChannel(name, { capacity: 1024, label }),
    open: (name: string) => new SharedBroadcastChannel(name),
  },
};

for (const [kind, { create, open }] of Object.entries(STORES)) {
  Deno.test(`${kind} keeps the label that its creator gave it`, () => {
    using at = testName();
    using made = create(at.name, "Prüfstand ▲ left, 29 bytes");
    using opened = open(at.name);
    assertEquals(made.label, "Prüfstand ▲ left, 29 bytes");
    assertEquals(opened.label, made.label);
    made.close();
    assertThrows(() => made.label, Deno.errors.BadResource, "it is closed");
  });

  Deno.test(`${kind} refuses labels that do not fit, and makes nothing`, () => {
    using at = testName();
    for (
      const [label, ErrorClass] of [
        ["x".repeat(33), RangeError],
        ["ü".repeat(17), RangeError],
        ["é".repeat(2 ** 27), RangeError],
        ["a\0b", TypeError],
        ["\ud800", TypeError],
        [7 as unknown as string, TypeError],
      ] as const
    ) {
      const error = assertThrows(() => create(at.name, label), ErrorClass);
      assertStringIncludes(error.message, "Cannot use the label: it");
    }
    assertThrows(() => SharedMemory.open(at.name), Deno.errors.NotFound);
  });

  Deno.test(`${kind} reads whatever stands where its label should`, () => {
    using at = testName();
    using made = create(at.name, "");
    assertEquals(made.label, "");
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    mapping.bytes.fill(0xff, 64, 96);
    assertEquals(made.label, "\ufffd".repeat(32));
    crypto.getRandomValues(mapping.bytes.subarray(64, 96));
    assert(made.label.length <= 32);
  });
}

Deno.test("Server.listen() labels the channel that requests come in", async () => {
  using at = testName();
  await using _server = Server.listen(at.name, () => 1, { label: "prices" });
  using sender = Sender.open(at.name);
  assertEquals(sender.label, "prices");
  assertThrows(() => Receiver.open(at.name));
});

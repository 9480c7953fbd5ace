/** Broadcast receivers on memory that is mapped for reading only. */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { type ReadonlyBytes, SharedMemory } from "../../../mod.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
} from "../../../channel/mod.ts";
import { ordinalOf } from "../../../channel/broadcast/broadcast_receiver.ts";
import { runDeno } from "../../helpers/deno.ts";
import { receive } from "../../helpers/channel/broadcasts.ts";
import { payload } from "../../helpers/channel/rings.ts";
import { CAPACITY } from "../../helpers/channel/numbered_broadcasts.ts";

Deno.test("Broadcast receivers read memory that is mapped for reading only, and give it out as it is", () => {
  const size = CAPACITY + BROADCAST_TRAILER_LENGTH;
  using memory = SharedMemory.anonymous({ size });
  using writer = memory.map();
  using reader = memory.map({ access: "read" });
  const transmitter = new BroadcastTransmitter(writer.bytes);
  const inner = new BroadcastReceiver(reader.bytes);
  const given: ReadonlyBytes = inner.bytes;
  assertEquals(given, reader.bytes);
  assert(!(inner.bytes instanceof Uint8Array));
  const plain = new BroadcastReceiver(reader.bytes);
  const copying = new CopyBroadcastReceiver(inner);
  for (let i = 1; i <= 200; i++) {
    const bytes = payload(i % 33, i);
    transmitter.transmit(i, bytes);
    assertEquals(receive(copying), [i, ...bytes]);
    assertEquals(plain.receiveNext(), true);
    const { offset, length, typeId } = plain;
    assertEquals([typeId, ...plain.bytes.slice(offset, offset + length)], [
      i,
      ...bytes,
    ]);
    assertEquals(plain.validate(), true);
    assertEquals(ordinalOf(plain), i);
  }
  for (let i = 0; i < 100; i++) transmitter.transmit(1, payload(8));
  assertEquals(String(receive(copying)).includes("keep up"), true);
  assertEquals(plain.receiveNext(), true);
  assertEquals(ordinalOf(plain), 300);
  reader.unmap();
  assertThrows(() => plain.receiveNext());
});

Deno.test("BroadcastTransmitter refuses memory that is mapped for reading only", () => {
  const size = CAPACITY + BROADCAST_TRAILER_LENGTH;
  using memory = SharedMemory.anonymous({ size });
  using reader = memory.map({ access: "read" });
  assertThrows(
    // @ts-expect-error -- the types refuse it, too
    () => new BroadcastTransmitter(reader.bytes),
    TypeError,
    "takes a Uint8Array",
  );
});

Deno.test("A receiver on memory mapped for reading only does not end the process in any of its operations", async () => {
  const { code, stdout, stderr } = await runDeno(`
    import { SharedMemory } from "${new URL(
    "../../../mod.ts",
    import.meta.url,
  )}";
    import * as channel from "${new URL(
    "../../../channel/mod.ts",
    import.meta.url,
  )}";
    const size = 256 + channel.BROADCAST_TRAILER_LENGTH;
    using memory = SharedMemory.anonymous({ size });
    using writer = memory.map();
    using reader = memory.map({ access: "read" });
    const transmitter = new channel.BroadcastTransmitter(writer.bytes);
    const inner = new channel.BroadcastReceiver(reader.bytes);
    const receiver = new channel.CopyBroadcastReceiver(inner);
    let received = 0;
    for (let i = 0; i < 300; i++) {
      for (let k = 0; k <= i % 40; k++) transmitter.transmit(1, new Uint8Array(i % 33));
      try {
        while (receiver.receive(() => received++) > 0);
      } catch { /* it was lapped */ }
      inner.validate();
    }
    console.log(received > 0);
  `);
  assertEquals([code, stdout.trim()], [0, "true"], stderr);
});

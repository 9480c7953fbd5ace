/**
 * Bytes that change their length while they are sent in parts.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../deps.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { testName } from "../helpers/store/place.ts";

/** Bytes that say another length than they have. */
class Liar extends Uint8Array {
  override get byteLength(): number {
    return 3;
  }
}

Deno.test("bytes go whole, whatever they say of their length, and are refused without memory", async () => {
  using at = testName();
  const codec = "bytes";
  await using _server = Server.listen(at.place, (request) => request, {
    codec,
    capacity: 65536,
  });
  await using client = await Client.connect(at.place, { codec });
  for (const length of [100, 100_001]) {
    const answer = await client.call(new Liar(length).fill(5));
    assertEquals(answer, new Uint8Array(length).fill(5));
  }
  const gone = new Uint8Array(10);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  await assertRejects(
    () => client.call(gone),
    TypeError,
    'Cannot send: with the codec "bytes" a value must have memory',
  );
});

Deno.test("a request that is shrunk or transferred between its parts is refused, not cut", async () => {
  using at = testName();
  let handled = 0;
  await using _server = Server.listen(at.place, (request) => {
    handled++;
    return request;
  }, { codec: "bytes", capacity: 65536 });
  await using client = await Client.connect(at.place, { codec: "bytes" });

  const length = 1_000_001;
  const shrunk = new ArrayBuffer(length, { maxByteLength: length });
  const first = client.call(new Uint8Array(shrunk));
  shrunk.resize(0);
  await assertRejects(() => first, TypeError, "shrunk");

  const moved = new Uint8Array(length);
  const second = client.call(moved);
  structuredClone(moved.buffer, { transfer: [moved.buffer] });
  await assertRejects(() => second, TypeError, "transferred");

  assertEquals(handled, 0);
  const whole = await client.call(new Uint8Array(length).fill(7));
  assertEquals(whole, new Uint8Array(length).fill(7));
});

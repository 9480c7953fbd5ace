// A broadcast of 4096 bytes and a ring of 128 bytes with a layout are as long: the
// command tells each as what it is.

import { assertEquals } from "../../../deps.ts";
import {
  BroadcastTransmitter,
  Publisher,
  Receiver,
  Sender,
} from "../../../channel/mod.ts";
import { describe } from "../../../cli/inspect/mod.ts";
import { identifyPlace } from "../../../cli/watching/identify.ts";
import { placeOf } from "../../../cli/watching/place.ts";
import { SharedMemory } from "../../../mod.ts";
import { struct, u32 } from "../../../struct/mod.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";
import { jsonLines, shmem } from "../helpers.ts";

const SIZE = 4224;
/** Where the tail of a ring of 128 bytes would be, behind the header of a record. */
const RING_TAIL = 128 + 128 - 8;

/** A message that stands where a ring would have sound positions. */
function message(): Uint8Array {
  const bytes = new Uint8Array(300);
  bytes[RING_TAIL] = 8;
  return bytes;
}

/** Asserts what each part of the command says that it is, and how it tails it. */
async function assertTold(
  name: string,
  [watched, inspected]: readonly [string, string],
  capacity: number,
  length: number,
): Promise<void> {
  // First: of something else `tail` would wait for messages.
  const { kind, sizes } = identifyPlace(placeOf(name));
  assertEquals([kind, sizes], [watched, { capacity }]);
  const told = describe(name);
  assertEquals([told.kind, told.size], [inspected, SIZE]);
  const info = await shmem(["info", name, "--json"]);
  assertEquals(jsonLines(info)[0].kind, inspected, info.stderr);
  const oldest = ["--from", "oldest", "--count", "1", "--json"];
  const tail = await shmem(["tail", name, ...oldest]);
  assertEquals(jsonLines(tail)[0].length, length, tail.stdout + tail.stderr);
}

Deno.test("a broadcast as long as a ring with a layout is told as a broadcast", async () => {
  using place = temporaryName();
  using publisher = Publisher.create(place.name, { capacity: 4096 });
  assertEquals(identifyPlace(placeOf(place.name)).kind, "broadcast");
  assertEquals(describe(place.name).kind, "broadcast");
  publisher.publish(message());
  await assertTold(place.name, ["broadcast", "broadcast"], 4096, 300);
  // The third message has its bytes where such a ring says what it is.
  publisher.publish(message());
  const bytes = message();
  bytes.set(new TextEncoder().encode("rng1"), 128 + 576 - 2 * 312 - 8);
  publisher.publish(bytes);
  assertEquals(identifyPlace(placeOf(place.name)).kind, "broadcast");
  assertEquals(describe(place.name).kind, "broadcast");
});

Deno.test("a broadcast of another library as long as a ring with a layout is told as a broadcast", async () => {
  using place = temporaryName();
  using memory = SharedMemory.create(place.name, { size: SIZE });
  using mapping = memory.map();
  new BroadcastTransmitter(mapping.bytes).transmit(1, message());
  await assertTold(place.name, ["broadcast", "agrona-broadcast"], 4096, 300);
});

for (const producers of ["one", "many"] as const) {
  Deno.test(`a ring with a layout as long as a broadcast is told as a ring (${producers})`, async () => {
    using place = temporaryName();
    const layout = struct({ n: u32 });
    const options = { capacity: 128, layout, producers };
    using _receiver = Receiver.create(place.name, options);
    using sender = Sender.open(place.name);
    sender.trySend(new Uint8Array(4));
    const kind = producers === "one" ? "channel" : "channel-many";
    await assertTold(place.name, [kind, kind], 128, 4);
  });
}

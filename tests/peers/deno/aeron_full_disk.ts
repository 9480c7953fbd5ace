/**
 * A media driver in a file system of 28 MiB, which looks for no room itself, and a
 * client that adds more than there is room for. Says the code of the error, and what a
 * stream that was there before still carries.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this program is there to print

import { Aeron } from "../../../aeron/mod.ts";
import { isSystemError } from "../../../mod.ts";
import { startDriver } from "../../helpers/aeron/aeron_driver.ts";

await using driver = await startDriver({
  properties: { "aeron.perform.storage.checks": "false" },
});
using aeron = await Aeron.connect({ directory: driver.directory });
using subscription = await aeron.addSubscription("aeron:ipc", 1);
using publication = await aeron.addPublication("aeron:ipc", 1);
try {
  await aeron.addPublication("aeron:ipc?term-length=16m|sparse=true", 2);
} catch (error) {
  console.log(isSystemError(error) ? error.code : error);
}
// The driver was told, and gives the room back.
const { counters } = aeron;
const isThere = () =>
  counters.find(({ label }) => label.includes(" 2 aeron:ipc"));
while (isThere() !== undefined) {
  await new Promise((done) => setTimeout(done, 5));
}
for (let i = 0; i < 100; i++) {
  await publication.send(new Uint8Array(5000).fill(42));
  const { bytes } = await subscription.receive();
  if (i === 99) console.log(bytes[4999]);
}

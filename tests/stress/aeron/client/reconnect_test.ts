/**
 * Connecting again while others do, and while the client is closed.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../../deps.ts";
import {
  driverOfFile,
  freshStream,
  IPC,
} from "../../../helpers/aeron/aeron_client.ts";
import { run } from "../../../helpers/deno.ts";
import { needing } from "../../../helpers/needs.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;

/** How often this process has the driver's file mapped. */
async function mappings(): Promise<number> {
  // Deno itself reads nothing there without all permissions.
  const { stdout } = await run(["cat", `/proc/${Deno.pid}/maps`]);
  return stdout.split("\n")
    .filter((line) => line.endsWith(`${driver.directory}/cnc.dat`)).length;
}

Deno.test(needing(
  NEEDS,
  "of reconnect() calls at the same time the last one holds, and nothing of the others stays",
  async () => {
    using aeron = await driver.connect();
    const before = await mappings();
    const calls = [1, 2, 3].map(() => aeron.reconnect());
    const results = await Promise.allSettled(calls);
    assertEquals(results.map(({ status }) => status), [
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    await assertRejects(
      () => calls[0]!,
      Deno.errors.BadResource,
      "told to connect once more",
    );
    assertEquals(await mappings(), before);
    using _publication = await aeron.addPublication(IPC, freshStream());
  },
));

Deno.test(needing(NEEDS, "close() ends a reconnect() under way", async () => {
  const before = await mappings();
  using aeron = await driver.connect();
  const connecting = aeron.reconnect();
  aeron.close();
  await assertRejects(() => connecting, Deno.errors.BadResource, "was closed");
  assert(aeron.closed);
  assertEquals(await mappings(), before);
  await aeron.reconnect();
  assert(!aeron.closed);
}));

Deno.test(needing(
  NEEDS,
  "reconnect() refuses a wrong signal before it closes anything",
  async () => {
    using aeron = await driver.connect();
    const options = { signal: 5 } as unknown as { signal: AbortSignal };
    await assertRejects(() => aeron.reconnect(options), TypeError, "signal");
    assert(!aeron.closed);
  },
));

Deno.test(needing(
  NEEDS,
  "a relative folder stays the one that it was when the program connected",
  async () => {
    const cwd = Deno.cwd();
    const folder = await Deno.makeTempDir();
    try {
      await Deno.symlink(driver.directory, `${folder}/driver`);
      Deno.chdir(folder);
      using aeron = await driver.connect({ directory: "driver" });
      Deno.chdir(cwd);
      const stream = freshStream();
      using subscription = await aeron.addSubscription(IPC, stream);
      using publication = await aeron.addPublication(IPC, stream);
      await publication.send(new Uint8Array([7]));
      const { bytes } = await subscription.receive({ timeoutMs: 20_000 });
      assertEquals([...bytes], [7]);
    } finally {
      Deno.chdir(cwd);
      await Deno.remove(folder, { recursive: true });
    }
  },
));

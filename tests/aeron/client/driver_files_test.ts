/**
 * What a client makes of a driver that is slow, fast, or gives it up: in files that the
 * test writes.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
} from "../../../deps.ts";
import { Aeron, AeronError } from "../../../aeron/mod.ts";
import { until } from "../../helpers/aeron/aeron_client.ts";
import { DriverFiles } from "../../helpers/aeron/driver_files.ts";

const IPC = "aeron:ipc";
const EVENT = {
  error: 0x0f01,
  imageAvailable: 0x0f02,
  imageUnavailable: 0x0f05,
  subscriptionReady: 0x0f07,
  unknown: 0x0fff,
} as const;

/** The command of a client that has come last. */
async function command(files: DriverFiles) {
  return await until("the command", () => files.take().at(-1));
}

function image(
  files: DriverFiles,
  correlationId: bigint,
  subscriptionId: bigint,
  logFile: string,
): void {
  const [session, stream, counter] = [11, 22, 3];
  files.tell(
    EVENT.imageAvailable,
    correlationId,
    session,
    stream,
    subscriptionId,
    counter,
    logFile,
    IPC,
  );
}

Deno.test("a command that the driver has no room for is an error, and the client goes on", async () => {
  using files = new DriverFiles();
  using aeron = await Aeron.connect({ directory: files.directory });
  const pending: Promise<unknown>[] = [];
  let refused: unknown;
  while (refused === undefined && pending.length < 1000) {
    const adding = aeron.addPublication(IPC, 1);
    const state = await Promise.race([
      adding.catch((error) => error),
      new Promise((resolve) => setTimeout(resolve, 0)),
    ]);
    if (state === undefined) pending.push(assertRejects(() => adding));
    else refused = state;
  }
  assert(refused instanceof Deno.errors.WouldBlock, String(refused));
  assertMatch(refused.message, /has not taken earlier commands/);
  assert(pending.length > 10, `${pending.length}`);
  assertEquals(files.take().length, pending.length);
  const asking = aeron.nextSessionId(5);
  const { correlationId } = await command(files);
  files.tell(0x0f0d, correlationId, 77);
  assertEquals(await asking, 77);
  aeron.close();
  await Promise.all(pending);
});

Deno.test("a client whose events were written over before it read them is lost", async () => {
  using files = new DriverFiles();
  using aeron = await Aeron.connect({ directory: files.directory });
  for (let written = 0; written <= files.capacity; written += 16_384) {
    files.tell(EVENT.unknown, "x".repeat(16_384));
  }
  await until("its end", () => aeron.closed);
  assert(aeron.failure instanceof Deno.errors.ConnectionReset);
  assertMatch(aeron.failure.message, /written over before they were read/);
  await aeron.reconnect();
  assertEquals(aeron.closed, false);
});

Deno.test("an image may be announced before its subscription is, twice, or for somebody else", async () => {
  using files = new DriverFiles();
  using aeron = await Aeron.connect({ directory: files.directory });
  const adding = aeron.addSubscription(IPC, 22);
  const { correlationId } = await command(files);
  const log = files.addLog("500");
  image(files, 500n, correlationId, log);
  image(files, 500n, correlationId, log);
  image(files, 501n, correlationId + 1n, log);
  files.tell(EVENT.subscriptionReady, correlationId, -1);
  using subscription = await adding;
  assertEquals(
    subscription.images.map((image) => image.correlationId),
    [500n],
  );
  // Nothing of this client, or nothing that there is.
  files.tell(EVENT.imageUnavailable, 499n, correlationId);
  files.tell(EVENT.imageUnavailable, 500n, correlationId + 1n);
  files.tell(EVENT.subscriptionReady, 12345n, -1);
  files.tell(EVENT.unknown, "whatever");
  files.tell(EVENT.imageUnavailable, 500n, correlationId);
  await until("its end", () => subscription.images.length === 0);
  assertEquals([aeron.closed, subscription.closed], [false, false]);
});

Deno.test("an image whose log the driver has deleted by then is left out", async () => {
  const errors: Error[] = [];
  using files = new DriverFiles();
  using aeron = await Aeron.connect({
    directory: files.directory,
    onError: (error) => errors.push(error),
  });
  const adding = aeron.addSubscription(IPC, 22);
  const { correlationId } = await command(files);
  files.tell(EVENT.subscriptionReady, correlationId, -1);
  using subscription = await adding;
  image(files, 600n, correlationId, "/x/publications/600.logbuffer");
  image(files, 601n, correlationId, files.addLog("601"));
  const there = await until("the other image", () => subscription.images[0]);
  assertEquals(there.correlationId, 601n);
  assertEquals([subscription.images.length, errors.length], [1, 0]);
});

Deno.test("an error's text arrives whole, however long it is", async () => {
  using files = new DriverFiles();
  using aeron = await Aeron.connect({ directory: files.directory });
  const adding = aeron.addPublication("aeron:udp?endpoint=h:1", 1);
  const { correlationId } = await command(files);
  const text = `no such host\n${"at a line of its trace\n".repeat(1000)}`;
  files.tell(EVENT.error, correlationId, 9, `\x1b[2J${text}`);
  const error = await assertRejects(() => adding, AeronError);
  assertEquals(error.code, "unknown-host");
  // What would clear the terminal does not.
  assert(error.message.endsWith(`\\u{1b}[2J${text}`));
});

Deno.test("a client shows that it lives, and is lost when its counter is another's", async () => {
  using files = new DriverFiles();
  using aeron = await Aeron.connect({ directory: files.directory });
  files.setCounter(0, 1, 0, 0n);
  files.setCounter(1, 1, 11, aeron.clientId + 1n);
  files.setCounter(2, 1, 11, aeron.clientId);
  const before = Date.now();
  await until("its heartbeat", () => files.counter(2) >= BigInt(before));
  assertEquals(files.counter(1), 0n);
  // Freed, and allocated for somebody else.
  files.setCounter(2, 1, 4, 5n);
  await until("its end", () => aeron.closed);
  const last = files.counter(2);
  assertMatch(String(aeron.failure), /has given client \d+ up/);
  await new Promise((resolve) => setTimeout(resolve, 600));
  assertEquals(files.counter(2), last);
});

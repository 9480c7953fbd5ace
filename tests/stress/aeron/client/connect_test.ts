/**
 * Connecting, options, counters, and how a client ends.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "../../../../deps.ts";
import { Aeron } from "../../../../aeron/mod.ts";
import {
  driverOfFile,
  freshStream,
  until,
} from "../../../helpers/aeron/aeron_client.ts";
import { projectPath, run, runDeno } from "../../../helpers/deno.ts";
import { needing } from "../../../helpers/needs.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;

Deno.test("connect() tells that there is no driver, and ends with its signal", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await assertRejects(
      () => Aeron.connect({ directory, timeoutMs: 30 }),
      Deno.errors.TimedOut,
      "there is none after 30 ms; start it",
    );
    await Deno.writeFile(`${directory}/cnc.dat`, new Uint8Array(4096));
    await assertRejects(
      () => Aeron.connect({ directory, timeoutMs: 30 }),
      Deno.errors.TimedOut,
      "has not finished to start",
    );
    const signal = AbortSignal.timeout(20);
    const error = await assertRejects(() =>
      Aeron.connect({ directory, signal })
    );
    assertEquals(error, signal.reason);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("connect() refuses options that do not exist, or have a wrong type", async () => {
  // deno-lint-ignore no-explicit-any -- what the types forbid
  const connect = (options: any) => () => Aeron.connect(options);
  await assertRejects(connect({ dir: "x" }), TypeError, '"dir"');
  await assertRejects(connect({ directory: 3 }), TypeError, "a path");
  await assertRejects(
    connect({ directory: "x", sparse: 1 }),
    TypeError,
    "sparse",
  );
  await assertRejects(
    connect({ directory: "x", onError: 1 }),
    TypeError,
    "onError",
  );
  await assertRejects(
    connect({ directory: "x", driverTimeoutMs: -1 }),
    RangeError,
    "driverTimeoutMs",
  );
});

Deno.test(needing(
  NEEDS,
  "channels, streams and handlers are checked before the driver sees them",
  async () => {
    using aeron = await driver.connect();
    // deno-lint-ignore no-explicit-any -- what the types forbid
    const client = aeron as any;
    for (
      const channel of [
        "",
        "ipc",
        "aeron:",
        5,
        null,
        "aeron:ipc?a=\n",
        "aeron:ipc?alias=ü",
      ]
    ) {
      await assertRejects(
        () => client.addPublication(channel, 1),
        TypeError,
        "must be a URI",
      );
    }
    await assertRejects(
      () => client.addSubscription("aeron:ipc", 2 ** 31),
      RangeError,
      "streamId",
    );
    await assertRejects(
      () => client.addSubscription("aeron:ipc", 1, { onImage: () => {} }),
      TypeError,
      '"onImage"',
    );
    await assertRejects(() => client.addCounter(1, "ü"), TypeError, "ASCII");
    await assertRejects(
      () => client.addCounter(1, "x".repeat(381)),
      RangeError,
      "381",
    );
    await assertRejects(
      () => client.addCounter(1, "x", { key: new Uint8Array(113) }),
      TypeError,
      "112",
    );
  },
));

Deno.test(needing(
  NEEDS,
  "addCounter(): others read it, and it goes with its client",
  async () => {
    using aeron = await driver.connect();
    using other = await driver.connect();
    const key = new Uint8Array([1, 2, 3]);
    const counter = await aeron.addCounter(1234, "orders done", { key });
    assertEquals(counter.add(5n), 0n);
    assertEquals(counter.add(-7n), 5n);
    const seen = other.counters.find(({ typeId }) => typeId === 1234);
    assertEquals(
      [seen?.label, seen?.value, seen?.id, seen?.ownerId, seen?.registrationId],
      ["orders done", -2n, counter.id, aeron.clientId, counter.registrationId],
    );
    assertEquals(seen?.key.slice(0, 4), new Uint8Array([1, 2, 3, 0]));
    counter.value = 2n ** 62n;
    assertEquals(other.counters.value(counter.id), 2n ** 62n);
    counter.close();
    assertEquals(counter.value, 0n);
    assertThrows(() => counter.add(1n), Deno.errors.BadResource, "closed");
    await until("its end", () => other.counters.info(counter.id) === undefined);
    assert([...other.counters].length > 30);
  },
));

Deno.test(needing(
  NEEDS,
  "nextSessionId() gives an id with which a publication can be added",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    const sessionId = await aeron.nextSessionId(stream);
    using publication = await aeron.addExclusivePublication(
      `aeron:ipc?session-id=${sessionId}`,
      stream,
    );
    assertEquals(publication.sessionId, sessionId);
  },
));

Deno.test(needing(
  NEEDS,
  "close() ends everything of a client at once, and its signal tells",
  async () => {
    const aeron = await driver.connect();
    using other = await driver.connect();
    const stream = freshStream();
    using watching = await other.addSubscription("aeron:ipc", stream);
    const publication = await aeron.addPublication("aeron:ipc", stream);
    const subscription = await aeron.addSubscription("aeron:ipc", stream);
    await until("the image", () => watching.isConnected);
    const next = subscription.receive();
    aeron.close();
    aeron.close();
    await assertRejects(() => next, Deno.errors.BadResource, "closed");
    assertEquals([publication.closed, subscription.closed], [true, true]);
    assert(aeron.signal.aborted && aeron.closed && aeron.failure === undefined);
    await assertRejects(
      () => aeron.addPublication("aeron:ipc", stream),
      Deno.errors.BadResource,
      "the Aeron client is closed",
    );
    await until("the end", () => !watching.isConnected);
    await aeron.reconnect();
    using again = await aeron.addPublication("aeron:ipc", stream);
    assertEquals(typeof await again.send(new Uint8Array(1)), "bigint");
    aeron.close();
  },
));

Deno.test(needing(
  NEEDS,
  "an open client keeps no program running",
  async () => {
    const { stdout, stderr, code } = await runDeno(
      `import { Aeron } from "${new URL(
        "../../../../aeron/mod.ts",
        import.meta.url,
      )}";
       const aeron = await Aeron.connect({ directory: "${driver.directory}" });
       await aeron.addSubscription("aeron:ipc", 1);
       console.log("added");
      `,
    );
    assertEquals([stdout, stderr, code], ["added\n", "", 0]);
  },
));

Deno.test(needing(
  NEEDS,
  "a client that is not served for as long as the driver waits is lost, says so, and can reconnect",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    const subscription = await aeron.addSubscription("aeron:ipc", stream);
    const publication = await aeron.addPublication("aeron:ipc", stream);
    // As if the program had been busy for that long.
    const { now } = performance;
    const later = now.call(performance) + 11_000;
    performance.now = () => later;
    try {
      aeron.serve();
    } finally {
      performance.now = now;
    }
    assertMatch(String(aeron.failure), /was busy for 1\d{4} ms/);
    assertEquals(aeron.signal.reason, aeron.failure);
    assertEquals(publication.offer(new Uint8Array(1)), "closed");
    assertThrows(
      () => subscription.poll(() => {}),
      Deno.errors.ConnectionReset,
    );
    await assertRejects(
      () => publication.send(new Uint8Array(1)),
      Deno.errors.ConnectionReset,
    );
    await assertRejects(async () => {
      for await (const _ of subscription) break;
    }, Deno.errors.ConnectionReset);
    await aeron.reconnect();
    using again = await aeron.addSubscription("aeron:ipc", stream);
    assertEquals(again.closed, false);
  },
));

Deno.test(needing(
  [...NEEDS, "root", "unshare"],
  "addPublication() fails with ENOSPC when there is no room for the log, and the rest goes on",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "shmem-full-" });
    try {
      const { code, stdout, stderr } = await run([
        "unshare",
        "-m",
        "sh",
        "-c",
        'mount -t tmpfs -o size=28m tmpfs "$1" && TMPDIR="$1" && export TMPDIR && shift && exec "$@"',
        "-",
        folder,
        Deno.execPath(),
        "run",
        "--quiet",
        "--no-check",
        "--allow-all",
        projectPath("tests/peers/deno/aeron_full_disk.ts"),
      ]);
      assertEquals([code, stdout, stderr], [0, "ENOSPC\n42\n", ""]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
));

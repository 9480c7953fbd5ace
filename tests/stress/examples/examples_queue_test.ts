/**
 * Runs the programs of `examples/` with queues and pipes, with each other and with
 * their twins in C.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertThrows,
} from "../../../deps.ts";
import { MessageQueue, SystemMessageQueue } from "../../../queue/mod.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  deno,
  failure,
  freshKey,
  output,
  temporaryFile,
  twinOf,
} from "./programs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { until } from "../../helpers/sync/size.ts";

/** One program puts numbers into a queue, and another takes them out. */
async function produceAndConsume(
  producer: readonly string[],
  consumer: readonly string[],
  name: string,
): Promise<void> {
  using cleanup = new DisposableStack();
  cleanup.defer(() => {
    if (isThere(name)) MessageQueue.unlinkName(name);
  });
  await using producing = Program.start(producer);
  await until(() => isThere(name), "the producer makes its queue");
  const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
  assertEquals(
    await output(consumer),
    numbers.map((number) => `consumed ${number}\n`).join("") +
      "the sum is 55\n",
  );
  const { code, stdout, stderr } = await producing.end();
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    stdout,
    numbers.map((number) => `produced ${number}\n`).join(""),
  );
  assertThrows(() => MessageQueue.open(name), Deno.errors.NotFound);
}

function isThere(name: string): boolean {
  try {
    MessageQueue.open(name).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("queue_producer.ts and queue_consumer.ts pass ten numbers through four places", async () => {
  const name = randomName();
  await produceAndConsume(
    deno("queue_producer", name),
    deno("queue_consumer", name),
    name,
  );
});

Deno.test(needing(
  ["cc"],
  "queue_producer.ts and queue_consumer.ts work with their twins in C",
  async () => {
    const producer = await twinOf("queue_producer");
    const consumer = await twinOf("queue_consumer");
    const [first, second] = [randomName(), randomName()];
    await produceAndConsume(
      deno("queue_producer", first),
      [consumer.path, first],
      first,
    );
    await produceAndConsume(
      [producer.path, second],
      deno("queue_consumer", second),
      second,
    );
  },
));

const BY_PRIORITY = "9: put out the fire\n5: answer the door\n" +
  "1: sweep the floor\n1: water the plants\n";

Deno.test("queue_priorities.ts shows the most urgent message first", async () => {
  assertEquals(
    await output(deno("queue_priorities", randomName())),
    BY_PRIORITY,
  );
});

Deno.test(needing(
  ["cc"],
  "queue_priorities.c prints what queue_priorities.ts prints",
  async () => {
    const twin = await twinOf("queue_priorities");
    assertEquals(await output([twin.path, randomName()]), BY_PRIORITY);
  },
));

/** Two clients ask, each gets its own answers, and one of them ends the server. */
async function askServer(
  server: readonly string[],
  client: (...args: string[]) => readonly string[],
  key: string,
): Promise<void> {
  using cleanup = new DisposableStack();
  cleanup.defer(() => {
    try {
      SystemMessageQueue.open({ key: Number(key) }).remove();
    } catch {
      // The server has removed it, as it should.
    }
  });
  await using serving = Program.start(server);
  assertEquals(await serving.line(), "The server waits");
  const [first, second] = await Promise.all([
    output(client(key, "7", "hello", "are you there")),
    output(client(key, "8", "and here")),
  ]);
  assertEquals([first, second], ["HELLO\nARE YOU THERE\n", "AND HERE\n"]);
  assertEquals(await output(client(key)), "");
  const { code, stdout, stderr } = await serving.end();
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trim().split("\n").sort(), [
    "7 asks: are you there",
    "7 asks: hello",
    "8 asks: and here",
  ]);
  assertThrows(
    () => SystemMessageQueue.open({ key: Number(key) }),
    Deno.errors.NotFound,
  );
}

Deno.test("type_server.ts answers each type_client.ts by its type", async () => {
  const key = freshKey();
  await askServer(
    deno("type_server", key),
    (...args) => deno("type_client", ...args),
    key,
  );
});

Deno.test(needing(
  ["cc"],
  "type_server.ts and type_client.ts work with their twins in C",
  async () => {
    const server = await twinOf("type_server");
    const client = await twinOf("type_client");
    const [first, second] = [freshKey(), freshKey()];
    await askServer(
      deno("type_server", first),
      (...args) => [client.path, ...args],
      first,
    );
    await askServer(
      [server.path, second],
      (...args) => deno("type_client", ...args),
      second,
    );
  },
));

/** One program reads from a named pipe what another writes into it. */
async function throughPipe(
  reader: readonly string[],
  writer: readonly string[],
  path: string,
): Promise<void> {
  await using reading = Program.start(reader);
  assertEquals(await reading.line(), "The reader waits");
  assertEquals(await output(writer), "");
  assertEquals(await reading.end(), {
    code: 0,
    stdout: "hello through the pipe\nThe writer has closed it\n",
    stderr: "",
  });
  assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
}

const WORDS = ["hello", "through", "the", "pipe"];

Deno.test("pipe_reader.ts shows what pipe_writer.ts writes", async () => {
  using file = temporaryFile();
  const { path } = file;
  await throughPipe(
    deno("pipe_reader", path),
    deno("pipe_writer", path, ...WORDS),
    path,
  );
});

Deno.test(needing(
  ["cc"],
  "pipe_reader.ts and pipe_writer.ts work with their twins in C",
  async () => {
    const reader = await twinOf("pipe_reader");
    const writer = await twinOf("pipe_writer");
    using file = temporaryFile();
    const { path } = file;
    await throughPipe(
      deno("pipe_reader", path),
      [writer.path, path, ...WORDS],
      path,
    );
    await throughPipe(
      [reader.path, path],
      deno("pipe_writer", path, ...WORDS),
      path,
    );
  },
));

Deno.test("the programs with queues and pipes say what is missing", async () => {
  assertMatch(
    await failure(deno("queue_consumer", randomName())),
    /^Cannot open message queue .*ENOENT/,
  );
  assertMatch(
    await failure(deno("type_client", freshKey())),
    /^Cannot open system message queue with key .*ENOENT/,
  );
  using file = temporaryFile();
  const message = await failure(deno("pipe_writer", file.path, "x"));
  assert(message.startsWith("Cannot open named pipe"), message);
});

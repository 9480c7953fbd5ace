/**
 * Runs the programs of `examples/` that send messages.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertThrows,
} from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { compileJava } from "../../helpers/java.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { deadline } from "../../helpers/deadline.ts";
import {
  deno,
  failure,
  output,
  tellLetters,
  temporaryFile,
} from "./programs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { until } from "../../helpers/sync/size.ts";

/** Names that are removed at the end of a test, should a program have left them. */
function names(...suffixes: string[]): { readonly name: string } & Disposable {
  const name = randomName();
  return {
    name,
    [Symbol.dispose]: () => {
      for (const suffix of suffixes) {
        try {
          SharedMemory.unlink(`${name}${suffix}`);
        } catch {
          // Nothing was left, as it should be.
        }
      }
    },
  };
}

function assertGone(name: string): void {
  assertThrows(() => SharedMemory.open(name), Deno.errors.NotFound);
}

Deno.test("message_producer.ts sends to message_consumer.ts, which starts when it is done", async () => {
  using channel = names("");
  const { name } = channel;
  assertEquals(
    await output(deno("message_producer", name, "5000")),
    "Produced 5000 numbers\n",
  );
  assertEquals(
    await output(deno("message_consumer", name)),
    "Consumed numbers with the sum 41679167500\n",
  );
  assertGone(name);
});

Deno.test("message_consumer.ts may start before message_producer.ts", async () => {
  using channel = names("");
  const { name } = channel;
  await using consumer = Program.start(deno("message_consumer", name));
  await until(() => isThere(name), "the consumer makes the channel");
  await output(deno("message_producer", name));
  assertEquals(await consumer.line(), "Consumed numbers with the sum 2870");
  assertEquals((await consumer.end()).code, 0);
  assertGone(name);
});

function isThere(name: string): boolean {
  try {
    SharedMemory.open(name).close();
    return true;
  } catch {
    return false;
  }
}

// The program starts others, which the emulator does not do for it.
Deno.test(needing(
  ["native"],
  "many_producers.ts collects what three processes find, though one is killed",
  async () => {
    const text = await deadline(output(deno("many_producers")), () => "hangs");
    assertEquals(text.split("\n"), [
      "One of the workers died",
      "669 primes below 5000",
      "2016 from 10000 to 29999",
      "",
    ]);
  },
));

Deno.test("price_publisher.ts holds up nobody: of three price_subscriber.ts one that stands still loses prices, and says how many", async () => {
  using channel = names("");
  const { name } = channel;
  await using publisher = Program.start(deno("price_publisher", name));
  assertEquals(await publisher.line(), "Publishing when Enter is pressed");
  await using quick = Program.start(deno("price_subscriber", name, "0"));
  await using slow = Program.start(deno("price_subscriber", name, "3"));
  await using still = Program.start(deno("price_subscriber", name, "50"));
  const all = [quick, slow, still];
  for (const subscriber of all) {
    assertEquals(await subscriber.line(), "Subscribed");
  }
  // How slow the others are, the machine decides.
  Deno.kill(still.pid, "SIGSTOP");
  await publisher.tell("");
  assertEquals(await publisher.line(), "Published 2000 prices");
  Deno.kill(still.pid, "SIGCONT");
  let received = 0;
  for (const subscriber of all) {
    const line = await subscriber.line();
    const [, count, lost, last] =
      line.match(/^Received (\d+), lost (\d+), last ([\d.]+)$/) ?? [];
    received = Number(count);
    assertEquals(received + Number(lost), 2000, line);
    assertEquals(last, "107.45");
  }
  // There is room for 256 messages.
  assert(received > 0 && received <= 256, `the last one received ${received}`);
  assertGone(name);
});

Deno.test("send_file.ts streams a file to receive_file.ts, which gets it whole", async () => {
  using channel = names("");
  using source = temporaryFile();
  using target = temporaryFile();
  const bytes = new Uint8Array(5_000_001);
  for (let i = 0; i < bytes.length; i += 65_000) {
    crypto.getRandomValues(bytes.subarray(i, i + 65_000));
  }
  await Deno.writeFile(source.path, bytes);
  const { name } = channel;
  await using receiver = Program.start(deno("receive_file", target.path, name));
  const sent = await output(deno("send_file", source.path, name));
  assertMatch(sent, /^Sent [0-9a-f]{64}\n$/);
  assertEquals(`${await receiver.line()}\n`, sent.replace("Sent", "Received"));
  assertEquals(await Deno.readFile(target.path), bytes);
  assertGone(name);
});

Deno.test("send_file.ts and receive_file.ts say their usage", async () => {
  assertEquals(
    await failure(deno("send_file")),
    "Usage: send_file.ts FILE [NAME]",
  );
  assertEquals(
    await failure(deno("receive_file")),
    "Usage: receive_file.ts FILE [NAME]",
  );
});

Deno.test("message_server.ts shows every letter that message_client.ts sends, up to a q", async () => {
  using channels = names("-questions", "-answers");
  const { name } = channels;
  await using server = Program.start(deno("message_server", name));
  await using client = Program.start(deno("message_client", name));
  await tellLetters(client, server);
  assertGone(`${name}-questions`);
  assertGone(`${name}-answers`);
});

Deno.test(needing(
  ["java", "native"],
  "java_questions.ts answers Squares.java, which finds every answer right",
  async () => {
    const java = await compileJava("examples/channels/java/Squares.java");
    using channels = names("-to-deno", "-to-java");
    const { name } = channels;
    await using asked = Program.start(deno("java_questions", name, "5000"));
    assertEquals(await asked.line(), "Waiting for Java");
    const plain = name.replace("/", "");
    assertEquals(
      await output([...java, plain, "5000"]),
      "Sent 5000 numbers\n",
    );
    assertEquals(
      await asked.line(),
      "Java says: 5000 of 5000 squares are right",
    );
    assertEquals((await asked.end()).code, 0);
    assertGone(`${name}-to-deno`);
  },
));

/**
 * tail and hz, as programs beside programs that share.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "../../../deps.ts";
import { Budget } from "../../../cli/watching/budget.ts";
import { Publisher, Receiver, Sender } from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { Latest, SharedMap, WorkQueue } from "../../../store/mod.ts";
import { randomName } from "../../helpers/names.ts";
import { jsonLines, shmem, shmemLine } from "../helpers.ts";
import { name, structFile, Trade } from "../../helpers/cli/trades.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("tail prints what waits in a channel, and the receiver still gets it", async () => {
  using stack = new DisposableStack();
  const channel = name(stack);
  using receiver = Receiver.create(channel, { producers: "many" });
  using sender = Sender.open(channel);
  sender.trySend(bytesOf("one"), { typeId: 5 });
  sender.trySend(new Uint8Array([0, 255]));
  const ended = await shmem([
    "tail",
    channel,
    "--from",
    "oldest",
    "--count",
    "2",
  ]);
  assertEquals(ended.code, 0, ended.stderr);
  const [first = "", second = ""] = ended.stdout.split("\n");
  assert(first.endsWith("type 5  3 B  one"), first);
  assert(second.endsWith("type 1  2 B  00 ff"), second);
  assertEquals(textOf(receiver.tryReceive()!.bytes), "one");
  assertEquals(receiver.tryReceive()!.bytes, new Uint8Array([0, 255]));
});

Deno.test("tail waits for a channel that is not there, and ends at Ctrl-C with what it saw", async () => {
  using stack = new DisposableStack();
  const channel = name(stack);
  const [command = "", ...args] = shmemLine(["tail", channel, "--json"]);
  const child = new Deno.Command(command, {
    args,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  using publisher = Publisher.create(channel);
  let printed = "";
  // Until it has found the broadcast: what came before the newest is not told.
  const timer = setInterval(() => publisher.publish(bytesOf("again")), 50);
  try {
    while (!printed.includes("\n")) printed += (await lines.read()).value ?? "";
  } finally {
    clearInterval(timer);
  }
  child.kill("SIGINT");
  await lines.cancel();
  assertEquals((await child.status).code, 0);
  assertEquals(JSON.parse(printed.split("\n")[0]!).text, "again");
});

Deno.test("tail follows a name that was removed and made anew", async () => {
  using stack = new DisposableStack();
  const channel = name(stack);
  const first = Publisher.create(channel);
  first.publish(bytesOf("first"));
  const [command = "", ...args] = shmemLine([
    "tail",
    channel,
    "--from",
    "oldest",
    "--count",
    "2",
    "--json",
  ]);
  const child = new Deno.Command(command, {
    args,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = (await lines.read()).value ?? "";
  first.unlink();
  first.close();
  using second = Publisher.create(channel);
  second.publish(bytesOf("second"));
  for (;;) {
    const { value, done } = await lines.read();
    if (done) break;
    printed += value;
  }
  assertEquals((await child.status).code, 0);
  assertEquals(
    printed.split("\n").filter(Boolean).map((line) => JSON.parse(line).text),
    ["first", "second"],
  );
});

Deno.test("tail --struct reads fields, and --filter chooses by them", async () => {
  await using files = new AsyncDisposableStack();
  using stack = new DisposableStack();
  const channel = name(stack);
  using receiver = Receiver.create(channel);
  using sender = Sender.open(channel);
  for (const price of [1.5, 20.5, 3, 40]) {
    const bytes = new Uint8Array(Trade.size);
    Trade.at(bytes).write({ id: 2n ** 60n + BigInt(price * 2), price });
    sender.trySend(bytes);
  }
  const ended = await shmem([
    "tail",
    channel,
    "--from",
    "oldest",
    "--timeout",
    "300ms",
    "--struct",
    await structFile(files),
    "--filter",
    "price > 10 && id > 1152921504606846976",
    "--json",
  ]);
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(jsonLines(ended).map(({ value }) => value), [
    { id: "1152921504606847017", price: 20.5 },
    { id: "1152921504606847056", price: 40 },
  ]);
  assert(receiver.tryReceive() !== undefined);
});

Deno.test("tail of a newest value, a map and a queue tells values, changes and jobs", async () => {
  using stack = new DisposableStack();
  const names = [name(stack), name(stack), name(stack)] as const;
  using latest = Latest.create(names[0], { byteLength: 100 });
  using map = SharedMap.create(names[1], { budget: 10_000 });
  using queue = WorkQueue.create(names[2], { jobs: 5, byteLength: 100 });
  latest.write(bytesOf("newest"));
  map.set("key", bytesOf("value"));
  queue.tryPut(bytesOf("job"));
  const ended = await shmem([
    "tail",
    ...names,
    "--from",
    "oldest",
    "--timeout",
    "300ms",
    "--json",
  ]);
  const seen = jsonLines(ended)
    .map((
      { name, event, key, text },
    ) => [names.indexOf(name), event, key, text])
    .sort();
  assertEquals(seen, [
    [0, undefined, undefined, "newest"],
    [1, "set", "key", "value"],
    [2, "put", undefined, "job"],
  ]);
});

Deno.test("a watcher pauses for longer, the longer its work took and the less it may take", () => {
  // 50 ms are saved up: 10 were too much.
  assertEquals(new Budget(0.5, 0).spend(60, false, 0), 20);
  assertEquals(Math.round(new Budget(0.03, 0).spend(60, false, 0)), 333);
  assertEquals(new Budget(0.03, 0).spend(0.1, false, 0), 1);
  const budget = new Budget(0.1, 0);
  budget.spend(100, false, 0);
  // Half of the debt of 50 ms is paid after a quarter of a second.
  assertEquals(budget.spend(0, false, 250), 250);
  assertEquals([1, 2, 3, 4].map(() => budget.spend(0, true, 1000)), [
    2,
    4,
    8,
    16,
  ]);
});

Deno.test("tail --no-wait and what is no channel are status 1, a wrong filter is 2", async () => {
  using stack = new DisposableStack();
  const object = name(stack);
  using memory = SharedMemory.create(object, { size: 5003 });
  using mapping = memory.map();
  mapping.bytes.fill(7);
  const missing = await shmem(["tail", randomName(), "--no-wait"]);
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.stderr, "there is no");
  const other = await shmem(["tail", object]);
  assertEquals(other.code, 1);
  assertStringIncludes(other.stderr, "no channel");
  const wrong = await shmem(["tail", object, "--filter", "type ="]);
  assertEquals(wrong.code, 2);
});

Deno.test("hz tells rate and gaps of what is published", async () => {
  using stack = new DisposableStack();
  const channel = name(stack);
  using publisher = Publisher.create(channel);
  const timer = setInterval(() => publisher.publish(new Uint8Array(100)), 20);
  try {
    const ended = await shmem([
      "hz",
      channel,
      "--interval",
      "500ms",
      "--count",
      "2",
      "--json",
    ]);
    assertEquals(ended.code, 0, ended.stderr);
    const [, second] = jsonLines(ended);
    assert(second.count > 0 && second.perSecond <= 60, JSON.stringify(second));
    assertEquals(
      Math.round(second.bytesPerSecond / second.perSecond),
      100,
    );
    assert(second.longestMs >= second.meanMs);
  } finally {
    clearInterval(timer);
  }
});

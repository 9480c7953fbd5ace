// record, replay and recover, as programs beside programs that share.

import { PYTHON } from "../../helpers/peers/python.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../deps.ts";
import {
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { Latest, SharedMap, WorkQueue } from "../../../store/mod.ts";
import { projectPath, run } from "../../helpers/deno.ts";
import { inSmallShm } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import { jsonLines, shmem, shmemLine } from "../../cli/helpers.ts";
import { room, sizeOver, startRecord } from "../../helpers/cli/recording.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a recording of three channels is replayed under other names", async () => {
  await using place = await room();
  const [ring, broadcast, config] = [place.name(), place.name(), place.name()];
  using receiver = Receiver.create(ring, { producers: "many", capacity: 4096 });
  using sender = Sender.open(ring);
  using publisher = Publisher.create(broadcast, { capacity: 8192 });
  using latest = Latest.create(config, { byteLength: 77 });
  latest.write(bytesOf("the config that was there"));
  const { child, output } = await startRecord(place.file, [
    ring,
    broadcast,
    config,
    "--json",
  ]);
  const sent: number[][] = [];
  for (let i = 1; i <= 20; i++) {
    const bytes = crypto.getRandomValues(new Uint8Array(i));
    sent.push([...bytes]);
    sender.trySend(bytes, { typeId: i });
    publisher.publish(bytesOf(`published ${i}`), { typeId: 3 });
    latest.write(bytesOf(`config ${i}`));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await sizeOver(place.file, 1500);
  child.kill("SIGINT");
  const { code, stdout } = await output;
  assertEquals(code, 0);
  const summary = JSON.parse(new TextDecoder().decode(stdout));
  assert(summary.messages >= 42, JSON.stringify(summary));
  assertEquals(receiver.tryReceive()?.bytes.length, 1, "nothing was consumed");

  const others = [place.name(), place.name(), place.name()] as const;
  const pending = shmem([
    "replay",
    place.file,
    "--create",
    "--speed",
    "2",
    "--json",
    ...[ring, broadcast, config].flatMap((
      name,
      i,
    ) => ["--rename", `${name}=${others[i]}`]),
  ]);
  using there = await Receiver.waitFor(others[0], { timeoutMs: 60_000 });
  using subscriber = await Subscriber.waitFor(others[1], { timeoutMs: 60_000 });
  assertEquals(there.capacity, 4096);
  assertEquals(subscriber.capacity, 8192);
  const received: number[][] = [];
  const types: number[] = [];
  for await (const { typeId, bytes } of there) {
    received.push([...bytes]);
    types.push(typeId);
  }
  let last = "";
  for await (const { bytes } of subscriber) last = textOf(bytes);
  const ended = await pending;
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(received, sent);
  assertEquals(types, sent.map((_, i) => i + 1));
  assertEquals(last, "published 20");
  using copy = Latest.open(others[2], { access: "read" });
  assertEquals(copy.byteLength, 77);
  assertEquals(textOf(copy.read()!.bytes), "config 20");
  assertEquals(jsonLines(ended)[0].messages, summary.messages);
});

Deno.test(needing(
  ["root", "unshare", "native"],
  "a recording is replayed where there is nothing of it: in another /dev/shm",
  async () => {
    await using place = await room();
    const [map, queue] = [place.name(), place.name()];
    using entries = SharedMap.create(map, { budget: 20_000 });
    using jobs = WorkQueue.create(queue, { jobs: 7, byteLength: 50 });
    entries.set("gone", bytesOf("x"));
    entries.set(new Uint8Array([0, 200]), bytesOf("bytes as key"));
    jobs.tryPut(bytesOf("a job"));
    const recorded = await shmem([
      "record",
      map,
      queue,
      "-o",
      place.file,
      "--from",
      "oldest",
      "--timeout",
      "300ms",
    ]);
    assertEquals(recorded.code, 0, recorded.stderr);
    const script = `${
      shmemLine(["replay", place.file, "--create", "--speed", "max"]).map(quote)
        .join(" ")
    } && ${
      shmemLine([
        "tail",
        map,
        queue,
        "--from",
        "oldest",
        "--json",
        "--timeout",
        "300ms",
      ])
        .map(quote).join(" ")
    }`;
    const ended = await run(inSmallShm(2 ** 22, ["sh", "-c", script]));
    assertEquals(ended.code, 0, ended.stderr);
    const seen = ended.stdout.split("\n").filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line))
      .map(({ event, key, keyHex, text }) => [event, key ?? keyHex, text])
      .sort();
    assertEquals(seen, [
      ["put", undefined, "a job"],
      ["set", "00c8", "bytes as key"],
      ["set", "gone", "x"],
    ]);
  },
));

Deno.test("a recording that was killed has all up to its last chunk, and recover makes it whole", async () => {
  await using place = await room();
  const ring = place.name();
  using receiver = Receiver.create(ring, { capacity: 4096 });
  using sender = Sender.open(ring);
  const { child, output } = await startRecord(place.file, [ring]);
  for (let i = 0; i < 10; i++) sender.trySend(bytesOf(`message ${i}`));
  // The chunk is in the file: the beginning of a recording is shorter.
  await sizeOver(place.file, 500);
  child.kill("SIGKILL");
  await output;
  const check = await shmem(["recover", place.file, "--check"]);
  assertEquals(check.code, 1);
  assertStringIncludes(check.stdout, "not whole: 10 messages");
  const recovered = await shmem(["recover", place.file, "--json"]);
  assertEquals(recovered.code, 0, recovered.stderr);
  const [{ messages, file, lostBytes }] = jsonLines(recovered);
  assertEquals([messages, lostBytes], [10, 0]);
  assertEquals((await shmem(["recover", file, "--check"])).code, 0);
  for (let i = 0; i < 10; i++) receiver.tryReceive();
  sender.close();
  // The file that was cut short can be replayed as it is.
  const replayed = await shmem(["replay", place.file, "--speed", "max"]);
  assertEquals(replayed.code, 0, replayed.stderr);
  assertStringIncludes(replayed.stderr, "without an end");
  assertEquals(textOf(receiver.tryReceive()!.bytes), "message 0");
});

Deno.test("record splits by size into files that are replayed one after the other", async () => {
  await using place = await room();
  const ring = place.name();
  using receiver = Receiver.create(ring);
  using sender = Sender.open(ring);
  for (let i = 0; i < 100; i++) sender.trySend(new Uint8Array(1000).fill(i));
  const recorded = await shmem([
    "record",
    ring,
    "-o",
    place.file,
    "--from",
    "oldest",
    "--count",
    "100",
    "--split-size",
    "30k",
    "--json",
  ]);
  assertEquals(recorded.code, 0, recorded.stderr);
  const [{ files }] = jsonLines(recorded);
  assertEquals(files.length, 4);
  assertEquals(files[1], place.file.replace(".mcap", "-002.mcap"));
  while (receiver.tryReceive() !== undefined);
  sender.close();
  const replayed = await shmem(["replay", ...files, "--speed", "max"]);
  assertEquals(replayed.code, 0, replayed.stderr);
  for (let i = 0; i < 100; i++) {
    assertEquals(receiver.tryReceive()?.bytes, new Uint8Array(1000).fill(i));
  }
});

Deno.test("record refuses to replace a file, and replay to send what is no recording", async () => {
  await using place = await room();
  await Deno.writeTextFile(place.file, "something else, of more than 8 bytes");
  const record = await shmem(["record", place.name(), "-o", place.file]);
  assertEquals(record.code, 1);
  assertEquals(
    await Deno.readTextFile(place.file),
    "something else, of more than 8 bytes",
  );
  const replay = await shmem(["replay", place.file]);
  assertEquals(replay.code, 1);
  assertStringIncludes(replay.stderr, "MCAP");
});

Deno.test(
  needing(
    ["mcap"],
    "what record writes with a struct is JSON with its schema for others, beside the bytes",
    async () => {
      await using place = await room();
      const ring = place.name();
      const module = `${place.folder}/trade.ts`;
      await Deno.writeTextFile(
        module,
        `import { f64, struct, u32 } from "${new URL(
          "../../../struct/mod.ts",
          import.meta.url,
        )}";
export const Trade = struct({ id: u32, price: f64 });
`,
      );
      using _receiver = Receiver.create(ring);
      const sent = await shmem([
        "send",
        ring,
        "--struct",
        module,
        '{"id": 7, "price": 1.5}',
      ]);
      assertEquals(sent.code, 0, sent.stderr);
      const recorded = await shmem([
        "record",
        ring,
        "-o",
        place.file,
        "--from",
        "oldest",
        "--count",
        "1",
        "--struct",
        module,
      ]);
      assertEquals(recorded.code, 0, recorded.stderr);
      const { code, stdout, stderr } = await run([
        ...PYTHON,
        projectPath("tests/peers/python/mcap_reader.py"),
        place.file,
      ]);
      assertEquals(code, 0, stderr);
      const { messages, schemas } = JSON.parse(stdout);
      assertEquals(messages.length, 2);
      const [raw, shown] = messages;
      assertEquals([raw[0], raw[1]], [ring, null]);
      assertEquals([shown[0], shown[1]], [`${ring}.json`, "Trade"]);
      assertEquals(
        JSON.parse(textOf(Uint8Array.fromHex(shown[3]))),
        { id: 7, price: 1.5 },
      );
      assertEquals(schemas[0][1], "jsonschema");
      assertEquals(JSON.parse(schemas[0][2]).properties.price.type, "number");
    },
  ),
);

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

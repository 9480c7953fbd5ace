// deno run --allow-all examples/aeron/aeron_recorder.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Has the archive record five messages, and replays them from the third one on.
// The driver was started with --archive.

import { Aeron, AeronArchive } from "../../aeron/mod.ts";

const [channel = "aeron:ipc"] = Deno.args;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

try {
  using aeron = await Aeron.connect();
  using archive = await AeronArchive.connect(aeron);
  const recording = await archive.startRecording(channel, 1002);
  using publication = await aeron.addPublication(channel, 1002);
  const positions: bigint[] = [];
  for (let i = 1; i <= 5; i++) {
    positions.push(publication.position);
    await publication.send(encoder.encode(`message ${i}`));
  }
  const { sessionId, position: end } = publication;
  const { recordings } = archive;
  let id: bigint | undefined;
  do {
    // The archive is a little behind.
    id = await recordings.findLast(channel, 1002, sessionId);
  } while (id === undefined || await recordings.lastPosition(id) < end);
  await archive.stopRecording(recording);
  console.log(`Recorded ${end} bytes as recording ${id}`);

  const position = positions[2] ?? 0n;
  const length = end - position;
  using replay = await archive.replay(id, channel, 1003, { position, length });
  for await (const { bytes } of replay.messages({ until: "last-image" })) {
    console.log(`Replayed ${decoder.decode(bytes)}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

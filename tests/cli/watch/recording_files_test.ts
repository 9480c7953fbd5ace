// Where recordings lie: what is no file is refused with a sentence, and what an object
// says late of itself is recorded all the same.

import { assertEquals, assertStringIncludes } from "../../../deps.ts";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { Latest } from "../../../store/mod.ts";
import { run } from "../../helpers/deno.ts";
import { room } from "../../helpers/cli/recording.ts";
import { shmem } from "../helpers.ts";

/** A value to record: one message, and `record` ends. */
function valueOf(name: string): Disposable & { readonly args: string[] } {
  const latest = Latest.create(name, { byteLength: 10 });
  latest.write(new Uint8Array([1]));
  return {
    args: ["record", name, "--count", "1", "-o"],
    [Symbol.dispose]: () => latest.close(),
  };
}

/** Asserts that a command ends with a sentence, and returns it. */
async function assertRefused(args: readonly string[], sentence: string) {
  const { code, stderr } = await shmem(args);
  assertStringIncludes(stderr, sentence);
  assertEquals(code, 1, stderr);
}

Deno.test("record, replay and recover refuse a FIFO, whose open would wait without end", async () => {
  await using at = await room();
  using value = valueOf(at.name());
  const fifo = `${at.folder}/fifo`;
  assertEquals((await run(["mkfifo", fifo])).code, 0);
  // Both its ends are open here, so that to open it would not wait.
  using _ends = Deno.openSync(fifo, { read: true, write: true });
  const sentence = "it is a FIFO, and recordings are files";
  const read = `Cannot read ${fifo}: ${sentence}`;
  await assertRefused(["replay", fifo], read);
  await assertRefused(["recover", fifo, "-o", at.file], read);
  await assertRefused(
    [...value.args, fifo, "--force"],
    `Cannot write ${fifo}: ${sentence}`,
  );
});

Deno.test("record, replay and recover refuse a folder, and record a file that exists unless it may replace it", async () => {
  await using at = await room();
  using value = valueOf(at.name());
  const { folder, file } = at;
  const read = `Cannot read ${folder}: it is a folder`;
  await assertRefused(["replay", folder], read);
  await assertRefused(["recover", folder, "-o", file], read);
  await assertRefused(
    [...value.args, folder, "--force"],
    `Cannot write ${folder}: it is a folder`,
  );
  await Deno.writeTextFile(file, "mine");
  await assertRefused(
    [...value.args, file],
    `Cannot write ${file}: it exists; --force replaces it`,
  );
  assertEquals(await Deno.readTextFile(file), "mine");
  const replaced = await shmem([...value.args, file, "--force"]);
  assertEquals(replaced.code, 0, replaced.stderr);
});

Deno.test("a ring whose creator says only later who sends is recorded as a channel, and replayed with --create", async () => {
  await using at = await room();
  const name = at.name();
  const capacity = 4096;
  {
    using memory = SharedMemory.create(name, { size: capacity + 768 });
    memory.close();
  }
  const ending = new AbortController();
  const args = ["record", name, "--count", "3", "-o", at.file];
  const recording = shmem(args, ending.signal);
  try {
    // It watches the object before it makes the file.
    while (!await exists(at.file)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    using receiver = Receiver.create(name, { capacity, ifExists: "open" });
    using sender = Sender.open(name);
    for (let i = 1; i <= 3; i++) sender.trySend(new Uint8Array([i]));
    const recorded = await recording;
    assertEquals(recorded.code, 0, recorded.stderr);
    receiver.unlink();
  } finally {
    ending.abort();
    await recording;
  }
  const replayed = await shmem(
    ["replay", at.file, "--create", "--speed", "max"],
  );
  assertEquals(replayed.code, 0, replayed.stderr);
  using receiver = Receiver.open(name);
  assertEquals(receiver.capacity, capacity);
  for (let i = 1; i <= 3; i++) {
    assertEquals(receiver.tryReceive()?.bytes, new Uint8Array([i]));
  }
});

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

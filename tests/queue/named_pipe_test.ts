/**
 * `NamedPipe`: both ends here, and the shell at the other end.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../deps.ts";
import { isSystemError, NamedPipe } from "../../queue/mod.ts";
import { run } from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";
import { deadline } from "../helpers/deadline.ts";
import { pause } from "../helpers/sync/size.ts";
import { bytesOf, testFolder } from "../helpers/queue/queues.ts";

function textOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  return deadline(new Response(stream).text(), () => "the stream never ends");
}

Deno.test("NamedPipe passes bytes from one end to the other, and the end", async () => {
  using folder = testFolder();
  const pipe = NamedPipe.create(`${folder.path}/pipe`);
  const text = textOf(pipe.openReadable());
  const writer = (await pipe.openWritable()).getWriter();
  await writer.write(bytesOf("hello "));
  await pause(10);
  await writer.write(bytesOf(""));
  await writer.write(bytesOf("world"));
  await writer.close();
  assertEquals(await text, "hello world");
});

Deno.test("NamedPipe waits for a writer that comes late, and ends when one writes nothing", async () => {
  using folder = testFolder();
  const pipe = NamedPipe.create(`${folder.path}/pipe`);
  for (const said of ["late", ""]) {
    let ended = false;
    const text = textOf(pipe.openReadable()).finally(() => ended = true);
    await pause(40);
    assertEquals(ended, false);
    const writable = await pipe.openWritable();
    await new Blob([said]).stream().pipeTo(writable);
    assertEquals(await text, said);
  }
});

Deno.test(needing(
  ["native"],
  "NamedPipe works with the shell at either end",
  async () => {
    using folder = testFolder();
    const path = `${folder.path}/pipe`;
    const pipe = NamedPipe.create(path);
    const told = textOf(pipe.openReadable());
    const said = await run([
      "sh",
      "-c",
      'echo from the shell > "$1"',
      "sh",
      path,
    ]);
    assertEquals(said.code, 0);
    assertEquals(await told, "from the shell\n");
    const heard = run(["cat", path]);
    const writable = await pipe.openWritable();
    await new Blob(["to the shell\n"]).stream().pipeTo(writable);
    assertEquals((await heard).stdout, "to the shell\n");
  },
));

Deno.test("NamedPipe passes megabytes as fast as they are read, and no faster", async () => {
  using folder = testFolder();
  const pipe = NamedPipe.create(`${folder.path}/pipe`);
  const reader = pipe.openReadable().getReader();
  const writer = (await pipe.openWritable()).getWriter();
  const sent = new Uint8Array(3_000_017).map((_, index) => index * 7);
  let written = false;
  const writing = writer.write(sent).then(() => {
    written = true;
    return writer.close();
  });
  let length = 0;
  let first = true;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    if (first) {
      first = false;
      await pause(30);
      assertEquals(written, false);
    }
    assertEquals(value, sent.subarray(length, length + value.length));
    length += value.length;
  }
  await writing;
  assertEquals(length, sent.length);
});

Deno.test("NamedPipe tells who writes that nobody reads any longer, with EPIPE", async () => {
  using folder = testFolder();
  const pipe = NamedPipe.create(`${folder.path}/pipe`);
  // Before a write, and in the middle of one.
  for (const whilst of [false, true]) {
    const readable = pipe.openReadable();
    const writer = (await pipe.openWritable()).getWriter();
    const closed = assertRejects(() => writer.closed, Deno.errors.BrokenPipe);
    if (!whilst) await readable.cancel();
    const writing = writer.write(new Uint8Array(1_000_000));
    const failing = assertRejects(
      () => writing,
      Deno.errors.BrokenPipe,
      "nobody has the other end open for reading any longer (EPIPE from write)",
    );
    if (whilst) await readable.cancel();
    const error = await failing;
    assert(isSystemError(error), `${error}`);
    assertEquals([error.code, error.syscall], ["EPIPE", "write"]);
    await closed;
  }
});

Deno.test("NamedPipe.openWritable() waits for a reader, for a time, or until its signal", async () => {
  using folder = testFolder();
  const pipe = NamedPipe.create(`${folder.path}/pipe`);
  for (const timeoutMs of [0, 40]) {
    const start = performance.now();
    const error = await assertRejects(
      () => pipe.openWritable({ timeoutMs }),
      Deno.errors.TimedOut,
      "nobody has opened the other end in time (ETIMEDOUT from open)",
    );
    assert("code" in error && error.code === "ETIMEDOUT");
    assert(performance.now() - start >= timeoutMs - 1);
  }
  const reason = new Error("enough");
  const controller = new AbortController();
  const opening = pipe.openWritable({ signal: controller.signal });
  await pause(10);
  controller.abort(reason);
  assertEquals(await assertRejects(() => opening), reason);

  const waiting = pipe.openWritable();
  await pause(30);
  const text = textOf(pipe.openReadable());
  await new Blob(["at last"]).stream().pipeTo(await waiting);
  assertEquals(await text, "at last");
});

Deno.test("NamedPipe streams can be cancelled and aborted at any moment", async () => {
  using folder = testFolder();
  const pipe = NamedPipe.create(`${folder.path}/pipe`);
  // Never read.
  await pipe.openReadable().cancel();
  // While it waits for a writer.
  const reader = pipe.openReadable().getReader();
  const reading = reader.read();
  await pause(10);
  await reader.cancel();
  assertEquals((await reading).done, true);
  // While a write waits for room.
  const readable = pipe.openReadable();
  const writer = (await pipe.openWritable()).getWriter();
  const reason = new Error("no more");
  const writing = assertRejects(() => writer.write(new Uint8Array(1_000_000)));
  const closed = assertRejects(() => writer.closed);
  await pause(10);
  await writer.abort(reason);
  assertEquals([await writing, await closed], [reason, reason]);
  const text = await textOf(readable);
  assert(text.length < 1_000_000, "what had gone into the pipe comes out");
});

/**
 * A process that another test starts has the descriptors of this one, too, until it
 * runs its program.
 */
async function untilNobodyReads(pipe: NamedPipe): Promise<void> {
  for (;;) {
    try {
      await (await pipe.openWritable({ timeoutMs: 0 })).abort();
    } catch (error) {
      if (error instanceof Deno.errors.TimedOut) return;
      throw error;
    }
    await pause(1);
  }
}

Deno.test(needing(
  ["native"],
  "NamedPipe takes no descriptor that it does not give back",
  async () => {
    using folder = testFolder();
    const pipe = NamedPipe.create(`${folder.path}/pipe`);
    const count = async () => {
      const { stdout } = await run([
        "sh",
        "-c",
        'ls -l "/proc/$1/fd" | grep -c "$2" || true',
        "sh",
        String(Deno.pid),
        folder.path,
      ]);
      return Number(stdout);
    };
    for (let round = 0; round < 10; round++) {
      const text = textOf(pipe.openReadable());
      const writable = await pipe.openWritable();
      await new Blob(["x"]).stream().pipeTo(writable);
      await text;
      await pipe.openReadable().cancel();
      await untilNobodyReads(pipe);
    }
    for (let i = 0; i < 100 && await count() > 0; i++) await pause(20);
    assertEquals(await count(), 0);
  },
));

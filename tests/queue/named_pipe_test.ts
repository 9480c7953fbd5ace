/**
 * `NamedPipe`: both ends here, and the shell at the other end.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../deps.ts";
import { isSystemError, NamedPipe } from "../../queue/mod.ts";
import { run, runDeno } from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";
import { deadline } from "../helpers/deadline.ts";
import { outcomesOf } from "../helpers/memory/outcomes.ts";
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
      await assertRejects(() => pipe.openWritable({ timeoutMs: 0 }));
    }
    await pause(20);
    assertEquals(await count(), 0);
  },
));

Deno.test("NamedPipe.create() sets the mode whatever the umask is", async () => {
  using folder = testFolder();
  const { modes } = await outcomesOf(
    `
    import { NamedPipe } from "queue/mod.ts";
    attempt("modes", () =>
      [0o666, 0o622, 0o200, 0].map((mode) => {
        const path = Deno.args[0] + "/" + mode;
        NamedPipe.create(path, { mode });
        return Deno.statSync(path).mode & 0o777;
      }));
    `,
    (command) => ["sh", "-c", 'umask 077; exec "$@"', "sh", ...command],
    { args: [folder.path] },
  );
  assertEquals(modes?.value, [0o666, 0o622, 0o200, 0]);
  assertEquals(
    NamedPipe.create(`${folder.path}/512`, { ifExists: "open" }).path,
    `${folder.path}/512`,
  );
});

Deno.test("NamedPipe refuses what is no pipe, and what is in the way", () => {
  using folder = testFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "precious");
  const exists = assertThrows(
    () => NamedPipe.create(path),
    Deno.errors.AlreadyExists,
    'open it, or create with `ifExists: "open"`',
  );
  assert("code" in exists && exists.code === "EEXIST");
  assertThrows(() => NamedPipe.open(path), TypeError, "is not a named pipe");
  assertThrows(
    () => NamedPipe.create(path, { ifExists: "open" }),
    TypeError,
    "is not a named pipe",
  );
  assertThrows(() => NamedPipe.open(folder.path), TypeError);
  assertThrows(
    () => NamedPipe.create(`${path}/pipe`),
    Deno.errors.NotADirectory,
    "ENOTDIR from mkfifo",
  );
  assertThrows(
    () => NamedPipe.create(`${folder.path}/none/pipe`),
    Deno.errors.NotFound,
    "ENOENT from mkfifo",
  );
  assertThrows(
    () => NamedPipe.open(`${folder.path}/none`),
    Deno.errors.NotFound,
  );
  const pipe = NamedPipe.create(`${folder.path}/pipe`);
  pipe.unlink();
  assertThrows(() => pipe.unlink(), Deno.errors.NotFound);
  assertThrows(() => pipe.openReadable(), Deno.errors.NotFound);
  // Another took the place of the pipe.
  Deno.writeTextFileSync(pipe.path, "precious");
  assertThrows(() => pipe.unlink(), TypeError);
  assertEquals(Deno.readTextFileSync(pipe.path), "precious");
});

Deno.test("NamedPipe asks for Deno's permissions of its path", async () => {
  using folder = testFolder();
  NamedPipe.create(`${folder.path}/pipe`);
  const source = `
    import { NamedPipe } from "${new URL(
    "../../queue/mod.ts",
    import.meta.url,
  )}";
    const [folder] = Deno.args;
    const tried = async (call) => {
      try {
        await call();
        return "allowed";
      } catch (error) {
        return error.name;
      }
    };
    console.log(JSON.stringify([
      await tried(() => NamedPipe.create(folder + "/other")),
      await tried(() => NamedPipe.open(folder + "/pipe")),
      await tried(() => NamedPipe.open(folder + "/pipe").openReadable().cancel()),
      await tried(() => NamedPipe.open(folder + "/pipe").openWritable({ timeoutMs: 0 })),
      await tried(() => NamedPipe.open(folder + "/pipe").unlink()),
    ]));
  `;
  const tell = async (...permissions: string[]) => {
    const { stdout, stderr } = await runDeno(source, {
      permissions: ["--allow-ffi", ...permissions],
      args: [folder.path],
    });
    assertEquals(stderr, "");
    return JSON.parse(stdout);
  };
  assertEquals(await tell(), Array(5).fill("NotCapable"));
  assertEquals(await tell(`--allow-read=${folder.path}`), [
    "NotCapable",
    "allowed",
    "allowed",
    "NotCapable",
    "NotCapable",
  ]);
  assertEquals(
    await tell(`--allow-read=${folder.path}`, `--allow-write=${folder.path}`),
    ["allowed", "allowed", "allowed", "TimedOut", "allowed"],
  );
});

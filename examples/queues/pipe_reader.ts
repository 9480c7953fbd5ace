// deno run --allow-ffi --allow-read --allow-write examples/queues/pipe_reader.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Makes a named pipe, shows what comes through it, and removes it. The other side may
// be pipe_writer.ts, or the shell: echo hello > /tmp/pipe

import { NamedPipe } from "../../queue/mod.ts";

try {
  const [path = "/tmp/pipe"] = Deno.args;
  const pipe = NamedPipe.create(path);
  try {
    console.log("The reader waits");
    const text = pipe.openReadable().pipeThrough(new TextDecoderStream());
    for await (const part of text) console.log(part.trimEnd());
    console.log("The writer has closed it");
  } finally {
    pipe.unlink();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

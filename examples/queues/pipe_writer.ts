// deno run --allow-ffi --allow-read --allow-write examples/queues/pipe_writer.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Writes its arguments, behind the path, into the named pipe of pipe_reader.ts.

import { NamedPipe } from "../../queue/mod.ts";

try {
  const [path = "/tmp/pipe", ...words] = Deno.args;
  const writable = await NamedPipe.open(path).openWritable();
  await new Blob([words.join(" "), "\n"]).stream().pipeTo(writable);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

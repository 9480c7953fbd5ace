// deno run --allow-ffi --allow-read --allow-write examples/memory/random_number.ts FILE
// deno-lint-ignore-file no-console -- a program that shows what it does

// Writes a random number from -100 to 100 into a file, as text and without
// calling write: the file is memory. double_number.ts reads it.

import { MappedFile } from "../../mod.ts";

const FILE_LENGTH = 0x100;

function write(path: string | undefined): void {
  if (!path) throw new Error("Usage: random_number.ts FILE");
  // The C program makes the file two bytes longer than what it maps.
  const size = FILE_LENGTH + 2;
  using file = MappedFile.open(path, { create: "if-missing", size });
  using mapping = file.map({ length: FILE_LENGTH });
  const number = Math.floor(Math.random() * 201) - 100;
  // The NUL ends the text where an earlier, longer number was.
  new TextEncoder().encodeInto(`${number}\n\0`, mapping.bytes);
}

try {
  write(Deno.args[0]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

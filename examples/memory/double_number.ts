// deno run --allow-ffi --allow-read --allow-write examples/memory/double_number.ts FILE
// deno-lint-ignore-file no-console -- a program that shows what it does

// Doubles the number that random_number.ts wrote, in place: no read, no write.

import { mmap, munmap } from "../../mod.ts";

const FILE_LENGTH = 0x100;

function double(path: string | undefined): void {
  if (!path) throw new Error("Usage: double_number.ts FILE");
  const memory = mmap(path, { access: "read-write", length: FILE_LENGTH });
  try {
    const number = parseInt(new TextDecoder().decode(memory));
    if (Number.isNaN(number)) {
      throw new Error(`There is no number at the start of ${path}`);
    }
    console.log(`value: ${number}`);
    new TextEncoder().encodeInto(`${2 * number}\n\0`, memory);
  } finally {
    munmap(memory);
  }
}

try {
  double(Deno.args[0]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

/**
 * Texts that the kernel shows as files (`proc(5)`), read without the file functions
 * of Deno, which keeps programs from `/proc` unless they have all permissions.
 *
 * @module
 */

import { cString } from "../libc/cstring.ts";
import { libc } from "../libc/library.ts";
import { attempt } from "../libc/retry.ts";
import { platform } from "../platforms/platform.ts";

const NEWLINE = 10;

/**
 * Reads a text.
 *
 * @returns The text; empty when there is no such file.
 */
export function readKernelFile(path: string): string {
  const decoder = new TextDecoder();
  let text = "";
  readParts(path, (part) => {
    text += decoder.decode(part, { stream: true });
  });
  return text;
}

/** Counts the lines of a text; 0 when there is no such file. */
export function countKernelLines(path: string): number {
  let lines = 0;
  readParts(path, (part) => {
    for (const byte of part) if (byte === NEWLINE) lines++;
  });
  return lines;
}

function readParts(path: string, use: (part: Uint8Array) => void): void {
  const { open, read, close } = libc();
  const { O_CLOEXEC } = platform().constants;
  const name = cString(path);
  const fd = attempt(() => open(name, O_CLOEXEC, 0n, 0n, 0n, 0n, 0n, 0n, 0n));
  if (fd < 0) return;
  try {
    const bytes = new Uint8Array(16384);
    for (;;) {
      const length = attempt(() =>
        Number(read(fd, bytes, BigInt(bytes.byteLength)))
      );
      if (length <= 0) return;
      use(bytes.subarray(0, length));
    }
  } finally {
    close(fd);
  }
}

import { cString } from "../libc/cstring.ts";
import { libc } from "../libc/library.ts";
import { platform } from "../platforms/platform.ts";

/**
 * Reads a text that the kernel shows as a file (`proc(5)`), past Deno, which
 * keeps programs from `/proc` unless they have all permissions.
 *
 * @returns The text; empty when there is no such file.
 */
export function readKernelFile(path: string): string {
  const { open, read, close } = libc();
  const { O_CLOEXEC } = platform().constants;
  const fd = open(cString(path), O_CLOEXEC, 0n, 0n, 0n, 0n, 0n, 0n, 0n);
  if (fd === -1) return "";
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(16384);
  let text = "";
  let length;
  while ((length = Number(read(fd, bytes, BigInt(bytes.byteLength)))) > 0) {
    text += decoder.decode(bytes.subarray(0, length), { stream: true });
  }
  close(fd);
  return text;
}

import { identity, segmentIdentity } from "./identity.ts";

/** A part of an object that a process has mapped. */
export interface Mapped {
  /** Where it lies in that process, as `/proc/PID/maps` shows it. */
  readonly range: string;
  /** Length in bytes. */
  readonly length: number;
  /** Where it starts in the object, in bytes. */
  readonly offset: number;
  readonly access: "read" | "read-write" | "none";
  /** Whether what it writes is its own (copy-on-write). */
  readonly private: boolean;
}

/** A mapping, and of what it is. */
export interface MappedFile {
  readonly key: string;
  readonly path: string;
  readonly mapping: Mapped;
}

/** What maps programs and libraries, of which every process has dozens. */
const CODE = /\.so(\.\d+)*$/;

/** Reads `proc_pid_maps(5)`: what is mapped of files and shared memory. */
export function parseMaps(text: string): MappedFile[] {
  const found: MappedFile[] = [];
  for (const line of text.split("\n")) {
    // 7f0e4000-7f0e6000 rw-s 00001000 00:1a 123                /dev/shm/name
    const match =
      /^([\da-f]+)-([\da-f]+) (....) ([\da-f]+) ([\da-f]+):([\da-f]+) (\d+)\s+(\/.*)$/
        .exec(line);
    if (match === null) continue;
    const [, from = "", to = "", flags = "", offset = ""] = match;
    const [major = "", minor = "", inode = "", path = ""] = match.slice(5);
    if (CODE.test(path)) continue;
    const device = toDevice(parseInt(major, 16), parseInt(minor, 16));
    const isSegment = path.startsWith("/SYSV");
    found.push({
      key: isSegment
        ? segmentIdentity(Number(inode))
        : identity(device, Number(inode)),
      path: unescape(path),
      mapping: {
        range: `${from}-${to}`,
        length: Number(BigInt(`0x${to}`) - BigInt(`0x${from}`)),
        offset: parseInt(offset, 16),
        access: flags.startsWith("rw")
          ? "read-write"
          : flags.startsWith("r")
          ? "read"
          : "none",
        private: flags[3] === "p",
      },
    });
  }
  return found;
}

/** A device as `stat(2)` has it, of its two numbers (`gnu_dev_makedev(3)`). */
function toDevice(major: number, minor: number): number {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return Number(
    (high & 0xfffn) << 8n | (high & 0xfffff000n) << 32n |
      (low & 0xffn) | (low & 0xffffff00n) << 12n,
  );
}

/** A newline in a path is written as an octal number. */
function unescape(path: string): string {
  return path.replaceAll("\\012", "\n");
}

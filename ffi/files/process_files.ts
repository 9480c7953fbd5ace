/**
 * What `/proc` shows of the files of other processes (`proc_pid_fd(5)`). Nothing is
 * opened for reading: a descriptor of a device or a FIFO may do something then.
 *
 * @module
 */

import { cString } from "../libc/cstring.ts";
import { libc } from "../libc/library.ts";
import { attempt } from "../libc/retry.ts";
import { platform } from "../platforms/platform.ts";
import { closeDescriptor } from "./open.ts";
import { type FileStatus, status } from "./status.ts";

/** `PATH_MAX`, and what the kernel puts behind the path of a file that is gone. */
const LINK_LENGTH = 4096 + 16;

/** Where a symbolic link leads; nothing when there is none, or this user may not look. */
export function readLink(path: string): string | undefined {
  const bytes = new Uint8Array(LINK_LENGTH);
  const length = attempt(() =>
    Number(libc().readlink(cString(path), bytes, BigInt(bytes.byteLength)))
  );
  if (length < 0) return undefined;
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** The file that a path leads to, by all links; nothing when it is gone, or hidden. */
export function statusThrough(path: string): FileStatus | undefined {
  const { O_PATH } = platform().optionalFlags;
  const flags = O_PATH | platform().constants.O_CLOEXEC;
  const name = cString(path);
  const fd = attempt(() =>
    libc().open(name, flags, 0n, 0n, 0n, 0n, 0n, 0n, 0n)
  );
  if (fd < 0) return undefined;
  try {
    return status(fd, "look at a file");
  } finally {
    closeDescriptor(fd);
  }
}

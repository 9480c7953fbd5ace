/**
 * The path of memory without a name: the descriptor of the process that made it, as
 * `proc(5)` shows it to others.
 *
 * Such a path means something else in another PID namespace, or once its process has
 * closed the memory. So it carries the identity of the object, its inode, in a way
 * that the kernel ignores and C can open: `./` is a 0 and `.//` is a 1, as in
 * `/proc/123/fd/.//.//./7`. A plain `/proc/123/fd/7` is accepted, too, and checked
 * less.
 *
 * @module
 */

const PATTERN = /^\/proc\/(\d+|self)\/fd\/((?:\.\/\/?)*)(\d+)$/;

/** Writes the path. */
export function processPath(pid: number, fd: number, inode: number): string {
  const digits = inode.toString(2)
    .replaceAll("1", ".//")
    .replaceAll("0", "./");
  return `/proc/${pid}/fd/${digits}${fd}`;
}

/** What a path of a process says. */
export interface ProcessPath {
  /** The path without the identity. */
  readonly plain: string;
  /** The inode that it must lead to; undefined in a plain path. */
  readonly inode: number | undefined;
}

/** Reads a path; undefined when it is another one. */
export function parseProcessPath(path: string): ProcessPath | undefined {
  const [, pid, identity, fd] = PATTERN.exec(path) ?? [];
  if (pid === undefined) return undefined;
  const digits = identity?.replaceAll(".//", "1").replaceAll("./", "0");
  return {
    plain: `/proc/${pid}/fd/${fd}`,
    inode: digits ? Number.parseInt(digits, 2) : undefined,
  };
}

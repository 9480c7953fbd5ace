/** What `fstat(2)` tells of the machine's files. */

import { call } from "./call.ts";
import type { Files } from "../../machine/kernel/files.ts";

/** All that matters, in one number: a step has one result. */
function pack(files: Files, inode: number): number {
  const { size, links } = files.inodes[inode]!;
  return size + links * 2 ** 20 + inode * 2 ** 22;
}

function unpack(packed: number) {
  const size = packed % 2 ** 20;
  return {
    ...{ device: 1, regular: true, fifo: false, kind: "a regular file" },
    ...{ mode: 0o600, uid: 0, gid: 0, accessed: 0, modified: 0, changed: 0 },
    inode: Math.floor(packed / 2 ** 22),
    links: Math.floor(packed / 2 ** 20) % 4,
    size,
    allocated: size,
  };
}

/** `fstat(2)`. */
export function status(fd: number, _operation: string) {
  return unpack(call(
    `look at ${fd}`,
    (files, who) => pack(files, files.opening(who, fd).inode),
    false,
  ));
}

/** How many names it has. */
export function linksOf(fd: number, operation: string): number {
  return status(fd, operation).links;
}

/** The same by path; paths of objects end with their names. */
export function statusAt(path: string, _operation: string) {
  const name = path.slice(path.lastIndexOf("/"));
  const packed = call(`look at ${name}`, (files) => {
    const inode = files.names.get(name);
    return inode === undefined ? -1 : pack(files, inode);
  }, false);
  return packed < 0 ? undefined : unpack(packed);
}

/** All do. */
export function liesInMemory(_fd: number): boolean {
  return true;
}

/** Nobody asks for times. */
export function toDate(seconds: number): Date {
  return new Date(seconds);
}

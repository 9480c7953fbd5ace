/**
 * The path of memory without a name: the descriptor of the process that made it, as
 * `proc(5)` shows it to others.
 *
 * Such a path means something else in another PID namespace, or once its process has
 * closed the memory. So it carries the identity of the object, its inode, in a way
 * that the kernel ignores and C can open: `./` is a 0 and `.//` is a 1, as in
 * `/proc/123/fd/.//.//./7`. A plain `/proc/123/fd/7` is accepted, too; then only the
 * kind of the object is checked.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { liesInMemory } from "../../ffi/files/status.ts";
import {
  type PathUse,
  permitPath,
  permitProcessFile,
  toPath,
} from "../checks/sandbox.ts";
import type { Descriptor } from "./descriptor.ts";

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
function parseProcessPath(path: string): ProcessPath | undefined {
  const [, pid, identity, fd] = PATTERN.exec(path) ?? [];
  if (pid === undefined) return undefined;
  const digits = identity?.replaceAll(".//", "1").replaceAll("./", "0");
  return {
    plain: `/proc/${pid}/fd/${fd}`,
    inode: digits ? Number.parseInt(digits, 2) : undefined,
  };
}

/** A path that Deno permits. */
export interface PermittedPath {
  /** What is opened. */
  readonly plain: string;
  /** How messages and handles call it. */
  readonly shown: string;
  /** What it says, when it is one of a process: then {@linkcode checkIdentity} is due. */
  readonly ofProcess: ProcessPath | undefined;
}

/** Checks that Deno would permit a path, with the exception for memory of a process. */
export function permit(path: string | URL, use: PathUse): PermittedPath {
  const given = toPath(path);
  const ofProcess = parseProcessPath(given);
  if (ofProcess === undefined) {
    const plain = permitPath(given, use);
    return { plain, shown: plain, ofProcess };
  }
  const { plain } = ofProcess;
  permitProcessFile(plain, use);
  return { plain, shown: given, ofProcess };
}

/**
 * Deno lets nobody into `/proc` without all permissions. This is the exception: what
 * lies there must be memory, and have no name by which it was kept from the program;
 * and when the path tells which one, it must be that.
 */
export function checkIdentity(
  descriptor: Descriptor,
  { inode }: ProcessPath,
  operation: string,
): void {
  const found = descriptor.status();
  if (inode !== undefined && found.inode !== inode) {
    throw systemError("open", errnoNumber("ENOENT"), operation, {
      meaning: "another object is there now",
      remedy:
        "the process that made it has closed it, or lives in another PID namespace, where its number stands for another process; share that namespace, or use an object with a name",
    });
  }
  descriptor.requireRegular();
  if (found.links === 0 && liesInMemory(descriptor.fd("open"))) return;
  throw new Deno.errors.NotCapable(
    `Cannot ${operation}: it is a file, not memory without a name, and Deno allows no files under /proc; open it by its own path`,
  );
}

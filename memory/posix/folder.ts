/**
 * The folder of the objects with a name, and what may be wrong with it.
 *
 * @module
 */

import { roomAt } from "../../ffi/files/directory.ts";
import type { Hint } from "../../ffi/libc/retry.ts";
import { statusAt } from "../../ffi/files/status.ts";
import { platform } from "../../ffi/platforms/platform.ts";

/** What is kept in the folder, and what can be used in its place. */
interface Kept {
  /** What needs no folder. */
  readonly elsewhere: string;
  /** How to open it where the folder is read-only. */
  readonly onReadOnly: string;
  /** What does without pages that are reserved, if anything does. */
  readonly unreserved: string;
}

type Doing = "create" | "open" | "unlink";

/** The sticky bit: only its owner removes a name (`S_ISVTX`, `inode(7)`). */
const STICKY = 0o1000;

const OBJECTS: Kept = {
  elsewhere:
    "use memory without a name (SharedMemory.anonymous()) or a MappedFile",
  onReadOnly: 'open it with access "read", or mount the folder for writing',
  unreserved:
    "use SharedMemory.anonymous() or MappedFile, which have no such limit, or pass `sparse: true` and risk SIGBUS on writing",
};

const SEMAPHORES: Kept = {
  elsewhere: "put the semaphore into memory, with Semaphore.createAt()",
  onReadOnly: "mount it for writing",
  unreserved: "put the semaphore into memory, with Semaphore.createAt()",
};

/**
 * Says what an error has to do with the folder, where it has.
 *
 * @param doing What is done with a name of it.
 * @param kept What has the name.
 */
export function folderHint(
  doing: Doing,
  kept: Kept = OBJECTS,
): Hint {
  const creating = doing === "create";
  const { elsewhere } = kept;
  return (code) => {
    const { shmDirectory: folder } = platform().capabilities;
    if (folder === null) return undefined;
    if (code === "ENOENT" || code === "ENOTDIR") {
      if (statusAt(folder, "look for the folder") !== undefined) {
        return undefined;
      }
      return {
        meaning: `there is no ${folder} here`,
        remedy: `mount a tmpfs there, or ${elsewhere}`,
        unsupported: true,
      };
    }
    if (code === "EROFS") {
      return {
        meaning: `${folder} is read-only here`,
        remedy: creating
          ? `mount it for writing, or ${elsewhere}`
          : doing === "open"
          ? kept.onReadOnly
          : "mount it for writing",
      };
    }
    if (!creating) return undefined;
    if (code === "EACCES") {
      const mode = statusAt(folder, "look at the folder")?.mode ?? 0;
      return {
        meaning:
          `this user may not create anything in ${folder}, whose mode is 0${
            mode.toString(8)
          }`,
        remedy: `set its mode to 1777, or ${elsewhere}`,
      };
    }
    if (code === "ENOSPC") {
      return {
        meaning:
          `${folder} has no room for another name (its inodes are used up)`,
        remedy:
          `remove unused objects (SharedMemory.list()), mount it with a larger nr_inodes, or ${elsewhere}`,
      };
    }
    return undefined;
  };
}

/** Says why a name could not be removed. */
export const unlinkHint: Hint = (code) => removalHint(code, OBJECTS);

function removalHint(code: string, kept: Kept): ReturnType<Hint> {
  const { shmDirectory: folder } = platform().capabilities;
  if (folder === null) return undefined;
  if (code !== "EACCES" && code !== "EPERM") {
    return folderHint("unlink", kept)(code);
  }
  const status = statusAt(folder, "look at the folder");
  if (status === undefined || (status.modeBits & STICKY) !== 0) {
    return {
      meaning:
        `only its owner or that of ${folder} may remove it, because the folder is sticky`,
      remedy: "ask its owner, or remove it as root",
    };
  }
  return {
    meaning:
      `this user may not remove anything from ${folder}, whose mode is 0${
        status.mode.toString(8)
      }`,
    remedy: "set its mode to 1777, or remove it as root",
  };
}

/** Says the same of the files in which semaphores with a name are kept. */
export function semaphoreHint(doing: Doing): Hint {
  if (doing === "unlink") return (code) => removalHint(code, SEMAPHORES);
  return folderHint(doing, SEMAPHORES);
}

/** Says how much room there is for one of them, and how to get more. */
export function semaphoreHintOnFull(size: number): string | undefined {
  return hintOnFull(size, SEMAPHORES);
}

/** Says how much room there is where objects live, and how to get more. */
export function hintOnFull(size?: number, kept = OBJECTS): string | undefined {
  const { shmDirectory } = platform().capabilities;
  if (shmDirectory === null) return undefined;
  const { total, free } = roomAt(shmDirectory, "look for room");
  const asked = size === undefined ? "" : `${size} bytes were asked for, and `;
  return `${asked}${shmDirectory} has ${free} of ${total} bytes left: remove unused objects (SharedMemory.list()), give a container more (--shm-size), or ${kept.unreserved}`;
}

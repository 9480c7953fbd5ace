/**
 * The folder of the objects with a name, and what may be wrong with it.
 *
 * @module
 */

import { roomAt } from "../../ffi/files/directory.ts";
import type { Hint } from "../../ffi/libc/retry.ts";
import { statusAt } from "../../ffi/files/status.ts";
import { platform } from "../../ffi/platforms/platform.ts";

const ELSEWHERE =
  "use memory without a name (SharedMemory.anonymous()) or a MappedFile";

/**
 * Says what an error has to do with the folder, where it has.
 *
 * @param creating Whether something was to be made there.
 */
export function folderHint(creating: boolean): Hint {
  return (code) => {
    const { shmDirectory: folder } = platform().capabilities;
    if (folder === null) return undefined;
    if (code === "ENOENT" || code === "ENOTDIR") {
      if (statusAt(folder, "look for the folder") !== undefined) {
        return undefined;
      }
      return {
        meaning: `there is no ${folder} here`,
        remedy: `mount a tmpfs there, or ${ELSEWHERE}`,
        unsupported: true,
      };
    }
    if (code === "EROFS") {
      return {
        meaning: `${folder} is read-only here`,
        remedy: creating
          ? `mount it for writing, or ${ELSEWHERE}`
          : 'open it with access "read", or mount the folder for writing',
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
        remedy: `set its mode to 1777, or ${ELSEWHERE}`,
      };
    }
    if (code === "ENOSPC") {
      return {
        meaning:
          `${folder} has no room for another name (its inodes are used up)`,
        remedy:
          `remove unused objects (SharedMemory.list()), mount it with a larger nr_inodes, or ${ELSEWHERE}`,
      };
    }
    return undefined;
  };
}

/** Says why a name could not be removed. */
export const unlinkHint: Hint = (code) => {
  const { shmDirectory: folder } = platform().capabilities;
  if (folder === null) return undefined;
  if (code === "EACCES" || code === "EPERM") {
    return {
      meaning:
        `only its owner or that of ${folder} may remove it, because the folder is sticky`,
      remedy: "ask its owner, or remove it as root",
    };
  }
  return folderHint(false)(code);
};

/** Says how much room there is where objects live, and how to get more. */
export function hintOnFull(size?: number): string | undefined {
  const { shmDirectory } = platform().capabilities;
  if (shmDirectory === null) return undefined;
  const { total, free } = roomAt(shmDirectory, "look for room");
  const asked = size === undefined ? "" : `${size} bytes were asked for, and `;
  return `${asked}${shmDirectory} has ${free} of ${total} bytes left: remove unused objects (SharedMemory.list()), give a container more (--shm-size), use SharedMemory.anonymous() or MappedFile, which have no such limit, or pass \`sparse: true\` and risk SIGBUS on writing`;
}

/**
 * Making and finding memory without a name (`memfd_create(2)`).
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { createMemoryFile, openFile } from "../../ffi/files/open.ts";
import { changeMode } from "../../ffi/files/size.ts";
import { liesInMemory } from "../../ffi/files/status.ts";
import { checkHugePages, HUGE_PAGES_HINT } from "../checks/huge_pages.ts";
import { permitPath, permitProcessFile, toPath } from "../checks/sandbox.ts";
import { Descriptor } from "../file/descriptor.ts";
import { lockShared } from "./object_locks.ts";
import type {
  readAnonymousOptions,
  readOpenOptions,
} from "./object_options.ts";
import { parseProcessPath, processPath } from "./process_path.ts";
import { addSealsTo } from "./seals.ts";

/** An open object, and the path that others open it by. */
export interface Nameless {
  readonly descriptor: Descriptor;
  readonly path: string;
}

/** Makes memory without a name. */
export function createNameless(
  options: ReturnType<typeof readAnonymousOptions>,
): Nameless {
  const { size, label, hugePages, resizable, sparse } = options;
  const hugePageSize = hugePages === undefined
    ? undefined
    : checkHugePages(hugePages, size, sparse);
  const what = "shared memory without a name";
  const act = `create ${what}`;
  const fd = createMemoryFile(label, hugePageSize, act);
  const descriptor = new Descriptor(fd, {
    what,
    writable: true,
    sparse,
    inMemory: true,
    hugePageSize,
    hintOnFull: () => hugePageSize === undefined ? undefined : HUGE_PAGES_HINT,
  });
  using undo = new DisposableStack();
  undo.defer(() => descriptor.close());
  lockShared(fd, act);
  changeMode(fd, 0o600, act);
  descriptor.truncate(size);
  if (!sparse) descriptor.reserve(size);
  if (!resizable) addSealsTo(fd, ["shrink"], `seal ${what}`);
  const { inode } = descriptor.status();
  undo.move();
  return { descriptor, path: processPath(Deno.pid, fd, inode) };
}

/** Opens memory without a name, or another object, by path. */
export function openByPath(
  path: string | URL,
  options: ReturnType<typeof readOpenOptions>,
): Nameless {
  const { access, writable, sparse, timeoutMs } = options;
  const given = toPath(path);
  const ofProcess = parseProcessPath(given);
  const plain = ofProcess?.plain ?? permitPath(given, access);
  if (ofProcess !== undefined) permitProcessFile(plain, access);
  const what = `shared memory at ${
    JSON.stringify(ofProcess === undefined ? plain : given)
  }`;
  const act = `open ${what}`;
  const fd = openFile(plain, { writable, create: "never", mode: 0 }, act);
  const descriptor = new Descriptor(fd, {
    what,
    writable,
    sparse,
    inMemory: true,
  });
  using undo = new DisposableStack();
  undo.defer(() => descriptor.close());
  descriptor.requireRegular();
  if (ofProcess !== undefined) checkIdentity(descriptor, ofProcess.inode, act);
  lockShared(fd, act, timeoutMs);
  undo.move();
  return { descriptor, path: ofProcess === undefined ? plain : given };
}

/**
 * Deno lets nobody into `/proc` without all permissions. This is the exception: what
 * lies there must be memory, and have no name by which it was kept from the program;
 * and when the path tells which one, it must be that.
 */
function checkIdentity(
  descriptor: Descriptor,
  inode: number | undefined,
  act: string,
): void {
  const found = descriptor.status();
  if (inode !== undefined && found.inode !== inode) {
    throw systemError("open", errnoNumber("ENOENT"), act, {
      meaning: "another object is there now",
      wayOut:
        "the process that made it has closed it, or lives in another PID namespace, where its number stands for another process; share that namespace, or use an object with a name",
    });
  }
  if (found.links === 0 && liesInMemory(descriptor.fd("open"))) return;
  throw new Deno.errors.NotCapable(
    `Cannot ${act}: it is a file, not memory without a name, and Deno allows no files under /proc; open it by its own path`,
  );
}

/**
 * Creating and finding memory without a name (`memfd_create(2)`).
 *
 * @module
 */

import { createMemoryFile, openFile } from "../../ffi/files/open.ts";
import { changeMode } from "../../ffi/files/size.ts";
import { checkHugePages, HUGE_PAGES_HINT } from "../checks/huge_pages.ts";
import { Descriptor } from "../file/descriptor.ts";
import { checkIdentity, permit, processPath } from "../file/process_path.ts";
import { lockShared } from "./object_locks.ts";
import type {
  readAnonymousOptions,
  readOpenOptions,
} from "./object_options.ts";
import { addSealsTo } from "./seals.ts";

/** An open object, and the path that others open it by. */
export interface Nameless {
  readonly descriptor: Descriptor;
  readonly path: string;
}

/** Creates memory without a name. */
export function createNameless(
  options: ReturnType<typeof readAnonymousOptions>,
): Nameless {
  const { size, label, hugePages, resizable, sparse } = options;
  const hugePageSize = hugePages === undefined
    ? undefined
    : checkHugePages(hugePages, size, sparse);
  const what = "shared memory without a name";
  const operation = `create ${what}`;
  const fd = createMemoryFile(label, hugePageSize, operation);
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
  lockShared(fd, operation);
  changeMode(fd, 0o600, operation);
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
  const { plain, shown, ofProcess } = permit(path, access);
  const what = `shared memory at ${JSON.stringify(shown)}`;
  const operation = `open ${what}`;
  const fd = openFile(plain, { writable, create: "never", mode: 0 }, operation);
  const descriptor = new Descriptor(fd, {
    what,
    writable,
    sparse,
    inMemory: true,
  });
  using undo = new DisposableStack();
  undo.defer(() => descriptor.close());
  // First of all: a number that its process uses anew stands for anything.
  if (ofProcess !== undefined) checkIdentity(descriptor, ofProcess, operation);
  else descriptor.requireRegular();
  lockShared(fd, operation, timeoutMs);
  undo.move();
  return { descriptor, path: shown };
}

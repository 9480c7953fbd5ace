/**
 * Semaphores with names: files in `/dev/shm`, with glibc's names and bytes.
 *
 * @module
 */

import {
  createSemaphoreFile,
  openSemaphoreFile,
  SEMAPHORE_SIZE,
  unlinkSemaphoreFile,
} from "../../ffi/sync/semaphore_files.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import type { Region } from "../../ffi/memory/region.ts";
import { checkMode, checkName, checkWord } from "../../memory/checks/checks.ts";
import {
  semaphoreHint,
  semaphoreHintOnFull,
} from "../../memory/posix/folder.ts";
import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import { requireKnown } from "../waiting/options.ts";
import { initialize, MAX_VALUE } from "./semaphore_counter.ts";
import type { SemaphoreCreateOptions } from "./semaphore_options.ts";

/** The memory of a semaphore with a name. */
export interface NamedSemaphore {
  readonly region: Region;
  /** Its name, with a slash. */
  readonly name: string;
}

/** Creates one, or opens it where that is allowed. */
export function createNamed(
  wanted: string,
  options: SemaphoreCreateOptions,
): NamedSemaphore {
  const name = checkName(wanted);
  requireKnown(options, ["value", "mode", "ifExists"], "create semaphore");
  const { value = 0, mode = 0o600, ifExists = "fail" } = options;
  checkInteger(value, "value", 0, MAX_VALUE);
  checkMode(mode);
  checkWord(ifExists, ["fail", "open"], "ifExists");
  const operation = `create semaphore ${JSON.stringify(name)}`;
  const fill = ({ buffer, byteOffset }: Region) =>
    initialize(new Int32Array(buffer, byteOffset, SEMAPHORE_SIZE / 4), value);
  const create = () => ({
    region: createSemaphoreFile(
      name,
      mode,
      fill,
      operation,
      semaphoreHint("create"),
      () => semaphoreHintOnFull(SEMAPHORE_SIZE),
    ),
    name,
  });
  if (ifExists === "fail") return create();
  return createOrOpen(create, () => openNamed(name));
}

/** Opens one that exists. */
export function openNamed(wanted: string): NamedSemaphore {
  const name = checkName(wanted);
  const operation = `open semaphore ${JSON.stringify(name)}`;
  const region = openSemaphoreFile(name, operation, semaphoreHint("open"));
  return { region, name };
}

/** Removes a name. */
export function unlinkNamed(wanted: string): void {
  const name = checkName(wanted);
  const operation = `unlink semaphore ${JSON.stringify(name)}`;
  unlinkSemaphoreFile(name, operation, semaphoreHint("unlink"));
}

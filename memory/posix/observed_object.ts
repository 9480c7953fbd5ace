/**
 * Looking at shared memory without being seen: for reading only, and without the
 * lock that every handle holds. So an object that is merely looked at counts as
 * not in use, and a process that creates it with `ifStale: "replace"` may replace it.
 *
 * @module
 */

import { openObject } from "../../ffi/files/open.ts";
import { linksOf } from "../../ffi/files/status.ts";
import { checkName } from "../checks/checks.ts";
import { Descriptor } from "../file/descriptor.ts";
import { MappedFile } from "../file/mapped_file.ts";
import { lockableDescriptor } from "../locks/lockable.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { folderHint } from "./folder.ts";
import { objectLabel } from "./object_locks.ts";
import { findLock } from "../../ffi/files/range_lock.ts";

/** Where something is: a name, or the path of a file. */
export type ObservedPlace = string | { readonly path: string | URL };

/** An object or file that is looked at, mapped for reading, until it is closed. */
export class ObservedObject implements Disposable {
  /** All of its memory, as long as it was when it was opened. */
  readonly mapping: Mapping<"read">;
  readonly #descriptor: Descriptor;
  readonly #close: () => void;

  private constructor(descriptor: Descriptor, close: () => void) {
    this.#descriptor = descriptor;
    this.#close = close;
    this.mapping = descriptor.map("read", {}) as Mapping<"read">;
  }

  /**
   * Opens it.
   *
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   * @throws {Deno.errors.Busy} When it is empty: its creator has not given
   * it its size.
   */
  static open(place: ObservedPlace): ObservedObject {
    using undo = new DisposableStack();
    let descriptor: Descriptor;
    let close: () => void;
    if (typeof place === "string") {
      descriptor = openNamed(checkName(place));
      close = () => descriptor.close();
    } else {
      const file = MappedFile.open(place.path, { access: "read" });
      descriptor = lockableDescriptor(file, "watch a file");
      close = () => file.close();
    }
    undo.defer(close);
    if (descriptor.status().size === 0) {
      throw new Deno.errors.Busy(
        `Cannot watch ${descriptor.what}: it is empty; the process that created it has not set its size, or died before`,
      );
    }
    const observed = new ObservedObject(descriptor, close);
    undo.move();
    return observed;
  }

  /** How messages call it. */
  get what(): string {
    return this.#descriptor.what;
  }

  /** Whether its name was removed, or belongs to another object by now. */
  get removed(): boolean {
    const operation = `look at ${this.what}`;
    return linksOf(this.#descriptor.fd(operation), operation) === 0;
  }

  /**
   * Whether another program has cut it short: to touch what is gone would end this
   * process by SIGBUS.
   */
  get isCutShort(): boolean {
    return this.#descriptor.status().size < this.mapping.byteLength;
  }

  /** Whether a process has a byte locked, far behind the end. */
  isLocked(byteOffset: number): boolean {
    const operation = `look at ${this.what}`;
    const fd = this.#descriptor.fd(operation);
    const range = { start: byteOffset, length: 1 };
    return findLock(fd, "exclusive", range, operation) !== undefined;
  }

  /** Unmaps and closes it. */
  close(): void {
    this.#close();
    this.mapping.unmap();
  }

  /** The same as {@linkcode ObservedObject.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function openNamed(name: string): Descriptor {
  const what = objectLabel(name);
  const fd = openObject(
    name,
    { writable: false, create: "never", mode: 0 },
    `watch ${what}`,
    folderHint("open"),
  );
  using undo = new DisposableStack();
  const options = { what, writable: false, sparse: false, inMemory: true };
  const descriptor = undo.adopt(
    new Descriptor(fd, options),
    (descriptor) => descriptor.close(),
  );
  // A FIFO or a directory could be waited for without end.
  descriptor.requireRegular();
  undo.move();
  return descriptor;
}

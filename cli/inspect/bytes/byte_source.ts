/**
 * Reading what other processes write: copies alone, so that no byte changes
 * while it is decoded, and nothing is mapped that others could truncate.
 *
 * @module
 */

import {
  closeDescriptor,
  openFile,
  openObject,
} from "../../../ffi/files/open.ts";
import { readAt } from "../../../ffi/files/read_at.ts";
import { findLock, type FoundLock } from "../../../ffi/files/range_lock.ts";
import { type FileStatus, status } from "../../../ffi/files/status.ts";
import { tryLockFile, unlockFile } from "../../../ffi/files/whole_lock.ts";
import { isSystemError } from "../../../ffi/errors/system_error.ts";
import { permitPath } from "../../../memory/checks/sandbox.ts";
import { type Address, addressText } from "../address.ts";

const READ_ONLY = { writable: false, create: "never", mode: 0 } as const;

/** Where a folder of POSIX objects may hold folders of objects, as Aeron's does. */
const OBJECTS = /^\/dev\/shm\/(?!.*\/\.\.?(\/|$))/;

/** An object that is open for reading, until it is disposed of. */
export class ByteSource implements Disposable {
  /** How messages call it. */
  readonly name: string;
  readonly #fd: number;
  #open = true;

  private constructor(name: string, fd: number) {
    this.name = name;
    this.#fd = fd;
  }

  /**
   * Opens a POSIX object, a semaphore with a name, or a file.
   *
   * @throws {Deno.errors.NotFound} When there is none.
   * @throws {Deno.errors.PermissionDenied} When this user may not read it.
   * @throws {TypeError} When it is no file, or has no bytes to read.
   */
  static open(address: Address): ByteSource {
    const text = addressText(address);
    const operation = `look into ${text}`;
    const fd = openAddress(address, operation);
    const { regular, kind } = status(fd, operation);
    if (regular) return new ByteSource(text, fd);
    closeDescriptor(fd);
    throw new TypeError(`Cannot ${operation}: it is ${kind}`);
  }

  /** Size, owner and times, as they are now. */
  get status(): FileStatus {
    return status(this.#fd, `look at ${this.name}`);
  }

  /** Size in bytes, as it is now. */
  get size(): number {
    return this.status.size;
  }

  /**
   * Copies bytes.
   *
   * @returns What there was; shorter at the end of the object.
   */
  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    const done = this.readInto(bytes, offset);
    return done === length ? bytes : bytes.subarray(0, done);
  }

  /**
   * Copies bytes to where there is room for them.
   *
   * @returns How many there were.
   */
  readInto(target: Uint8Array<ArrayBuffer>, offset: number): number {
    return readAt(this.#fd, target, offset, `look into ${this.name}`);
  }

  /** Whether a process has a byte locked, with which participants say they are there. */
  isLocked(byte: number): boolean {
    return this.#find(byte, 1) !== undefined;
  }

  /** The first lock within a range; nothing when there is none. */
  lockWithin(start: number, length: number): FoundLock | undefined {
    return this.#find(start, length);
  }

  /**
   * Whether a handle of this library, or another `flock`, is on the whole object;
   * null when this file system has none.
   */
  get flocked(): boolean | null {
    try {
      // There is no way to ask that does not lock for a moment.
      if (!tryLockFile(this.#fd, "exclusive", `look at ${this.name}`)) {
        return true;
      }
      unlockFile(this.#fd, `look at ${this.name}`);
      return false;
    } catch (error) {
      if (isSystemError(error)) return null;
      throw error;
    }
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    closeDescriptor(this.#fd);
  }

  #find(start: number, length: number): FoundLock | undefined {
    return findLock(
      this.#fd,
      "exclusive",
      { start, length },
      `look at the locks of ${this.name}`,
    );
  }
}

function openAddress({ space, name }: Address, operation: string): number {
  switch (space) {
    case "posix":
      return openObject(name, READ_ONLY, operation);
    case "semaphore":
      return openObject(`/sem.${name.slice(1)}`, READ_ONLY, operation);
    case "file": {
      const path = OBJECTS.test(name) ? name : permitPath(name, "read");
      return openFile(path, READ_ONLY, operation);
    }
    default:
      throw new TypeError(`Cannot ${operation}: it has no bytes to read`);
  }
}

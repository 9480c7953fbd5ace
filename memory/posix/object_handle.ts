import { statusAt, toDate } from "../../ffi/files/status.ts";
import type { Access } from "../../ffi/memory/mman.ts";
import { unlinkObject } from "../../ffi/files/open.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { checkSize } from "../checks/checks.ts";
import { readOptions } from "../checks/options.ts";
import type { Descriptor } from "../file/descriptor.ts";
import {
  ACCESSES,
  checkAccess,
  MAP_NAMES,
  type WindowOptions,
} from "../mapping/access.ts";
import { unwatch, watch } from "../mapping/leaks.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { unlinkHint } from "./folder.ts";
import { objectLabel } from "./object_locks.ts";
import type { ObjectAccess, ObjectStatus } from "./object_options.ts";
import { resizeObject } from "./resize.ts";
import { addSealsTo, type Seal, sealsOf } from "./seals.ts";

/**
 * What makes an {@linkcode ObjectHandle}.
 *
 * @ignore
 */
export interface Parts<A extends ObjectAccess> {
  readonly descriptor: Descriptor;
  readonly access: A;
  readonly created: boolean;
  readonly name?: string;
  readonly path?: string;
}

let descriptorOfHandle: (memory: ObjectHandle<ObjectAccess>) => Descriptor;

/** The descriptor behind a handle, for the layers of this library alone. */
export function descriptorOf(memory: ObjectHandle<ObjectAccess>): Descriptor {
  return descriptorOfHandle(memory);
}

/**
 * What an open `SharedMemory` does. How one is created or opened is documented there.
 *
 * @example Map and unmap
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 *
 * using memory = SharedMemory.anonymous({ size: 100 });
 * using mapping = memory.map({ offset: 50 });
 * console.log(memory.size, mapping.byteLength); // 100 50
 * ```
 */
export class ObjectHandle<A extends ObjectAccess> implements Disposable {
  readonly #descriptor: Descriptor;
  readonly #access: A;
  readonly #created: boolean;
  readonly #name: string | null;
  readonly #path: string | null;

  /**
   * Not for programs: use the functions of `SharedMemory`.
   *
   * @ignore
   */
  constructor(parts: Parts<A>) {
    const { descriptor, access, created, name = null, path = null } = parts;
    this.#descriptor = descriptor;
    this.#access = access;
    this.#created = created;
    this.#name = name;
    this.#path = path;
    watch(this, () => `the handle of ${descriptor.what}`);
  }

  static {
    descriptorOfHandle = (memory) => memory.#descriptor;
  }

  /** Name with its slash, or null for memory without one. */
  get name(): string | null {
    return this.#name;
  }

  /**
   * Path by which another process of the same user opens memory without a name
   * (`SharedMemory.openPath`), or C does by `open(2)`, as long as this
   * handle is open; null for memory with a name.
   *
   * The dots and slashes in it, which the kernel ignores, say which object it is. So
   * `openPath` fails where the path leads to another one: in another PID namespace
   * (another container), or once this handle is closed. Both processes need the same
   * PID namespace.
   */
  get path(): string | null {
    return this.#path;
  }

  /** What the handle may do. */
  get access(): A {
    return this.#access;
  }

  /** Whether this handle created the object, rather than opened it. */
  get created(): boolean {
    return this.#created;
  }

  /** Size in bytes, as it is now. On macOS it is rounded up to pages. */
  get size(): number {
    return this.#descriptor.status().size;
  }

  /**
   * Maps the object, or a window of it (`mmap(2)`).
   *
   * @param options Window and access. Default: all of it, with the access of
   * the handle.
   * @returns The mapped memory.
   * @throws {RangeError} When the window does not lie in the object; the
   * message has both sizes.
   * @throws {Deno.errors.PermissionDenied} With an access that the handle does
   * not have (EACCES), or that a seal forbids (EPERM).
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   */
  map(options?: WindowOptions & { readonly access?: undefined }): Mapping<A>;
  /** Maps the object with an access of its own. */
  map<B extends Access>(
    options: WindowOptions & { readonly access: B },
  ): Mapping<B>;
  map(
    options?: WindowOptions & { readonly access?: Access | undefined },
  ): Mapping {
    const operation = `map ${this.#descriptor.what}`;
    const read = readOptions(options, MAP_NAMES, operation);
    const access = checkAccess(read.access ?? this.#access, ACCESSES);
    return this.#descriptor.map(access, read);
  }

  /**
   * Changes the size (`ftruncate(2)`); Linux. What is added is zero and
   * reserved. Mappings keep their length; map again for more.
   *
   * @param size New size in bytes.
   * @throws {Deno.errors.Busy} When it would shrink while this process has more
   * mapped, or another process has it open through this library: touching what
   * is gone would kill it. When another process has been changing its size for a
   * second, or has a lock on all of it, such as a `FileLock` without an end.
   * @throws {Deno.errors.PermissionDenied} When a seal forbids it (EPERM).
   * @throws {Deno.errors.NotSupported} On macOS, where a size is set once.
   */
  resize(size: number): void {
    resizeObject(this.#descriptor, checkSize(size, "size"));
  }

  /**
   * Removes the name (`shm_unlink(3)`). Processes that have the object open or mapped
   * keep it, and so does this handle.
   *
   * @throws {Deno.errors.NotFound} When it was removed before (ENOENT).
   * @throws {TypeError} When it has no name.
   */
  unlink(): void {
    if (this.#name === null) {
      throw new TypeError(
        `Cannot unlink ${this.#descriptor.what}: it has no name`,
      );
    }
    const act = `unlink ${objectLabel(this.#name)}`;
    // Another object may have its name since; one that is closed cannot ask.
    const { shmDirectory } = platform().capabilities;
    if (
      !this.#descriptor.closed && this.status().unlinked &&
      statusAt(`${shmDirectory}${this.#name}`, act) !== undefined
    ) {
      throw new Deno.errors.NotFound(
        `Cannot ${act}: it was removed before, and another one has its name since`,
      );
    }
    unlinkObject(this.#name, act, unlinkHint);
  }

  /** Reads size, owner, mode and times (`fstat(2)`). */
  status(): ObjectStatus {
    const { size, allocated, mode, uid, gid, links, modified, changed } = this
      .#descriptor.status();
    const { countsObjectLinks } = platform().capabilities;
    const unlinked = countsObjectLinks && this.#name !== null && links === 0;
    return {
      size,
      allocated,
      mode,
      uid,
      gid,
      unlinked,
      modifiedAt: toDate(modified),
      changedAt: toDate(changed),
    };
  }

  /** The seals that the object has; none for an object with a name; Linux. */
  get seals(): Seal[] {
    if (this.#name !== null) return [];
    return sealsOf(this.#descriptor.fd("read the seals of"), "read the seals");
  }

  /**
   * Adds seals to memory without a name (`F_ADD_SEALS`); Linux. They hold for
   * every process, and for good.
   *
   * @param seals What is guaranteed.
   * @throws {Deno.errors.Busy} For `"write"`, while it is mapped for writing (EBUSY).
   * @throws {Deno.errors.PermissionDenied} When it was sealed against seals (EPERM).
   * @throws {TypeError} When it has a name: only memory without one has seals; or
   * when it is open for reading only.
   *
   * @example Hand out memory that nobody can change any more
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   *
   * using memory = SharedMemory.anonymous({ size: 4096 });
   * {
   *   using mapping = memory.map();
   *   mapping.bytes.fill(7);
   * }
   * memory.seal("write", "grow", "seal");
   * ```
   */
  seal(...seals: Seal[]): void {
    if (this.#name !== null) {
      throw new TypeError(
        `Cannot seal ${this.#descriptor.what}: only memory without a name has seals; make it with SharedMemory.anonymous()`,
      );
    }
    const operation = `seal ${this.#descriptor.what}`;
    if (this.#access === "read") {
      throw new TypeError(
        `Cannot ${operation}: it is open for reading only; open it with access "read-write"`,
      );
    }
    addSealsTo(this.#descriptor.fd("seal"), seals, operation);
  }

  /**
   * Closes the handle; what is mapped stays mapped, and the object stays.
   * Harmless when it was done before.
   */
  close(): void {
    unwatch(this);
    this.#descriptor.close();
  }

  /** The same as {@linkcode ObjectHandle.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

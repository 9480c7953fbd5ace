import {
  changeMode,
  createMemoryFile,
  openFile,
  toDate,
  unlinkObject,
} from "../../ffi/files/file.ts";
import { type Access, pageSize } from "../../ffi/memory/mman.ts";
import { describe } from "../../ffi/libc/integers.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import {
  checkFits,
  checkMode,
  checkName,
  checkOffset,
  checkOptions,
  checkSize,
  checkSizes,
  checkWord,
} from "../checks/checks.ts";
import { createOrOpen } from "../checks/create_or_open.ts";
import { Descriptor } from "../file/descriptor.ts";
import { checkHugePages, HUGE_PAGES_HINT } from "../checks/huge_pages.ts";
import { unwatch, watch } from "../mapping/leaks.ts";
import type { Mapping } from "../mapping/mapping.ts";
import {
  createObject,
  listObjects,
  lockShared,
  objectLabel,
  openExisting,
  tryLockExclusive,
} from "./named_object.ts";
import type {
  AnonymousOptions,
  CreateOptions,
  ObjectAccess,
  ObjectEntry,
  ObjectStatus,
  OpenOptions,
} from "./object_options.ts";
import { PATIENCE_MS } from "../checks/retry.ts";
import { permitPath } from "../checks/sandbox.ts";
import { addSealsTo, type Seal, sealsOf } from "./seals.ts";
import {
  ACCESSES,
  checkAccess,
  type WindowOptions,
} from "../mapping/access.ts";

/** What a {@linkcode SharedMemory} is made from. */
interface Parts<A extends ObjectAccess> {
  readonly descriptor: Descriptor;
  readonly access: A;
  readonly created: boolean;
  readonly name?: string;
  readonly path?: string;
}

let descriptorOfHandle: (memory: SharedMemory) => Descriptor;

/** The descriptor behind a handle, for the layers of this library alone. */
export function descriptorOf(memory: SharedMemory): Descriptor {
  return descriptorOfHandle(memory);
}

/**
 * A POSIX shared memory object: named (`shm_open(3)`), or without a name
 * (`memfd_create(2)`).
 *
 * A named object stays until {@linkcode SharedMemory.unlink} or a restart,
 * whoever exits. Closing never removes it. An object without a name goes with
 * the last process that has it open or mapped.
 *
 * Its pages are reserved when it is created or mapped, so that a full
 * `/dev/shm` is an error then, not the death of the process later. What cannot
 * be held: when another process cuts the object short under a mapping, touching
 * what is gone kills the process with SIGBUS. `seal("shrink")` rules it out
 * for memory without a name (there it is the default), and processes that
 * resize through this library refuse to.
 *
 * @example Create in one process
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 *
 * const name = `/frames-${crypto.randomUUID()}`;
 * using memory = SharedMemory.create(name, { size: 4096 });
 * using mapping = memory.map();
 * mapping.bytes[0] = 42;
 *
 * // In another process:
 * using same = SharedMemory.open(name, { access: "read" });
 * using view = same.map();
 * console.log(view.bytes.at(0)); // 42
 *
 * memory.unlink();
 * ```
 */
export class SharedMemory<A extends ObjectAccess = ObjectAccess>
  implements Disposable {
  readonly #descriptor: Descriptor;
  readonly #what: string;

  /** Name with its slash, or null for memory without one. */
  readonly name: string | null;
  /**
   * Path by which another process of the same user opens memory without a name
   * ({@linkcode SharedMemory.openPath}), as long as this handle is open; null
   * for memory with a name.
   */
  readonly path: string | null;
  /** What the handle may do. */
  readonly access: A;
  /** Whether this handle created the object, rather than opened it. */
  readonly created: boolean;

  private constructor(parts: Parts<A>) {
    const { descriptor, access, created, name = null, path = null } = parts;
    this.#descriptor = descriptor;
    this.#what = descriptor.what;
    this.access = access;
    this.created = created;
    this.name = name;
    this.path = path;
    watch(this, () => `the handle of ${descriptor.what}`);
  }

  static {
    descriptorOfHandle = (memory) => memory.#descriptor;
  }

  /**
   * Creates an object with a name, zero-filled (`shm_open(3)`).
   *
   * Of two processes that create the same name, one creates; the other fails,
   * or opens what the first made. Neither changes what the other wrote.
   *
   * @param name One component, with or without a slash in front: `"/frames"`.
   * @param options Size and the rest.
   * @returns A handle, open for reading and writing.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   * @throws {RangeError} When an option is out of range, or when
   * `ifExists: "open"` finds an object of another size.
   */
  static create(
    name: string,
    options: CreateOptions,
  ): SharedMemory<"read-write"> {
    const checked = checkName(name);
    checkOptions(options, "create shared memory");
    const {
      size,
      mode = 0o600,
      ifExists = "fail",
      ifStale = "fail",
      sparse = false,
    } = options;
    checkSize(size, "size");
    checkMode(mode);
    checkWord(ifExists, ["fail", "open"], "ifExists");
    checkWord(ifStale, ["fail", "replace"], "ifStale");
    const request = { size, mode, sparse, ifStale };
    const create = () =>
      new SharedMemory({
        descriptor: createObject(checked, request),
        access: "read-write",
        created: true,
        name: checked,
      });
    const open = () => SharedMemory.open(checked, { size, sparse });
    return ifExists === "open" ? createOrOpen(create, open) : create();
  }

  /**
   * Opens an object that exists (`shm_open(3)`). One that was created a moment
   * ago and has no size yet is waited for.
   *
   * @param name Name that it was created with.
   * @param options Access, and what size it must have.
   * @returns A handle.
   * @throws {Deno.errors.NotFound} When there is no such object (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   * @throws {Deno.errors.TimedOut} When it is still empty after `timeoutMs`.
   * @throws {RangeError} When its size does not fit; the message has both.
   */
  static open(
    name: string,
    options?: OpenOptions & { readonly access?: "read-write" },
  ): SharedMemory<"read-write">;
  /** Opens an object for reading only. */
  static open(
    name: string,
    options: OpenOptions & { readonly access: "read" },
  ): SharedMemory<"read">;
  /** Opens an object with an access that is chosen at run time. */
  static open(name: string, options: OpenOptions): SharedMemory;
  static open(name: string, options: OpenOptions = {}): SharedMemory {
    const checked = checkName(name);
    const { access, sparse, timeoutMs } = checkOpenOptions(options);
    const writable = access === "read-write";
    const request = { writable, sparse, timeoutMs };
    const descriptor = openExisting(checked, request);
    checkSizeOf(descriptor, options);
    return new SharedMemory({
      descriptor,
      access,
      created: false,
      name: checked,
    });
  }

  /**
   * Makes memory without a name (`memfd_create(2)`); Linux. Nothing of it can
   * be left behind, and `/dev/shm` does not limit it.
   *
   * @param options Size and the rest.
   * @returns A handle, open for reading and writing, with a
   * {@linkcode SharedMemory.path} for other processes.
   * @throws {SystemError} When there is not enough memory (ENOMEM).
   * @throws {Deno.errors.NotSupported} On macOS, which has no such call.
   */
  static anonymous(options: AnonymousOptions): SharedMemory<"read-write"> {
    checkOptions(options, "create shared memory");
    const { size, label = "shmem", resizable = false, sparse = false } =
      options;
    checkSize(size, "size");
    checkLabel(label);
    const hugePageSize = options.hugePages === undefined
      ? undefined
      : checkHugePages(options.hugePages, size);
    const what = "shared memory without a name";
    const fd = createMemoryFile(label, hugePageSize, `create ${what}`);
    const descriptor = new Descriptor(fd, {
      what,
      writable: true,
      sparse,
      inMemory: true,
      hugePageSize,
      hintOnFull: () =>
        hugePageSize === undefined ? undefined : HUGE_PAGES_HINT,
    });
    using undo = new DisposableStack();
    undo.defer(() => descriptor.close());
    lockShared(fd, `create ${what}`);
    changeMode(fd, 0o600, `create ${what}`);
    descriptor.truncate(size);
    if (!sparse) descriptor.reserve(size);
    if (!resizable) addSealsTo(fd, ["shrink"], `seal ${what}`);
    undo.move();
    return new SharedMemory({
      descriptor,
      access: "read-write",
      created: true,
      path: `/proc/${Deno.pid}/fd/${fd}`,
    });
  }

  /**
   * Opens memory that another process of the same user made without a name;
   * Linux. Needs Deno's permission to read the path, and to write it unless
   * access is `"read"`.
   *
   * @param path The {@linkcode SharedMemory.path} of the other process.
   * @param options Access, and what size it must have.
   * @returns A handle.
   * @throws {Deno.errors.NotFound} When that process closed it (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When it is another user's (EACCES).
   * @throws {RangeError} When its size does not fit; the message has both.
   */
  static openPath(
    path: string | URL,
    options?: OpenOptions & { readonly access?: "read-write" },
  ): SharedMemory<"read-write">;
  /** Opens memory without a name for reading only. */
  static openPath(
    path: string | URL,
    options: OpenOptions & { readonly access: "read" },
  ): SharedMemory<"read">;
  /** Opens memory without a name with an access that is chosen at run time. */
  static openPath(path: string | URL, options: OpenOptions): SharedMemory;
  static openPath(
    path: string | URL,
    options: OpenOptions = {},
  ): SharedMemory {
    const { access, sparse, timeoutMs } = checkOpenOptions(options);
    const plain = permitPath(path, access);
    const what = `shared memory at ${JSON.stringify(plain)}`;
    const writable = access === "read-write";
    const request = { writable, create: "never", mode: 0 } as const;
    const fd = openFile(plain, request, `open ${what}`);
    const descriptor = new Descriptor(fd, {
      what,
      writable,
      sparse,
      inMemory: true,
    });
    using undo = new DisposableStack();
    undo.defer(() => descriptor.close());
    descriptor.requireRegular();
    lockShared(fd, `open ${what}`, timeoutMs);
    undo.move();
    checkSizeOf(descriptor, options);
    return new SharedMemory({
      descriptor,
      access,
      created: false,
      path: plain,
    });
  }

  /**
   * Removes a name (`shm_unlink(3)`). Who has the object open or mapped keeps
   * it; the name is free at once.
   *
   * @param name Name of the object.
   * @throws {Deno.errors.NotFound} When there is no such object (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When it is another user's (EACCES).
   */
  static unlink(name: string): void {
    const checked = checkName(name);
    unlinkObject(checked, `unlink ${objectLabel(checked)}`);
  }

  /**
   * Lists the objects with a name; Linux. POSIX semaphores, which lie in the
   * same folder, are left out.
   *
   * @returns Name and status of each, and whether it is in use.
   * @throws {Deno.errors.NotSupported} On macOS, which cannot list them.
   */
  static list(): ObjectEntry[] {
    return listObjects();
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
    options: WindowOptions & { readonly access?: Access | undefined } = {},
  ): Mapping {
    const access = checkAccess(options.access ?? this.access, ACCESSES);
    return this.#descriptor.map(access, options);
  }

  /**
   * Changes the size (`ftruncate(2)`); Linux. What is added is zero and
   * reserved. Mappings keep their length; map again for more.
   *
   * @param size New size in bytes.
   * @throws {Deno.errors.Busy} When it would shrink while this process has more
   * mapped, or another process has it open through this library: touching what
   * is gone would kill it.
   * @throws {Deno.errors.PermissionDenied} When a seal forbids it (EPERM).
   * @throws {Deno.errors.NotSupported} On macOS, where a size is set once.
   */
  resize(size: number): void {
    checkSize(size, "size");
    const { capabilities, name } = platform();
    if (!capabilities.resizesObjects) {
      throw new Deno.errors.NotSupported(
        `Cannot resize ${this.#what}: on ${name} a size is set once; create another object`,
      );
    }
    if (size >= this.size) return this.#descriptor.resize(size);
    const act = `resize ${this.#what}`;
    const fd = this.#descriptor.fd("resize");
    if (!tryLockExclusive(fd, act)) {
      lockShared(fd, act);
      throw new Deno.errors.Busy(
        `Cannot resize ${this.#what} to ${size} bytes: another handle has it open, and touching it behind the new end would kill that process; close it there first`,
      );
    }
    try {
      this.#descriptor.resize(size);
    } finally {
      lockShared(fd, act);
    }
  }

  /**
   * Removes the name (`shm_unlink(3)`). Who has the object open or mapped keeps
   * it, this handle included.
   *
   * @throws {Deno.errors.NotFound} When it was removed before (ENOENT).
   * @throws {TypeError} When it has no name.
   */
  unlink(): void {
    if (this.name === null) {
      throw new TypeError(`Cannot unlink ${this.#what}: it has no name`);
    }
    SharedMemory.unlink(this.name);
  }

  /** Reads size, owner, mode and times (`fstat(2)`). */
  status(): ObjectStatus {
    const { size, allocated, mode, uid, gid, links, modified, changed } = this
      .#descriptor.status();
    const { countsObjectLinks } = platform().capabilities;
    const unlinked = countsObjectLinks && this.name !== null && links === 0;
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
    if (this.name !== null) return [];
    return sealsOf(this.#descriptor.fd("read the seals of"), "read the seals");
  }

  /**
   * Adds seals to memory without a name (`F_ADD_SEALS`); Linux. They hold for
   * every process, and for good.
   *
   * @param seals What is promised.
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
    if (this.name !== null) {
      throw new TypeError(
        `Cannot seal ${this.#what}: only memory without a name has seals; make it with SharedMemory.anonymous()`,
      );
    }
    const act = `seal ${this.#what}`;
    if (this.access === "read") {
      throw new TypeError(
        `Cannot ${act}: it is open for reading only; open it with access "read-write"`,
      );
    }
    addSealsTo(this.#descriptor.fd("seal"), seals, act);
  }

  /**
   * Closes the handle; what is mapped stays mapped, and the object stays.
   * Harmless when it was done before.
   */
  close(): void {
    unwatch(this);
    this.#descriptor.close();
  }

  /** The same as {@linkcode SharedMemory.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** `memfd_create` puts "memfd:" in front, and takes 255 bytes in all. */
const MAX_LABEL_LENGTH = 249;

function checkLabel(label: string): void {
  if (typeof label !== "string") {
    throw new TypeError(
      `Cannot use the label: it must be a string: received ${describe(label)}`,
    );
  }
  const { byteLength } = new TextEncoder().encode(label);
  if (byteLength > MAX_LABEL_LENGTH) {
    throw new RangeError(
      `Cannot use the label: it has ${byteLength} bytes, and ${MAX_LABEL_LENGTH} are allowed`,
    );
  }
}

function checkOpenOptions(options: OpenOptions) {
  const {
    access = "read-write",
    sparse = false,
    timeoutMs = PATIENCE_MS,
  } = options;
  checkAccess(access, ["read", "read-write"]);
  checkSizes(options.size, options.minSize);
  checkOffset(timeoutMs, "timeoutMs");
  return { access, sparse, timeoutMs };
}

/** Compares the size with what was expected, or closes and throws. */
function checkSizeOf(descriptor: Descriptor, options: OpenOptions): void {
  const { size, minSize } = options;
  // Where sizes are rounded up, so is the one to compare with.
  const granule = platform().capabilities.exactObjectSizes ? 1 : pageSize();
  const expected = size === undefined
    ? undefined
    : Math.ceil(size / granule) * granule;
  try {
    const { size: actual } = descriptor.status();
    checkFits(actual, expected, minSize, descriptor.what);
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

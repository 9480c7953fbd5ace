import {
  type Creation,
  flushFile,
  openFile,
  toDate,
  tryLockFile,
  unlockFile,
} from "../../ffi/files/file.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import type { Access } from "../../ffi/memory/mman.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import type { Advice } from "../mapping/advice.ts";
import {
  checkFits,
  checkMode,
  checkSize,
  checkSizes,
  checkWord,
} from "../checks/checks.ts";
import { createOrOpen } from "../checks/create_or_open.ts";
import { Descriptor } from "./descriptor.ts";
import { unwatch, watch } from "../mapping/leaks.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { PATIENCE_MS, retryFor } from "../checks/retry.ts";
import { permitPath } from "../checks/sandbox.ts";
import {
  ACCESSES,
  checkAccess,
  type WindowOptions,
} from "../mapping/access.ts";

/** How {@linkcode MappedFile.open} opens. */
export interface FileOptions {
  /**
   * What may be done with its memory. Default: `"read"`, or `"read-write"`
   * with `create`.
   */
  readonly access?: Access;
  /**
   * Create the file: when there is none (`"if-missing"`), or in any case, and
   * fail with EEXIST when there is one (`"exclusive"`). Default: never.
   */
  readonly create?: "if-missing" | "exclusive";
  /**
   * Size in bytes: of the file that is created, or that it must have. An empty
   * file gets it with `create`. Default: any, and required with `create`.
   */
  readonly size?: number;
  /** Size in bytes that the file must have at least. Default: any. */
  readonly minSize?: number;
  /** Permission bits of a file that is created, less the umask. Default: 0o600. */
  readonly mode?: number;
  /**
   * Leave holes of the file unreserved: for files of which only a part is
   * used. When there is no room on the disk for a page that is written, the
   * process dies by SIGBUS. Default: false.
   */
  readonly sparse?: boolean;
}

/** What {@linkcode MappedFile.status} tells. */
export interface MappedFileStatus {
  /** Size in bytes. */
  readonly size: number;
  /** Bytes that have room on the disk; less than `size` when it has holes. */
  readonly allocated: number;
  /** Permission bits. */
  readonly mode: number;
  /** User id of its owner. */
  readonly uid: number;
  /** Group id of its owner. */
  readonly gid: number;
  /** When it was read last, to the second. */
  readonly accessedAt: Date;
  /** When it was written last, to the second. */
  readonly modifiedAt: Date;
  /** When owner, mode or links were changed last, to the second. */
  readonly changedAt: Date;
}

let descriptorOfFile: (file: MappedFile) => Descriptor;

/**
 * A file whose bytes are memory (`mmap(2)`).
 *
 * Nothing is read or copied ahead: pages come from the disk when they are
 * touched, and processes that map the same file share them. What is written
 * with access `"read-write"` is in the file, and stays there.
 *
 * A file is never mapped past its end. What cannot be held: when another
 * process cuts the file short under a mapping, touching what is gone kills the
 * process with SIGBUS. {@linkcode MappedFile.status} tells the size as it is
 * now; read a file that others shorten with `Deno.open` instead.
 *
 * @example Count lines without reading the file
 * ```ts
 * import { MappedFile } from "@shmem/shmem";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "one\ntwo\n");
 * {
 *   using file = MappedFile.open(path);
 *   using mapping = file.map();
 *   let lines = 0;
 *   for (const byte of mapping.bytes) if (byte === 10) lines++;
 *   console.log(lines); // 2
 * }
 * await Deno.remove(path);
 * ```
 */
export class MappedFile<A extends Access = Access> implements Disposable {
  readonly #descriptor: Descriptor;

  /** Path that it was opened by. */
  readonly path: string;
  /** What may be done with its memory. */
  readonly access: A;
  /** Whether this handle created the file, rather than opened it. */
  readonly created: boolean;

  private constructor(
    descriptor: Descriptor,
    path: string,
    access: A,
    created: boolean,
  ) {
    this.#descriptor = descriptor;
    this.path = path;
    this.access = access;
    this.created = created;
    watch(this, () => `the handle of ${descriptor.what}`);
  }

  static {
    descriptorOfFile = (file) => file.#descriptor;
  }

  /**
   * Opens a file (`open(2)`). Needs Deno's permission to read the path, and to
   * write it with access `"read-write"`.
   *
   * @param path A path or a file URL of a regular file.
   * @param options Access, and whether to create.
   * @returns A handle.
   * @throws {Deno.errors.NotFound} When there is no such file (ENOENT).
   * @throws {Deno.errors.AlreadyExists} With `create: "exclusive"`, when there is
   * one (EEXIST).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   * @throws {Deno.errors.NotCapable} When a flag of Deno is missing.
   * @throws {RangeError} When its size does not fit; the message has both.
   * @throws {TypeError} When it is a directory, device or pipe.
   */
  static open(
    path: string | URL,
    options: FileOptions & {
      readonly create: "if-missing" | "exclusive";
      readonly access?: "read-write";
    },
  ): MappedFile<"read-write">;
  /** Opens a file for reading. */
  static open(
    path: string | URL,
    options?: FileOptions & {
      readonly access?: undefined;
      readonly create?: undefined;
    },
  ): MappedFile<"read">;
  /** Opens a file with an access of its own. */
  static open<B extends Access>(
    path: string | URL,
    options: FileOptions & { readonly access: B },
  ): MappedFile<B>;
  static open(path: string | URL, options: FileOptions = {}): MappedFile {
    const { create, size, minSize, mode = 0o600, sparse = false } = options;
    const access = checkAccess(
      options.access ?? (create === undefined ? "read" : "read-write"),
      ACCESSES,
    );
    checkMode(mode);
    checkSizes(size, minSize);
    if (create !== undefined) checkCreation(create, access, size);
    const writable = access === "read-write";
    const plain = permitPath(path, writable ? "read-write" : "read");
    const what = JSON.stringify(plain);
    const { fd, created } = openOrCreate(plain, writable, create, mode);

    using undo = new DisposableStack();
    const descriptor = undo.adopt(
      new Descriptor(fd, { what, writable, sparse, inMemory: false }),
      (descriptor) => descriptor.close(),
    );
    descriptor.requireRegular();
    if (create !== undefined && size !== undefined) {
      giveSize(descriptor, size, created ? plain : null);
    }
    checkFits(descriptor.status().size, size, minSize, what);
    undo.move();
    return new MappedFile(descriptor, plain, access, created);
  }

  /** Size in bytes, as it is now. */
  get size(): number {
    return this.#descriptor.status().size;
  }

  /**
   * Maps the file, or a window of it (`mmap(2)`).
   *
   * @param options Window and access. Default: all of it, with the access of
   * the handle.
   * @returns The mapped memory.
   * @throws {RangeError} When the window does not lie in the file; the message
   * has both sizes.
   * @throws {Deno.errors.PermissionDenied} With `"read-write"`, when the handle
   * does not have it (EACCES).
   * @throws {SystemError} When the disk has no room for its holes (ENOSPC), or
   * there is no address space (ENOMEM).
   */
  map(options?: WindowOptions & { readonly access?: undefined }): Mapping<A>;
  /** Maps the file with an access of its own. */
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
   * Writes what was changed to the disk, and waits for it (`fsync(2)`). Other
   * processes see changes without it; it is for what must survive a power
   * failure.
   *
   * @throws {SystemError} When the disk fails (EIO).
   */
  flush(): void {
    const fd = this.#descriptor.fd("flush");
    flushFile(fd, `flush ${this.#descriptor.what}`);
  }

  /**
   * Tells the kernel how everything that is mapped through this handle will be
   * used (`madvise(2)`).
   *
   * @param advice How.
   * @throws {SystemError} When this kind of memory does not take it (EINVAL).
   */
  advise(advice: Advice): void {
    this.#descriptor.advise(advice);
  }

  /**
   * Changes the size (`ftruncate(2)`). What is added is zero and reserved.
   * Mappings keep their length; map again for more.
   *
   * @param size New size in bytes.
   * @throws {Deno.errors.Busy} When it would shrink while this thread has more
   * mapped: touching what is gone would kill it. Other processes and workers are
   * not asked, because a lock on the file could get in the way of others.
   * @throws {SystemError} When the file is not open for writing (EINVAL), or the
   * disk has no room (ENOSPC).
   */
  resize(size: number): void {
    this.#descriptor.resize(checkSize(size, "size"));
  }

  /** Reads size, owner, mode and times (`fstat(2)`). */
  status(): MappedFileStatus {
    const { size, allocated, mode, uid, gid, accessed, modified, changed } =
      this.#descriptor.status();
    return {
      size,
      allocated,
      mode,
      uid,
      gid,
      accessedAt: toDate(accessed),
      modifiedAt: toDate(modified),
      changedAt: toDate(changed),
    };
  }

  /**
   * Closes the handle; what is mapped stays mapped. Harmless when it was done
   * before.
   */
  close(): void {
    unwatch(this);
    this.#descriptor.close();
  }

  /** The same as {@linkcode MappedFile.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** The descriptor behind a file, for the memory layer alone. */
export function descriptorOf(file: MappedFile): Descriptor {
  return descriptorOfFile(file);
}

function checkCreation(
  create: "if-missing" | "exclusive",
  access: Access,
  size: number | undefined,
): void {
  checkWord(create, ["if-missing", "exclusive"], "create");
  if (access !== "read-write") {
    throw new TypeError(
      `Cannot create a file with access ${
        JSON.stringify(access)
      }: it takes "read-write"`,
    );
  }
  if (size === undefined) {
    throw new TypeError(
      "Cannot create a file without a size: an empty file cannot be mapped",
    );
  }
  checkSize(size, "size");
}

/** Opens a file, and tells whether that created it. */
function openOrCreate(
  path: string,
  writable: boolean,
  create: "if-missing" | "exclusive" | undefined,
  mode: number,
): { fd: number; created: boolean } {
  const shown = JSON.stringify(path);
  const open = (create: Creation) =>
    openFile(
      path,
      { writable, create, mode },
      `${create === "never" ? "open" : "create"} ${shown}`,
    );
  if (create === undefined) return { fd: open("never"), created: false };
  if (create === "exclusive") return { fd: open("exclusive"), created: true };
  return createOrOpen<{ fd: number; created: boolean }>(
    () => ({ fd: open("exclusive"), created: true }),
    () => ({ fd: open("never"), created: false }),
  );
}

/**
 * Gives an empty file its size. Under a lock: of two processes that do so at
 * once, the second must not cut off what the first has written.
 *
 * @param created Path of the file when this handle created it: it goes again
 * when it cannot have its size, unless someone else has given it one.
 */
function giveSize(
  descriptor: Descriptor,
  size: number,
  created: string | null,
): void {
  if (descriptor.status().size > 0) return;
  const act = `give ${descriptor.what} ${size} bytes`;
  const fd = descriptor.fd("size");
  const locked = retryFor(
    PATIENCE_MS,
    () => tryLockFile(fd, "exclusive", act) || undefined,
  );
  if (locked === undefined) {
    throw systemError("flock", errnoNumber("EAGAIN"), act);
  }
  try {
    if (descriptor.status().size > 0) return;
    try {
      descriptor.grow(0, size, act);
    } catch (error) {
      const { size: left, links } = descriptor.status();
      if (created !== null && left === 0 && links > 0) Deno.removeSync(created);
      throw error;
    }
  } finally {
    unlockFile(fd, act);
  }
}

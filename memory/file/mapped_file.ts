import { flushFile } from "../../ffi/files/size.ts";
import type { Access } from "../../ffi/memory/mman.ts";
import { checkFits, checkSize } from "../checks/checks.ts";
import { describe } from "../checks/integers.ts";
import { readOptions } from "../checks/options.ts";
import {
  ACCESSES,
  checkAccess,
  MAP_NAMES,
  type WindowOptions,
} from "../mapping/access.ts";
import { type Advice, checkAdvice } from "../mapping/advice.ts";
import { unwatch, watch } from "../mapping/leaks.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { waitUntilThere } from "../waiting/wait_until_there.ts";
import { giveSize, openOrCreate } from "./creation.ts";
import { Descriptor } from "./descriptor.ts";
import {
  type FileOptions,
  fileStatus,
  type FileWaitOptions,
  type MappedFileStatus,
  readFileOptions,
  readFileWaitOptions,
} from "./file_options.ts";
import { checkIdentity, permit } from "./process_path.ts";

let descriptorOfFile: (file: MappedFile) => Descriptor;

/**
 * A file whose bytes are memory (`mmap(2)`).
 *
 * Pages come from the disk when they are touched, and processes that map the
 * same file share them. What is written with access `"read-write"` stays in it.
 *
 * A file is never mapped past its end. What cannot be guaranteed: when another
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
  readonly #path: string;
  readonly #access: A;
  readonly #created: boolean;

  private constructor(
    descriptor: Descriptor,
    path: string,
    access: A,
    created: boolean,
  ) {
    this.#descriptor = descriptor;
    this.#path = path;
    this.#access = access;
    this.#created = created;
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
  static open(path: string | URL, options?: FileOptions): MappedFile {
    const read = readFileOptions(options);
    const { access, create, size, minSize, mode, sparse } = read;
    const writable = access === "read-write";
    const { plain, shown, ofProcess } = permit(
      path,
      writable ? "read-write" : "read",
    );
    const what = JSON.stringify(shown);
    const { fd, created } = openOrCreate(plain, writable, create, mode);

    using undo = new DisposableStack();
    const descriptor = undo.adopt(
      new Descriptor(fd, { what, writable, sparse, inMemory: false }),
      (descriptor) => descriptor.close(),
    );
    descriptor.requireRegular();
    if (ofProcess !== undefined) {
      checkIdentity(descriptor, ofProcess, `open ${what}`);
    }
    if (create !== undefined && size !== undefined) {
      giveSize(descriptor, size, created ? plain : null);
    }
    checkFits(descriptor.status().size, size, minSize, what);
    undo.move();
    return new MappedFile(descriptor, shown, access, created);
  }

  /**
   * Opens a file as soon as another process has created it and it has bytes, or as
   * many as `minSize` says.
   *
   * @param path A path or a file URL.
   * @param options Access, size, how long to wait, and what ends the wait.
   * @returns A handle.
   * @throws {Deno.errors.TimedOut} When it is not there after `timeoutMs` (ETIMEDOUT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   * @throws {Deno.errors.NotCapable} When a flag of Deno is missing.
   * @throws {RangeError} When it has another size than `size`.
   *
   * @example Wait for a file that another process writes
   * ```ts
   * import { MappedFile } from "@shmem/shmem";
   *
   * const folder = await Deno.makeTempDir();
   * const path = `${folder}/later.bin`;
   * const pending = MappedFile.waitFor(path, { minSize: 3 });
   * await Deno.writeFile(path, new Uint8Array([1, 2, 3]));
   * using file = await pending;
   * console.log(file.size); // 3
   * await Deno.remove(folder, { recursive: true });
   * ```
   */
  static waitFor(
    path: string | URL,
    options?: FileWaitOptions & { readonly access?: undefined },
  ): Promise<MappedFile<"read">>;
  /** Waits for a file, and opens it with an access of its own. */
  static waitFor<B extends Access>(
    path: string | URL,
    options: FileWaitOptions & { readonly access: B },
  ): Promise<MappedFile<B>>;
  static async waitFor(
    path: string | URL,
    options?: FileWaitOptions,
  ): Promise<MappedFile> {
    const { timeoutMs, signal, minSize = 1, access = "read", ...open } =
      readFileWaitOptions(options);
    checkSize(minSize, "minSize");
    return await waitUntilThere(describe(path), { timeoutMs, signal }, () => {
      const file = MappedFile.open(path, { ...open, access });
      if (file.size >= minSize) return file;
      file.close();
      return undefined;
    });
  }

  /** Path that it was opened by. */
  get path(): string {
    return this.#path;
  }

  /** What may be done with its memory. */
  get access(): A {
    return this.#access;
  }

  /** Whether this handle created the file, rather than opened it. */
  get created(): boolean {
    return this.#created;
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
    options?: WindowOptions & { readonly access?: Access | undefined },
  ): Mapping {
    const operation = `map ${this.#descriptor.what}`;
    const read = readOptions(options, MAP_NAMES, operation);
    const access = checkAccess(read.access ?? this.#access, ACCESSES);
    return this.#descriptor.map(access, read);
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
    this.#descriptor.advise(checkAdvice(advice));
  }

  /**
   * Changes the size (`ftruncate(2)`). What is added is zero and reserved.
   * Mappings keep their length; map again for more.
   *
   * @param size New size in bytes.
   * @throws {Deno.errors.Busy} When it would shrink while this process has more
   * mapped, by a worker or another copy of this library, too: touching what is gone
   * would kill it. Other processes are not asked, because a lock on the file could
   * get in the way of others.
   * @throws {SystemError} When the file is not open for writing (EINVAL), or the
   * disk has no room (ENOSPC).
   */
  resize(size: number): void {
    this.#descriptor.resize(checkSize(size, "size"));
  }

  /** Reads size, owner, mode and times (`fstat(2)`). */
  status(): MappedFileStatus {
    return fileStatus(this.#descriptor.status());
  }

  /**
   * Closes the handle; what is mapped stays mapped. Harmless when done before.
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

import { unlinkObject } from "../../ffi/files/open.ts";
import { checkName } from "../checks/checks.ts";
import { createOrOpen } from "../checks/create_or_open.ts";
import { waitUntilThere } from "../waiting/wait_until_there.ts";
import { unlinkHint } from "./folder.ts";
import { createObject, openExisting } from "./named_object.ts";
import { createNameless, openByPath } from "./nameless_object.ts";
import { descriptorOf, ObjectHandle, type Parts } from "./object_handle.ts";
import { listObjects } from "./object_listing.ts";
import { objectLabel } from "./object_locks.ts";
import {
  type AnonymousOptions,
  checkSizeOf,
  type CreateOptions,
  type ObjectAccess,
  type ObjectEntry,
  type OpenOptions,
  readAnonymousOptions,
  readCreateOptions,
  readOpenOptions,
  readWaitForOptions,
  type WaitForOptions,
} from "./object_options.ts";

export { descriptorOf };

/**
 * A POSIX shared memory object: named (`shm_open(3)`), or without a name
 * (`memfd_create(2)`).
 *
 * A named object stays until `unlink()` or a restart, whichever process exits.
 * Closing never removes it. An object without a name goes with the last process that
 * has it open or mapped.
 *
 * Its pages are reserved when it is created or mapped, so that a full `/dev/shm` is
 * an error then, not the death of the process later. What cannot be guaranteed: when
 * another process cuts the object short under a mapping, touching what is gone kills
 * the process with SIGBUS. `seal("shrink")` rules that out for memory without a name
 * (there it is the default), and `resize()` of this library refuses to do it.
 *
 * What an open handle does (`map`, `resize`, `status`, `unlink`, `close` and so on) is
 * documented at {@linkcode ObjectHandle}.
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
  extends ObjectHandle<A> {
  private constructor(parts: Parts<A>) {
    super(parts);
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
    const request = readCreateOptions(options);
    const { size, sparse, ifExists } = request;
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
  static open(name: string, options?: OpenOptions): SharedMemory {
    const checked = checkName(name);
    const request = readOpenOptions(options, `open ${objectLabel(checked)}`);
    const { access } = request;
    const descriptor = openExisting(checked, request);
    checkSizeOf(descriptor, request);
    return new SharedMemory({
      descriptor,
      access,
      created: false,
      name: checked,
    });
  }

  /**
   * Creates memory without a name (`memfd_create(2)`); Linux. Nothing of it can
   * be left behind, and `/dev/shm` does not limit it.
   *
   * @param options Size and the rest.
   * @returns A handle, open for reading and writing, with a
   * {@linkcode SharedMemory.path} for other processes.
   * @throws {SystemError} When there is not enough memory (ENOMEM).
   * @throws {Deno.errors.NotSupported} On macOS, which has no such call.
   */
  static anonymous(options: AnonymousOptions): SharedMemory<"read-write"> {
    const { descriptor, path } = createNameless(readAnonymousOptions(options));
    return new SharedMemory({
      descriptor,
      access: "read-write",
      created: true,
      path,
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
  static openPath(path: string | URL, options?: OpenOptions): SharedMemory {
    const request = readOpenOptions(options, "open shared memory");
    const { descriptor, path: plain } = openByPath(path, request);
    checkSizeOf(descriptor, request);
    const { access } = request;
    return new SharedMemory({
      descriptor,
      access,
      created: false,
      path: plain,
    });
  }

  /**
   * Opens an object as soon as another process has created it and given it its size.
   *
   * @param name Name that it is created with.
   * @param options Access, what size it must have, how long to wait, and what ends
   * the wait.
   * @returns A handle.
   * @throws {Deno.errors.TimedOut} When it is not there after `timeoutMs` (ETIMEDOUT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   * @throws {RangeError} When its size does not fit; the message has both.
   *
   * @example Wait for what another process creates
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   *
   * const name = `/later-${crypto.randomUUID()}`;
   * const pending = SharedMemory.waitFor(name, { timeoutMs: 10_000 });
   * using made = SharedMemory.create(name, { size: 100 });
   * using found = await pending;
   * made.unlink();
   * console.log(found.size); // 100
   * ```
   */
  static waitFor(
    name: string,
    options?: WaitForOptions & { readonly access?: "read-write" },
  ): Promise<SharedMemory<"read-write">>;
  /** Waits for an object, and opens it for reading only. */
  static waitFor(
    name: string,
    options: WaitForOptions & { readonly access: "read" },
  ): Promise<SharedMemory<"read">>;
  /** Waits for an object, and opens it with an access that is chosen at run time. */
  static waitFor(name: string, options: WaitForOptions): Promise<SharedMemory>;
  static async waitFor(
    name: string,
    options?: WaitForOptions,
  ): Promise<SharedMemory> {
    const what = objectLabel(checkName(name));
    const { timeoutMs, signal, ...open } = readWaitForOptions(options, what);
    return await waitUntilThere(
      what,
      { timeoutMs, signal },
      () => SharedMemory.open(name, { ...open, timeoutMs: 0 }),
    );
  }

  /**
   * Removes a name (`shm_unlink(3)`). Processes that have the object open or mapped
   * keep it; the name is free at once.
   *
   * @param name Name of the object.
   * @throws {Deno.errors.NotFound} When there is no such object (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When it is another user's (EACCES).
   *
   * @example Remove what a crash left
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   *
   * const name = `/left-${crypto.randomUUID()}`;
   * SharedMemory.create(name, { size: 1 }).close();
   * SharedMemory.unlinkName(name);
   * ```
   */
  static unlinkName(name: string): void {
    const checked = checkName(name);
    unlinkObject(checked, `unlink ${objectLabel(checked)}`, unlinkHint);
  }

  /**
   * The same as {@linkcode SharedMemory.unlinkName}.
   *
   * @deprecated Use {@linkcode SharedMemory.unlinkName}, whose name differs from that
   * of the handle's method.
   *
   * @param name Name of the object.
   */
  static unlink(name: string): void {
    SharedMemory.unlinkName(name);
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
}

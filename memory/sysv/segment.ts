import { requireStack } from "../../ffi/libc/stack_room.ts";
import { IPC_PRIVATE } from "../../ffi/platforms/constants.ts";
import {
  anySegmentStatus,
  changeSegment,
  getSegment,
  listSegments,
  lockSegment,
  removeSegment,
  type SegmentChanges,
  type SegmentStatus,
} from "../../ffi/sysv/sysv_shm.ts";
import { checkFits } from "../checks/checks.ts";
import { createOrOpen } from "../checks/create_or_open.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { attach } from "./attach.ts";
import {
  type AttachAccess,
  type AttachOptions,
  checkChanges,
  label,
  readChanges,
  readCreateOptions,
  readOpenOptions,
  type SegmentCreateOptions,
  type SegmentOpenOptions,
} from "./segment_options.ts";

export type {
  AttachAccess,
  AttachOptions,
  SegmentChanges,
  SegmentCreateOptions,
  SegmentOpenOptions,
  SegmentStatus,
};
export { checkChanges, label };

/**
 * A System V shared memory segment (`shmget(2)`).
 *
 * It belongs to the system, not to a process: it and what is in it stay until
 * {@linkcode Segment.remove} or a restart, whichever process exits. A removed segment
 * lives on until its last user detaches it.
 *
 * @example Share a page
 * ```ts
 * import { Segment } from "@shmem/shmem";
 *
 * using segment = Segment.create({ size: 4096 });
 * try {
 *   using mapping = segment.attach();
 *   mapping.bytes[0] = 42; // seen by processes that attach segment.id
 * } finally {
 *   segment.remove();
 * }
 * ```
 */
export class Segment implements Disposable {
  readonly #id: number;
  readonly #key: number;
  readonly #size: number;
  readonly #created: boolean;
  #keepAlive: Mapping | null = null;
  #closed = false;

  private constructor(
    id: number,
    key: number,
    size: number,
    created: boolean,
  ) {
    this.#id = id;
    this.#key = key;
    this.#size = size;
    this.#created = created;
  }

  /** Identifier in this IPC namespace, for other processes. */
  get id(): number {
    return this.#id;
  }

  /** Key that it was created or opened with; 0 (`IPC_PRIVATE`) when by id alone. */
  get key(): number {
    return this.#key;
  }

  /** Size in bytes. */
  get size(): number {
    return this.#size;
  }

  /** Whether this handle created it, rather than opened it. */
  get created(): boolean {
    return this.#created;
  }

  /**
   * Creates a segment, zero-filled and not yet attached (`shmget(2)`).
   *
   * Of two processes that create the same key, one creates; the other fails, or
   * opens what the first made.
   *
   * @param options Size, key and the rest.
   * @returns A handle.
   * @throws {Deno.errors.AlreadyExists} When the key has a segment (EEXIST).
   * @throws {SystemError} Above a limit of the system (EINVAL, ENOSPC, ENOMEM).
   * @throws {RangeError} When an option is out of range, or when
   * `ifExists: "open"` finds a segment of another size.
   */
  static create(options: SegmentCreateOptions): Segment {
    const { size, key, flags, ifExists, removeOnLastDetach } =
      readCreateOptions(options);
    const operation = `create ${label(key)}`;
    const create = () =>
      new Segment(getSegment(key, size, flags, operation), key, size, true);
    const segment = ifExists === "open"
      ? createOrOpen(create, () => Segment.open({ key, size }))
      : create();
    if (removeOnLastDetach) segment.#removeWithLastUser();
    return segment;
  }

  /**
   * Opens a segment that exists, by key or by id.
   *
   * @param options Which one, and what size it must have.
   * @returns A handle.
   * @throws {Deno.errors.NotFound} When the key has no segment (ENOENT).
   * @throws {SystemError} When the id has no segment (EINVAL).
   * @throws {Deno.errors.PermissionDenied} When its mode does not let this user read
   * it (EACCES), and it is not this user's.
   * @throws {RangeError} When its size does not fit; the message has both.
   *
   * @example By key
   * ```ts
   * import { Segment } from "@shmem/shmem";
   *
   * using made = Segment.create({ key: 0x5eed_0001, size: 100 });
   * using same = Segment.open({ key: 0x5eed_0001, size: 100 });
   * made.remove();
   * console.log(same.id === made.id); // true
   * ```
   */
  static open(options: SegmentOpenOptions): Segment {
    const { key, id = 0, size, minSize } = readOpenOptions(options);
    const found = key === undefined
      ? id
      : getSegment(key, 0, 0, `open ${label(key)}`);
    // As the kernel has it: an owner may remove a segment that it may not read.
    const operation = `open segment with id ${found}`;
    const status = anySegmentStatus(found, operation, "owner");
    checkFits(status.size, size, minSize, `segment with id ${found}`);
    return new Segment(found, key ?? status.key, status.size, false);
  }

  /**
   * Lists all segments of this IPC namespace, those of other users too
   * (`SHM_STAT_ANY`); Linux.
   *
   * @returns Their status.
   * @throws {Deno.errors.NotSupported} On macOS, which has no such command.
   */
  static list(): SegmentStatus[] {
    return listSegments("list segments");
  }

  /**
   * Attaches the segment (`shmat(2)`).
   *
   * @param options Access and address.
   * @returns The mapped memory; its length is {@linkcode Segment.size}.
   * @throws {Deno.errors.PermissionDenied} When the mode forbids it (EACCES).
   * @throws {SystemError} When the segment is gone, or the address is taken or
   * not a multiple of the page size (EINVAL).
   */
  attach(
    options?: AttachOptions & { readonly access?: "read-write" },
  ): Mapping<"read-write">;
  /** Attaches the segment for reading only (`SHM_RDONLY`). */
  attach(
    options: AttachOptions & { readonly access: "read" },
  ): Mapping<"read">;
  /** Attaches the segment with an access that is chosen at run time. */
  attach(options: AttachOptions): Mapping<AttachAccess>;
  attach(options?: AttachOptions): Mapping<AttachAccess> {
    this.#requireOpen("attach");
    return attach(this.#id, options);
  }

  /**
   * Reads what the kernel keeps of the segment (`IPC_STAT`).
   *
   * @throws {SystemError} When the segment is gone (EINVAL).
   */
  status(): SegmentStatus {
    this.#requireOpen("read the status of");
    const operation = `read the status of ${this.#label()}`;
    return anySegmentStatus(this.#id, operation, "owner");
  }

  /**
   * Changes owner, group or mode (`IPC_SET`); what is left out stays.
   *
   * @param changes What to change.
   * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's,
   * the creator's or root's (EPERM).
   */
  set(changes: SegmentChanges): void {
    this.#requireOpen("change");
    changeSegment(this.#id, readChanges(changes), `change ${this.#label()}`);
  }

  /**
   * Keeps the segment out of swap (`SHM_LOCK`); Linux.
   *
   * @throws {Deno.errors.PermissionDenied} When the limit is 0 (EPERM).
   * @throws {SystemError} Above the limit `ulimit -l` (ENOMEM).
   */
  lock(): void {
    this.#requireOpen("lock");
    lockSegment(this.#id, true, `lock ${this.#label()} into memory`);
  }

  /** Lets the segment be swapped again (`SHM_UNLOCK`); Linux. */
  unlock(): void {
    this.#requireOpen("unlock");
    lockSegment(this.#id, false, `unlock ${this.#label()}`);
  }

  /**
   * Marks the segment for removal (`IPC_RMID`): its key is free at once, its
   * memory goes when the last user detaches it.
   *
   * @throws {SystemError} When it is gone already (EINVAL).
   * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's,
   * the creator's or root's (EPERM).
   */
  remove(): void {
    this.#requireOpen("remove");
    removeSegment(this.#id, `remove ${this.#label()}`);
  }

  /**
   * Closes the handle. The segment stays, and so does what is attached; with
   * `removeOnLastDetach` it goes, unless a process has it attached.
   */
  close(): void {
    if (this.#closed) return;
    requireStack("close");
    this.#closed = true;
    this.#keepAlive?.unmap();
    this.#keepAlive = null;
  }

  /** The same as {@linkcode Segment.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Holds an attachment of its own, and removes the segment under it. */
  #removeWithLastUser(): void {
    try {
      this.#keepAlive = attach(this.#id, {});
    } finally {
      // Also when attaching failed: nothing half-made stays behind.
      removeSegment(this.#id, `mark ${this.#label()} for removal`);
    }
  }

  #label(): string {
    return this.#key === IPC_PRIVATE ? `segment ${this.#id}` : label(this.#key);
  }

  #requireOpen(operation: string): void {
    if (!this.#closed) return;
    throw new Deno.errors.BadResource(
      `Cannot ${operation} ${this.#label()}: the handle is closed`,
    );
  }
}

import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  SHM_HUGETLB,
  SHM_NORESERVE,
} from "../../ffi/platforms/constants.ts";
import { checkI32, checkU32, describe } from "../../ffi/libc/integers.ts";
import {
  type Access,
  hugePageBits,
  lock as lockRegion,
} from "../../ffi/memory/mman.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import {
  attachSegment,
  changeSegment,
  getSegment,
  listSegments,
  lockSegment,
  removeSegment,
  type SegmentChanges,
  type SegmentStatus,
  segmentStatus,
} from "../../ffi/sysv/sysv_shm.ts";
import {
  checkAddress,
  checkFits,
  checkMode,
  checkOptions,
  checkSize,
  checkSizes,
  checkWord,
} from "../checks/checks.ts";
import { createOrOpen } from "../checks/create_or_open.ts";
import { checkHugePages, type HugePages } from "../checks/huge_pages.ts";
import {
  type Mapping,
  regionOf,
  wrapRead,
  wrapReadWrite,
} from "../mapping/mapping.ts";
import { checkAccess } from "../mapping/access.ts";

export type { SegmentChanges, SegmentStatus };

/** What may be done with an attached segment. */
export type AttachAccess = Exclude<Access, "copy-on-write">;

/** How {@linkcode Segment.create} creates. */
export interface SegmentCreateOptions {
  /** Size in bytes. Memory comes in whole pages, the size stays as it is. */
  readonly size: number;
  /**
   * Key that other processes open the segment with, from -2^31 to 2^31 - 1.
   * Default: `IPC_PRIVATE`, no key; others open it by {@linkcode Segment.id}.
   */
  readonly key?: number;
  /** Permission bits; the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the key has a segment. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
  /**
   * Let the segment go with its last user, this handle included: it is marked
   * for removal at once, and others attach it by id while anyone holds it. Not
   * with a key, which the mark takes away; not on macOS. Default: false.
   */
  readonly removeOnLastDetach?: boolean;
  /** Make it of huge pages (`SHM_HUGETLB`); Linux. Default: ordinary pages. */
  readonly hugePages?: HugePages;
  /** Do not reserve swap space (`SHM_NORESERVE`); Linux. Default: false. */
  readonly noReserve?: boolean;
}

/** Which segment {@linkcode Segment.open} opens, and what it must be like. */
export interface SegmentOpenOptions {
  /** Key that it was created with. Either this or `id`. */
  readonly key?: number;
  /** Identifier, as in {@linkcode Segment.id}. Either this or `key`. */
  readonly id?: number;
  /** Size in bytes that it must have. Default: any. */
  readonly size?: number;
  /** Size in bytes that it must have at least. Default: any. */
  readonly minSize?: number;
}

/** How {@linkcode Segment.attach} attaches. */
export interface AttachOptions {
  /** What may be done with the memory. Default: `"read-write"`. */
  readonly access?: AttachAccess;
  /**
   * Address to attach at: a free one, and a multiple of the page size unless
   * `roundDown` is set. Default: the system chooses.
   */
  readonly address?: bigint;
  /** Round the address down to a page (`SHM_RND`). Default: false. */
  readonly roundDown?: boolean;
  /** Keep the memory out of swap (`mlock(2)`). Default: false. */
  readonly lock?: boolean;
}

/**
 * A System V shared memory segment (`shmget(2)`).
 *
 * It belongs to the system, not to a process: it and what is in it stay until
 * {@linkcode Segment.remove} or a restart, whoever exits. A removed segment
 * lives on until its last user detaches it.
 *
 * @example Share a page
 * ```ts
 * import { Segment } from "@shmem/shmem";
 *
 * using segment = Segment.create({ size: 4096 });
 * try {
 *   using mapping = segment.attach();
 *   mapping.bytes[0] = 42; // seen by whoever attaches segment.id
 * } finally {
 *   segment.remove();
 * }
 * ```
 */
export class Segment implements Disposable {
  /** Identifier in this IPC namespace, for other processes. */
  readonly id: number;
  /** Key that it was created or opened with; 0 (`IPC_PRIVATE`) when by id alone. */
  readonly key: number;
  /** Size in bytes. */
  readonly size: number;
  /** Whether this handle created it, rather than opened it. */
  readonly created: boolean;
  #keepAlive: Mapping | null = null;
  #closed = false;

  private constructor(
    id: number,
    key: number,
    size: number,
    created: boolean,
  ) {
    this.id = id;
    this.key = key;
    this.size = size;
    this.created = created;
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
    checkOptions(options, "create segment");
    const {
      size,
      key = IPC_PRIVATE,
      mode = 0o600,
      ifExists = "fail",
      removeOnLastDetach = false,
      hugePages,
      noReserve = false,
    } = options;
    checkSize(size, "size");
    checkI32(key, "key");
    checkMode(mode);
    checkWord(ifExists, ["fail", "open"], "ifExists");
    if (removeOnLastDetach) checkRemovable(key);

    let flags = IPC_CREAT | IPC_EXCL | mode;
    if (hugePages !== undefined) {
      flags |= SHM_HUGETLB | hugePageBits(checkHugePages(hugePages, size));
    }
    if (noReserve) flags |= SHM_NORESERVE;

    const act = `create ${label(key)}`;
    const create = () =>
      new Segment(getSegment(key, size, flags, act), key, size, true);
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
   * @throws {Deno.errors.PermissionDenied} When its mode does not let this user
   * read it (EACCES).
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
    const { key, id, size, minSize } = options;
    checkSizes(size, minSize);
    if ((key === undefined) === (id === undefined)) {
      throw new TypeError(
        `Cannot open segment: give its key or its id: received ${
          describe(key)
        } and ${describe(id)}`,
      );
    }
    let found: number;
    if (key !== undefined) {
      checkI32(key, "key");
      if (key === IPC_PRIVATE) {
        throw new RangeError(
          "Cannot open segment: key 0 is IPC_PRIVATE, which finds none; open it by id",
        );
      }
      found = getSegment(key, 0, 0, `open ${label(key)}`);
    } else {
      found = checkI32(id ?? 0, "id");
    }
    const status = segmentStatus(found, `open segment with id ${found}`);
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
  attach(options: AttachOptions = {}): Mapping<AttachAccess> {
    this.#requireOpen("attach");
    return attach(this.id, options);
  }

  /**
   * Reads what the kernel keeps of the segment (`IPC_STAT`).
   *
   * @throws {SystemError} When the segment is gone (EINVAL).
   */
  status(): SegmentStatus {
    this.#requireOpen("read the status of");
    return segmentStatus(this.id, `read the status of ${this.#label()}`);
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
    checkChanges(changes);
    changeSegment(this.id, changes, `change ${this.#label()}`);
  }

  /**
   * Keeps the segment out of swap (`SHM_LOCK`); Linux.
   *
   * @throws {Deno.errors.PermissionDenied} When the limit is 0 (EPERM).
   * @throws {SystemError} Above the limit `ulimit -l` (ENOMEM).
   */
  lock(): void {
    this.#requireOpen("lock");
    lockSegment(this.id, true, `lock ${this.#label()} into memory`);
  }

  /** Lets the segment be swapped again (`SHM_UNLOCK`); Linux. */
  unlock(): void {
    this.#requireOpen("unlock");
    lockSegment(this.id, false, `unlock ${this.#label()}`);
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
    removeSegment(this.id, `remove ${this.#label()}`);
  }

  /**
   * Closes the handle. The segment stays, and so does what is attached; with
   * `removeOnLastDetach` it goes, unless someone has it attached.
   */
  close(): void {
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
      this.#keepAlive = attach(this.id, {});
    } finally {
      // Also when attaching failed: nothing half-made stays behind.
      removeSegment(this.id, `mark ${this.#label()} for removal`);
    }
  }

  #label(): string {
    return this.key === IPC_PRIVATE ? `segment ${this.id}` : label(this.key);
  }

  #requireOpen(act: string): void {
    if (!this.#closed) return;
    throw new Deno.errors.BadResource(
      `Cannot ${act} ${this.#label()}: the handle is closed`,
    );
  }
}

/** Attaches a segment by id, for {@linkcode Segment.attach} and `shmat`. */
export function attach(
  id: number,
  options: AttachOptions,
): Mapping<AttachAccess> {
  const { access = "read-write", roundDown = false, lock = false } = options;
  checkAccess(access, ["read", "read-write"]);
  const address = checkAddress(options.address);
  const act = `attach segment ${id}`;
  const readonly = access === "read";
  const region = attachSegment(id, { readonly, address, roundDown }, act);
  const origin = { device: -1, inode: id, offset: 0 };
  const wrap = readonly ? wrapRead : wrapReadWrite;
  const mapping = wrap(region, undefined, origin);
  if (lock) lockOrUnmap(mapping, act);
  return mapping;
}

/** Locks attached memory into RAM, or gives it back and throws. */
function lockOrUnmap(mapping: Mapping, act: string): void {
  try {
    lockRegion(regionOf(mapping), act);
  } catch (error) {
    mapping.unmap();
    throw error;
  }
}

/** Checks what IPC_SET is to change. */
export function checkChanges({ uid, gid, mode }: SegmentChanges): void {
  if (uid !== undefined) checkU32(uid, "uid");
  if (gid !== undefined) checkU32(gid, "gid");
  if (mode !== undefined) checkMode(mode);
}

function checkRemovable(key: number): void {
  if (key !== IPC_PRIVATE) {
    throw new TypeError(
      `Cannot create ${
        label(key)
      } with removeOnLastDetach: marking it for removal takes its key away; leave the key out, and pass the id`,
    );
  }
  if (!platform().capabilities.attachesRemoved) {
    throw new Deno.errors.NotSupported(
      `Cannot create segment with removeOnLastDetach: on ${platform().name} nobody can attach a removed segment`,
    );
  }
}

/** How messages call a segment with a key. */
export function label(key: number): string {
  if (key === IPC_PRIVATE) return "segment";
  return `segment with key 0x${(key >>> 0).toString(16)}`;
}

import {
  type Access,
  advise,
  pageSize,
  residentPages,
  sync,
} from "../../ffi/memory/mman.ts";
import type { Region } from "../../ffi/memory/region.ts";
import { checkFlag, readOptions } from "../checks/options.ts";
import {
  type Advice,
  adviceAct,
  checkAdvice,
  SYNC_NAMES,
  type SyncOptions,
} from "./advice.ts";
import { isReporting, unwatch, watch } from "./leaks.ts";
import { type ReadonlyBytes, readonlyBytes } from "./readonly_bytes.ts";
import { atUnload } from "./unload.ts";
import {
  type ArrayName,
  typedView,
  type ViewOf,
  type ViewType,
} from "./view.ts";

/** The type of {@linkcode Mapping.bytes}, by access. */
export interface BytesOf {
  /** Memory that cannot be written. */
  readonly "read": ReadonlyBytes;
  /** Memory whose writes others see. */
  readonly "read-write": Uint8Array<ArrayBuffer>;
  /** Memory whose writes stay in this process. */
  readonly "copy-on-write": Uint8Array<ArrayBuffer>;
}

/** What {@linkcode Mapping.residency} tells. */
export interface Residency {
  /** Size of a page in bytes. */
  readonly pageSize: number;
  /** How many pages the memory lies in. */
  readonly pages: number;
  /** How many of them are in memory now, and cost no reading when they are touched. */
  readonly residentPages: number;
}

/** What makes a {@linkcode Mapping}. */
interface Parts<A extends Access> {
  readonly region: Region;
  readonly access: A;
  readonly bytes: BytesOf[A];
  readonly released: () => void;
  readonly origin: Origin | undefined;
}

/** What is mapped, the same in every mapping and in every process. */
export interface Origin {
  /** Number of the file system (`st_dev`); of segments: -1. */
  readonly device: number;
  /** Number of the file among those of its file system (`st_ino`), or id of the segment. */
  readonly inode: number;
  /** Where in the file the mapping starts, in bytes. */
  readonly offset: number;
}

/** Mappings by their one buffer, to find what belongs to a view. */
const mappings = new WeakMap<ArrayBuffer, Mapping>();

/** Someone who uses mapped memory, and is told before it goes. */
export interface MappingUser {
  /** Says why the memory must not go now; nothing when it may. */
  readonly refuse?: () => string | undefined;
  /** Lets go of the memory: it goes now. */
  readonly leave?: () => void;
}

/** What is mapped, by address; what is forgotten must be found by the leak report. */
const open = new Map<bigint, Mapping>();
let unmapsAtUnload = false;

function noteOpen(mapping: Mapping): void {
  // Not by WeakRef: each would hold its mapping until the end of the turn.
  if (!isReporting()) open.set(mapping.address, mapping);
  if (unmapsAtUnload) return;
  unmapsAtUnload = true;
  atUnload(() => {
    // Before the views are gone, who uses the memory is told, or refuses.
    for (const mapping of [...open.values()]) unmapQuietly(mapping);
  });
}

function noteClosed(mapping: Mapping): void {
  open.delete(mapping.address);
}

function unmapQuietly(mapping: Mapping): void {
  try {
    mapping.unmap();
  } catch {
    // It was transferred, or a lock in it is held: it stays.
  }
}

let usersOfMapping: (mapping: Mapping) => Set<MappingUser>;
let construct: <A extends Access>(parts: Parts<A>) => Mapping<A>;
let regionOfMapping: (mapping: Mapping) => Region;
let originOfMapping: (mapping: Mapping) => Origin | undefined;

/**
 * Mapped memory, from `attach()` and `map()` until {@linkcode Mapping.unmap} or
 * the end of its `using` block.
 *
 * Unmapping detaches every view of the memory first: a view that is used later
 * reads as empty or throws, and never touches memory that is gone.
 *
 * @example Map memory for the length of a block
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const words = new Int32Array(mapping.bytes.buffer);
 * Atomics.add(words, 0, 1);
 * ```
 */
export class Mapping<A extends Access = Access> implements Disposable {
  readonly #region: Region;
  readonly #released: () => void;
  readonly #users = new Set<MappingUser>();
  readonly #origin: Origin | undefined;
  readonly #bytes: BytesOf[A];
  readonly #access: A;

  private constructor({ region, access, bytes, released, origin }: Parts<A>) {
    this.#origin = origin;
    this.#region = region;
    this.#released = released;
    this.#access = access;
    this.#bytes = bytes;
    // What it says of itself decides what may be written.
    Object.freeze(this);
  }

  static {
    construct = (parts) => new Mapping(parts);
    regionOfMapping = (mapping) => mapping.#region;
    originOfMapping = (mapping) => mapping.#origin;
    usersOfMapping = (mapping) => mapping.#users;
  }

  /**
   * The memory: a `Uint8Array`, or {@linkcode ReadonlyBytes} with access
   * `"read"`. Its length is what was asked for, not rounded to pages. Empty
   * once unmapped.
   *
   * Typed arrays over `bytes.buffer` are views of the same memory. Where a
   * window of a file does not start at a multiple of 8, the buffer starts up
   * to 7 bytes before the window, at `-bytes.byteOffset`.
   */
  get bytes(): BytesOf[A] {
    return this.#bytes;
  }

  /** What may be done with the memory. */
  get access(): A {
    return this.#access;
  }

  /** Length of the memory in bytes; 0 once unmapped. */
  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /**
   * Where the memory starts in this process, for showing and comparing. Other
   * processes have it at other addresses.
   */
  get address(): bigint {
    return this.#region.address;
  }

  /** Whether the memory was unmapped. */
  get closed(): boolean {
    return this.#region.released;
  }

  /**
   * Writes changed pages back to their file (`msync(2)`). Other processes see
   * changes without it; it is for what must survive a power failure.
   *
   * @param options How.
   * @throws {Deno.errors.Busy} With `invalidate`, when pages are locked (EBUSY).
   * @throws {TypeError} When the memory is unmapped.
   */
  sync(options?: SyncOptions): void {
    const read = readOptions(options, SYNC_NAMES, "sync the memory");
    const async = checkFlag(read.async, "async");
    const invalidate = checkFlag(read.invalidate, "invalidate");
    const region = this.#mapped("sync");
    const { byteLength } = region;
    sync(region, { byteOffset: 0, byteLength, async, invalidate });
  }

  /**
   * Tells the kernel how the memory will be used (`madvise(2)`).
   *
   * @param advice How.
   * @throws {SystemError} When this kind of memory does not take it (EINVAL).
   * @throws {Deno.errors.NotSupported} When this system does not know it.
   * @throws {TypeError} When the memory is unmapped.
   */
  advise(advice: Advice): void {
    checkAdvice(advice);
    const region = this.#mapped("advise about");
    advise(region, 0, region.byteLength, advice, adviceAct(advice));
  }

  /**
   * Creates a typed array over a part of the memory, live and without a copy. With
   * access `"read"` it is a {@linkcode ReadonlyArrayOf}, which cannot be written.
   *
   * `new Float32Array(mapping.bytes)` would copy instead, as it does with any
   * `Uint8Array`.
   *
   * @param type The class of the array: `Float32Array`.
   * @param byteOffset Where it starts in the memory, in bytes, a multiple of the
   * size of an element. Default: 0.
   * @param length How many elements. Default: as many as there is room for.
   * @returns The array.
   * @throws {RangeError} When it does not lie in the memory, or is not aligned.
   * @throws {TypeError} When the memory is unmapped, or the class is none of the
   * built-in ones.
   *
   * @example Numbers in shared memory
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   *
   * using memory = SharedMemory.anonymous({ size: 4096 });
   * using mapping = memory.map();
   * const numbers = mapping.view(Float32Array, 64, 3);
   * numbers[0] = 1.5;
   * console.log(numbers.length, numbers.byteOffset); // 3 64
   * ```
   */
  view<Name extends ArrayName>(
    type: ViewType<Name>,
    byteOffset?: number,
    length?: number,
  ): ViewOf<A>[Name] {
    const region = this.#mapped("view");
    if (region.transferred) {
      throw new TypeError(
        "Cannot view the memory: its buffer was transferred to another owner",
      );
    }
    return typedView(region, this.#access, type, byteOffset, length);
  }

  /**
   * Tells how much of the memory is in RAM (`mincore(2)`). For a file that this user
   * neither owns nor may write the kernel says that all of it is.
   *
   * @returns Pages in all, and those that are in RAM at this moment.
   * @throws {TypeError} When the memory is unmapped.
   */
  residency(): Residency {
    const region = this.#mapped("look at");
    const pages = residentPages(region, "look what is in memory");
    return {
      pageSize: pageSize(),
      pages: pages.length,
      residentPages: pages.reduce((sum, page) => sum + page, 0),
    };
  }

  /**
   * Detaches every view of the memory and unmaps it (`munmap(2)`,
   * `shmdt(2)`). Harmless when it was done before.
   *
   * @throws {TypeError} When the buffer was transferred to another owner, such
   * as a worker: the pages stay mapped, because that owner may use them.
   * @throws {Deno.errors.Busy} While a mutex in it is held here.
   */
  unmap(): void {
    const region = this.#region;
    if (region.released) return;
    const { stuck } = region;
    if (stuck !== undefined) {
      throw new TypeError(`Cannot unmap ${region.byteLength} bytes: ${stuck}`);
    }
    for (const { refuse } of this.#users) {
      const reason = refuse?.();
      if (reason !== undefined) {
        throw new Deno.errors.Busy(
          `Cannot unmap ${region.byteLength} bytes: ${reason}`,
        );
      }
    }
    for (const { leave } of this.#users) leave?.();
    this.#users.clear();
    unwatch(region.buffer);
    try {
      region.release();
      mappings.delete(region.buffer);
      noteClosed(this);
    } finally {
      this.#released();
    }
  }

  /** The same as {@linkcode Mapping.unmap}, for `using`. */
  [Symbol.dispose](): void {
    this.unmap();
  }

  #mapped(operation: string): Region {
    const region = this.#region;
    if (region.released) {
      throw new TypeError(`Cannot ${operation} the memory: it is unmapped`);
    }
    return region;
  }
}

/** Creates a mapping of a kind. */
export type Wrap<A extends Access> = (
  region: Region,
  released?: () => void,
  origin?: Origin,
) => Mapping<A>;

/** Hands out memory that cannot be written. */
export const wrapRead: Wrap<"read"> = (region, released, origin) =>
  wrap(region, "read", readonlyBytes(viewOver(region)), released, origin);

/** Hands out memory whose writes others see. */
export const wrapReadWrite: Wrap<"read-write"> = (region, released, origin) =>
  wrap(region, "read-write", viewOver(region), released, origin);

/** Hands out memory whose writes stay in this process. */
const wrapCopyOnWrite: Wrap<"copy-on-write"> = (region, released, origin) =>
  wrap(region, "copy-on-write", viewOver(region), released, origin);

/** The way to hand out memory, by access. */
export const WRAPS: Readonly<Record<Access, Wrap<Access>>> = {
  "read": wrapRead,
  "read-write": wrapReadWrite,
  "copy-on-write": wrapCopyOnWrite,
};

function wrap<A extends Access>(
  region: Region,
  access: A,
  bytes: BytesOf[A],
  released: () => void = () => {},
  origin?: Origin,
): Mapping<A> {
  const mapping = construct({ region, access, bytes, released, origin });
  mappings.set(region.buffer, mapping);
  watch(
    region.buffer,
    () => `a mapping of ${region.byteLength} bytes (${access})`,
  );
  noteOpen(mapping);
  return mapping;
}

function viewOver(region: Region): Uint8Array<ArrayBuffer> {
  return new Uint8Array(region.buffer, region.byteOffset, region.byteLength);
}

/** The mapping whose buffer this is, mapped or no longer. */
export function mappingOf(buffer: ArrayBufferLike): Mapping | undefined {
  return buffer instanceof ArrayBuffer ? mappings.get(buffer) : undefined;
}

/** The memory behind a mapping, for the layers of this library alone. */
export function regionOf(mapping: Mapping): Region {
  return regionOfMapping(mapping);
}

/** What a mapping maps, where that has a number; for the layers above. */
export function originOf(mapping: Mapping): Origin | undefined {
  return originOfMapping(mapping);
}

/**
 * Tells someone before a mapping goes, for the layers above.
 *
 * @returns A function that takes it back.
 */
export function addMappingUser(
  mapping: Mapping,
  user: MappingUser,
): () => void {
  const users = usersOfMapping(mapping);
  users.add(user);
  return () => users.delete(user);
}

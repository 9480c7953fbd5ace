import { requireStack } from "../../ffi/libc/stack_room.ts";
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
  adviceOperation,
  checkAdvice,
  SYNC_NAMES,
  type SyncOptions,
} from "./advice.ts";
import { unwatch } from "./leaks.ts";
import type {
  BytesOf,
  MappingUser,
  Origin,
  Parts,
  Residency,
} from "./parts.ts";
import { noteClosed, noteOpen } from "./open_mappings.ts";
import {
  type ArrayName,
  typedView,
  type ViewOf,
  type ViewType,
} from "../views/view.ts";

export type { BytesOf, MappingUser, Origin, Residency } from "./parts.ts";

/** Mappings by their one buffer, to find what belongs to a view. */
const mappings = new WeakMap<ArrayBuffer, Mapping>();

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
  readonly #access: A;

  private constructor({ region, access, bytes, released, origin }: Parts<A>) {
    this.#origin = origin;
    this.#region = region;
    this.#released = released;
    this.#access = access;
    this.bytes = bytes;
    // What it says of itself decides what may be written. (A getter for the bytes
    // would take twice as long in loops over them.)
    Object.freeze(this);
  }

  static {
    construct = (parts) => new Mapping(parts);
    regionOfMapping = (mapping) => mapping.#region;
    originOfMapping = (mapping) => mapping.#origin;
    usersOfMapping = (mapping) => mapping.#users;
    // As above: nor by a getter that someone puts in its place.
    Object.freeze(this.prototype);
  }

  /**
   * The memory: a `Uint8Array`, or {@linkcode ReadonlyBytes} with access
   * `"read"`. Its length is what was asked for, not rounded to pages. Empty
   * once unmapped.
   *
   * The engine reads what it sorts, or decodes as text, more than once, and may crash
   * when another process writes it meanwhile. So sort and decode copies: `toSorted()`
   * instead of `sort()`, `decode(bytes.slice())`, `ReadonlyBytes.text()`.
   *
   * Typed arrays over `bytes.buffer` are views of the same memory. Where a
   * window of a file does not start at a multiple of 8, the buffer starts up
   * to 7 bytes before the window, at `-bytes.byteOffset`.
   */
  readonly bytes: BytesOf[A];

  /** What may be done with the memory. */
  get access(): A {
    return this.#access;
  }

  /** Length of the memory in bytes; 0 once unmapped. */
  get byteLength(): number {
    return this.bytes.byteLength;
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
    advise(region, 0, region.byteLength, advice, adviceOperation(advice));
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
    requireStack("close");
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
    for (const user of this.#users) user.leave?.();
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

/** Makes a mapping of a region that was mapped, for `wrap.ts` alone. */
export function newMapping<A extends Access>(parts: Parts<A>): Mapping<A> {
  const mapping = construct(parts);
  mappings.set(parts.region.buffer, mapping);
  noteOpen(mapping);
  return mapping;
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

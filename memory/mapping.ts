import {
  type Access,
  advise,
  lock as lockRegion,
  type MapRequest,
  pageSize,
  sync,
} from "../ffi/mman.ts";
import type { Region } from "../ffi/region.ts";
import { checkOffset, checkWord } from "./checks.ts";
import { unwatch, watch } from "./leaks.ts";
import { ReadonlyBytes, readonlyBytes, viewOf } from "./readonly_bytes.ts";

export type { Access };

/** The type of {@linkcode Mapping.bytes}, by access. */
export interface BytesOf {
  /** Memory that cannot be written. */
  readonly "read": ReadonlyBytes;
  /** Memory whose writes others see. */
  readonly "read-write": Uint8Array<ArrayBuffer>;
  /** Memory whose writes stay in this process. */
  readonly "copy-on-write": Uint8Array<ArrayBuffer>;
}

/** How {@linkcode Mapping.sync} and `msync` write back. */
export interface SyncOptions {
  /** Return before the disk has it (`MS_ASYNC`). Default: false. */
  readonly async?: boolean;
  /** Make other mappings of the file see it (`MS_INVALIDATE`). Default: false. */
  readonly invalidate?: boolean;
}

/**
 * How memory will be used, for {@linkcode Mapping.advise} and `madvise`: the
 * names of `madvise(2)` in lower case. macOS knows only the first six and
 * `"page-out"`. Advice that would make a later access kill the process has no
 * name here.
 */
export type Advice =
  | "normal"
  | "random"
  | "sequential"
  | "will-need"
  | "dont-need"
  | "free"
  | "dont-fork"
  | "do-fork"
  | "mergeable"
  | "unmergeable"
  | "huge-page"
  | "no-huge-page"
  | "dont-dump"
  | "do-dump"
  | "cold"
  | "page-out"
  | "populate-read"
  | "populate-write"
  | "collapse";

/** What makes a {@linkcode Mapping}. */
interface Parts<A extends Access> {
  readonly region: Region;
  readonly access: A;
  readonly bytes: BytesOf[A];
  readonly released: () => void;
}

/** Mappings by their one buffer, to find what belongs to a view. */
const mappings = new WeakMap<ArrayBuffer, Mapping>();

let construct: <A extends Access>(parts: Parts<A>) => Mapping<A>;
let regionOfMapping: (mapping: Mapping) => Region;

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

  /**
   * The memory: a `Uint8Array`, or {@linkcode ReadonlyBytes} with access
   * `"read"`. Its length is what was asked for, not rounded to pages. Empty
   * once unmapped.
   *
   * Typed arrays over `bytes.buffer` are views of the same memory. Where a
   * window of a file does not start at a multiple of 8, the buffer starts up
   * to 7 bytes before the window, at `-bytes.byteOffset`.
   */
  readonly bytes: BytesOf[A];

  /** What may be done with the memory. */
  readonly access: A;

  private constructor({ region, access, bytes, released }: Parts<A>) {
    this.#region = region;
    this.#released = released;
    this.access = access;
    this.bytes = bytes;
  }

  static {
    construct = (parts) => new Mapping(parts);
    regionOfMapping = (mapping) => mapping.#region;
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
  sync(options: SyncOptions = {}): void {
    const region = this.#mapped("sync");
    const { async = false, invalidate = false } = options;
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
    const region = this.#mapped("advise about");
    advise(region, 0, region.byteLength, advice, adviceAct(advice));
  }

  /**
   * Detaches every view of the memory and gives it back (`munmap(2)`,
   * `shmdt(2)`). Harmless when it was done before.
   *
   * @throws {TypeError} When the buffer was transferred to another owner, such
   * as a worker: the pages stay mapped, because that owner may use them.
   */
  unmap(): void {
    const region = this.#region;
    if (region.released) return;
    if (region.transferred) {
      throw new TypeError(
        `Cannot unmap ${region.byteLength} bytes: their buffer was transferred to another owner, who may still use it; they stay mapped until the process ends`,
      );
    }
    unwatch(region.buffer);
    mappings.delete(region.buffer);
    try {
      region.release();
    } finally {
      this.#released();
    }
  }

  /** The same as {@linkcode Mapping.unmap}, for `using`. */
  [Symbol.dispose](): void {
    this.unmap();
  }

  #mapped(act: string): Region {
    const region = this.#region;
    if (region.released) {
      throw new TypeError(`Cannot ${act} the memory: it is unmapped`);
    }
    return region;
  }
}

/** Makes a mapping of a kind. */
export type Wrap<A extends Access> = (
  region: Region,
  released?: () => void,
) => Mapping<A>;

/** Hands out memory that cannot be written. */
export const wrapRead: Wrap<"read"> = (region, released) =>
  wrap(region, "read", readonlyBytes(viewOver(region)), released);

/** Hands out memory whose writes others see. */
export const wrapReadWrite: Wrap<"read-write"> = (region, released) =>
  wrap(region, "read-write", viewOver(region), released);

/** Hands out memory whose writes stay in this process. */
export const wrapCopyOnWrite: Wrap<"copy-on-write"> = (region, released) =>
  wrap(region, "copy-on-write", viewOver(region), released);

/** The way to hand out memory, by access. */
export const WRAPS: Readonly<Record<Access, Wrap<Access>>> = {
  "read": wrapRead,
  "read-write": wrapReadWrite,
  "copy-on-write": wrapCopyOnWrite,
};

/** Every access, for checks. */
export const ACCESSES: readonly Access[] = [
  "read",
  "read-write",
  "copy-on-write",
];

function wrap<A extends Access>(
  region: Region,
  access: A,
  bytes: BytesOf[A],
  released: () => void = () => {},
): Mapping<A> {
  const mapping = construct({ region, access, bytes, released });
  mappings.set(region.buffer, mapping);
  watch(
    region.buffer,
    () => `a mapping of ${region.byteLength} bytes (${access})`,
  );
  return mapping;
}

function viewOver(region: Region): Uint8Array<ArrayBuffer> {
  return new Uint8Array(region.buffer, region.byteOffset, region.byteLength);
}

/** A part of mapped memory that a view covers. */
export interface MappedRange {
  /** The mapping that the view belongs to. */
  readonly mapping: Mapping;
  /** Its memory. */
  readonly region: Region;
  /** Where the view starts in it, in bytes. */
  readonly byteOffset: number;
  /** Length of the view in bytes. */
  readonly byteLength: number;
}

/**
 * Finds the mapping behind a view.
 *
 * @param memory What `mmap`, `shmat` or a mapping gave, or a part of it.
 * @param act What it is for, for the message of an error.
 * @throws {TypeError} When it is not mapped, or no longer.
 */
export function mappedRange(
  memory: Uint8Array | ReadonlyBytes,
  act: string,
): MappedRange {
  const view = memory instanceof ReadonlyBytes ? viewOf(memory) : memory;
  if (!ArrayBuffer.isView(view)) {
    throw new TypeError(
      `Cannot ${act}: it takes the memory itself, a Uint8Array or ReadonlyBytes: received ${typeof memory}`,
    );
  }
  const { buffer, byteLength } = view;
  const mapping = buffer instanceof ArrayBuffer
    ? mappings.get(buffer)
    : undefined;
  if (mapping === undefined || mapping.closed) {
    throw new TypeError(
      `Cannot ${act}: it is not mapped memory, or was unmapped before`,
    );
  }
  const region = regionOfMapping(mapping);
  if (region.transferred) {
    throw new TypeError(
      `Cannot ${act}: its buffer was transferred to another owner, who may still use it`,
    );
  }
  const byteOffset = view.byteOffset - region.byteOffset;
  return { mapping, region, byteOffset, byteLength };
}

/** Options of memory that is mapped, for all kinds of handles. */
export interface MappingOptions {
  /** Read the pages in at once instead of at first use; no effect on macOS. Default: false. */
  readonly populate?: boolean;
  /** Keep the memory out of swap (`mlock(2)`). Default: false. */
  readonly lock?: boolean;
}

/** A window of an object or file. */
export interface WindowOptions extends MappingOptions {
  /** Where the window starts, in bytes. Any offset will do. Default: 0. */
  readonly offset?: number;
  /** How long it is, in bytes. Default: up to the end. */
  readonly length?: number;
}

/** Checks a window against what there is. */
export function checkWindow(
  options: WindowOptions,
  size: number,
  what: string,
): Pick<MapRequest, "offset" | "length"> {
  const { offset = 0, length = size - offset } = options;
  checkOffset(offset, "offset");
  if (size === 0) {
    throw new RangeError(
      `Cannot map ${what}: it is empty; give it a size first`,
    );
  }
  if (options.length !== undefined) checkOffset(length, "length");
  if (length <= 0 || offset + length > size) {
    throw new RangeError(
      `Cannot map ${what}: it has ${size} bytes, and ${length} from offset ${offset} on were asked for`,
    );
  }
  return { offset, length };
}

/** Checks an access that was asked for. */
export function checkAccess<A extends Access>(
  access: A,
  allowed: readonly A[],
): A {
  return checkWord(access, allowed, "access");
}

/** Locks memory into RAM that is mapped already, or gives it back and throws. */
export function lockOrUnmap(mapping: Mapping, act: string): void {
  try {
    lockRegion(regionOfMapping(mapping), act);
  } catch (error) {
    mapping.unmap();
    throw error;
  }
}

/** What is tried when advice is given, for the message of an error. */
export function adviceAct(advice: string): string {
  return `advise ${JSON.stringify(advice)}`;
}

export { pageSize };

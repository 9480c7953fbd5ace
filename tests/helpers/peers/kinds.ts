/**
 * The kinds of memory that two processes can share, each as one side has it.
 * Used by the tests, and by the Deno program that is their other side.
 *
 * @module
 */

import {
  MappedFile,
  type Mapping,
  mmap,
  munmap,
  type ReadonlyBytes,
  Segment,
  SharedMemory,
} from "../../../mod.ts";
import { randomKey, randomName } from "../names.ts";

/** What a side may do with the memory. */
export type Access = "read" | "read-write";

/** Memory that this side has mapped, until it is disposed of. */
export interface Held extends Disposable {
  /** What the other side opens it by. */
  readonly target: string;
  /** Size in bytes. */
  readonly size: number;
  /** Where it is here; 0 when that is not known. */
  readonly address: bigint;
  /** The memory. */
  readonly bytes: Uint8Array<ArrayBuffer> | ReadonlyBytes;
}

/** One kind of memory. */
export interface Kind {
  /** A target that nobody else uses. */
  fresh(): string;
  /** Creates memory and maps it for reading and writing. */
  create(target: string, size: number): Held;
  /** Opens memory that the other side created, and maps it. */
  open(target: string, access: Access, address?: bigint): Held;
  /** Removes it. */
  remove(target: string): void;
}

/** The kinds, by the name that peers know them by. */
export type KindName = "sysv" | "posix" | "file" | "memfd";

export const KINDS: Readonly<Record<KindName, Kind>> = {
  sysv: {
    fresh: () => String(randomKey()),
    create: (target, size) => {
      const segment = Segment.create({ key: Number(target), size });
      return held(target, segment, segment.attach());
    },
    open: (target, access, address) => {
      const segment = Segment.open({ key: Number(target) });
      const place = address === undefined ? {} : { address };
      return held(target, segment, segment.attach({ access, ...place }));
    },
    remove: (target) => Segment.open({ key: Number(target) }).remove(),
  },
  posix: {
    fresh: randomName,
    create: (target, size) => {
      const memory = SharedMemory.create(target, { size });
      return held(target, memory, memory.map());
    },
    open: (target, access) => {
      const memory = SharedMemory.open(target, { access });
      return held(target, memory, memory.map());
    },
    remove: (target) => SharedMemory.unlink(target),
  },
  file: {
    fresh: () => `${Deno.makeTempDirSync({ prefix: "shmem-file-" })}/file`,
    create: (target, size) => {
      const file = MappedFile.open(target, { create: "exclusive", size });
      return held(target, file, file.map());
    },
    open: (target, access, address) => {
      if (address !== undefined) return mappedAt(target, access, address);
      const file = MappedFile.open(target, { access });
      return held(target, file, file.map());
    },
    remove: (target) =>
      Deno.removeSync(target.replace(/\/file$/, ""), { recursive: true }),
  },
  memfd: {
    fresh: () => "none",
    create: (_target, size) => {
      const memory = SharedMemory.anonymous({ size });
      return held(memory.path ?? "", memory, memory.map());
    },
    open: (target, access) => {
      const memory = SharedMemory.openPath(target, { access });
      return held(target, memory, memory.map());
    },
    // It goes with the last process that has it.
    remove: () => {},
  },
};

/** Whether a word is the name of a kind. */
export function isKind(word: string): word is KindName {
  return Object.hasOwn(KINDS, word);
}

function held(
  target: string,
  handle: Disposable & { readonly size: number },
  mapping: Mapping,
): Held {
  return {
    target,
    size: handle.size,
    address: mapping.address,
    bytes: mapping.bytes,
    [Symbol.dispose]: () => {
      mapping[Symbol.dispose]();
      handle[Symbol.dispose]();
    },
  };
}

/** Maps a file at an address, which only the call can. */
function mappedAt(target: string, access: Access, address: bigint): Held {
  const bytes = mmap(target, { access, address, fixed: true });
  return {
    target,
    size: bytes.byteLength,
    address,
    bytes,
    [Symbol.dispose]: () => munmap(bytes),
  };
}

/**
 * What a mapping is made of, what it tells, and who uses it.
 *
 * @module
 */

import type { Access } from "../../ffi/memory/mman.ts";
import type { Region } from "../../ffi/memory/region.ts";
import type { ReadonlyBytes } from "../views/readonly_bytes.ts";

/** The type of `Mapping.bytes`, by access. */
export interface BytesOf {
  /** Memory that cannot be written. */
  readonly "read": ReadonlyBytes;
  /** Memory whose writes others see. */
  readonly "read-write": Uint8Array<ArrayBuffer>;
  /** Memory whose writes stay in this process. */
  readonly "copy-on-write": Uint8Array<ArrayBuffer>;
}

/** What `Mapping.residency` tells. */
export interface Residency {
  /** Size of a page in bytes. */
  readonly pageSize: number;
  /** How many pages the memory lies in. */
  readonly pages: number;
  /** How many of them are in memory now, and cost no reading when they are touched. */
  readonly residentPages: number;
}

/** What makes a `Mapping`. */
export interface Parts<A extends Access> {
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

/** Someone who uses mapped memory, and is told before it goes. */
export interface MappingUser {
  /** Says why the memory must not go now; nothing when it may. */
  readonly refuse?: () => string | undefined;
  /** Releases the memory now. */
  readonly leave?: () => void;
}

/**
 * Which part of an object or file is mapped, and for what.
 *
 * @module
 */

import type { Access, MapRequest } from "../../ffi/memory/mman.ts";
import { checkOffset, checkWord } from "../checks/checks.ts";
import type { OptionNames } from "../checks/options.ts";

/** Every access, for checks. */
export const ACCESSES: readonly Access[] = [
  "read",
  "read-write",
  "copy-on-write",
];

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
  /**
   * Address to map at: a free one, and a multiple of the page size. Default: the
   * system chooses.
   */
  readonly address?: bigint;
}

/** Every option of a handle's `map()`. */
export const MAP_NAMES: OptionNames<
  WindowOptions & { readonly access?: Access | undefined }
> = {
  access: true,
  offset: true,
  length: true,
  address: true,
  populate: true,
  lock: true,
};

/** Checks a window, read once already, against what there is. */
export function checkWindow(
  options: WindowOptions,
  size: number,
  what: string,
): Pick<MapRequest, "offset" | "length"> {
  const { offset = 0 } = options;
  checkOffset(offset, "offset");
  const { length = Math.max(size - offset, 0) } = options;
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

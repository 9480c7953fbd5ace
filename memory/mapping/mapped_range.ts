import {
  typedArrayName,
  viewBuffer,
  viewByteLength,
  viewByteOffset,
} from "../../ffi/memory/builtins.ts";
import type { Access } from "../../ffi/memory/mman.ts";
import type { Region } from "../../ffi/memory/region.ts";
import { type Mapping, mappingOf, regionOf } from "./mapping.ts";
import { ReadonlyBytes, viewOf } from "../views/readonly_bytes.ts";

/** A part of mapped memory that a view covers. */
export interface MappedRange {
  /** The mapping that the view belongs to. */
  readonly mapping: Mapping;
  /** Its memory. */
  readonly region: Region;
  /** What may be done with it. */
  readonly access: Access;
  /** Where the view starts in it, in bytes. */
  readonly byteOffset: number;
  /** Length of the view in bytes. */
  readonly byteLength: number;
}

/**
 * Finds the mapping behind a view.
 *
 * @param memory What `mmap`, `shmat` or a mapping returned, or a part of it.
 * @param operation What it is for, for the message of an error.
 * @throws {TypeError} When it is not mapped, or no longer.
 */
export function mappedRange(
  memory: Uint8Array | Int32Array | ReadonlyBytes,
  operation: string,
): MappedRange {
  const view = memory instanceof ReadonlyBytes ? viewOf(memory) : memory;
  // Properties of a view can be shadowed, so the view itself is asked.
  if (typedArrayName(view) === undefined) {
    throw new TypeError(
      `Cannot ${operation}: it takes the memory itself, a Uint8Array or ReadonlyBytes: received ${typeof memory}`,
    );
  }
  const mapping = mappingOf(viewBuffer(view));
  if (mapping === undefined || mapping.closed) {
    throw new TypeError(
      `Cannot ${operation}: it is not mapped memory, or was unmapped before`,
    );
  }
  const region = regionOf(mapping);
  if (region.transferred) {
    throw new TypeError(
      `Cannot ${operation}: its buffer was transferred to another owner, which may still use it`,
    );
  }
  const byteOffset = viewByteOffset(view) - region.byteOffset;
  const byteLength = viewByteLength(view);
  const { access } = mapping;
  return { mapping, region, access, byteOffset, byteLength };
}

/**
 * What is mapped of each file in this process, so that nobody cuts it short under a
 * mapping: touching what is gone kills the process.
 *
 * @module
 */

import type { FileStatus } from "../../ffi/files/status.ts";
import { mappedEnd } from "../../ffi/memory/mapped_files.ts";

/**
 * What is mapped of a file. Plain numbers, no reference to the mapping: one that
 * was forgotten must be found by the leak report.
 */
export interface Extent {
  /** Where in the file it ends. */
  readonly end: number;
  /** Where in this process it starts. */
  readonly address: bigint;
  /** How long it is. */
  readonly byteLength: number;
}

/** What this copy of the library has mapped of each file, by the file's identity. */
const extentsByFile = new Map<string, Set<Extent>>();

/**
 * Notes what is mapped of a file.
 *
 * @returns A function that takes it back.
 */
export function addExtent(file: FileStatus, extent: Extent): () => void {
  const identity = identityOf(file);
  const extents = extentsByFile.get(identity) ?? new Set();
  extentsByFile.set(identity, extents.add(extent));
  return () => {
    extents.delete(extent);
    if (extents.size === 0) extentsByFile.delete(identity);
  };
}

/**
 * Refuses to cut a file where this process has it mapped: by this copy of the
 * library, and, as the kernel tells, by another one or a worker.
 *
 * @param what How messages call the file.
 */
export function requireUnmapped(
  file: FileStatus,
  size: number,
  what: string,
): void {
  const extents = extentsByFile.get(identityOf(file)) ?? [];
  const own = Math.max(0, ...[...extents].map((extent) => extent.end));
  const end = own > size ? own : mappedEnd(file.device, file.inode, size);
  if (end <= size) return;
  throw new Deno.errors.Busy(
    `Cannot resize ${what} to ${size} bytes: a mapping of this process reaches to byte ${end}, and touching it behind the new end would kill the process; unmap it first`,
  );
}

function identityOf({ device, inode }: FileStatus): string {
  return `${device}:${inode}`;
}

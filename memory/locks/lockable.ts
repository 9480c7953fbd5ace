/**
 * What can be locked, and the locks that one handle has.
 *
 * @module
 */

import type { LockKind, LockRange } from "../../ffi/files/range_lock.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { describe } from "../../ffi/libc/integers.ts";
import type { Descriptor } from "../file/descriptor.ts";
import {
  descriptorOf as descriptorOfFile,
  MappedFile,
} from "../file/mapped_file.ts";
import { descriptorOf, SharedMemory } from "../posix/shared_memory.ts";

/** A handle whose bytes can be locked. */
export type Lockable = SharedMemory | MappedFile;

/** The descriptor behind a handle that can be locked. */
export function lockableDescriptor(
  handle: Lockable,
  operation: string,
): Descriptor {
  if (handle instanceof MappedFile) return descriptorOfFile(handle);
  if (!(handle instanceof SharedMemory)) {
    throw new TypeError(
      `Cannot ${operation}: it takes SharedMemory or a MappedFile: received ${
        describe(handle)
      }`,
    );
  }
  const { capabilities, name } = platform();
  if (handle.name !== null && !capabilities.locksObjects) {
    throw new Deno.errors.NotSupported(
      `Cannot ${operation}: ${name} has no locks on shared memory; lock a MappedFile instead, or use Mutex or the ring buffers over memory of your own`,
    );
  }
  return descriptorOf(handle);
}

/** A range that a handle has locked. */
export interface HeldRange extends LockRange {
  readonly kind: LockKind;
}

/** What each handle has locked: the kernel sees no conflict within one. */
const held = new WeakMap<Descriptor, Set<HeldRange>>();

/** What a handle has locked of a range, if anything. */
export function ownOverlap(
  descriptor: Descriptor,
  range: LockRange,
): HeldRange | undefined {
  const ranges = held.get(descriptor);
  if (ranges === undefined) return undefined;
  for (const other of ranges) {
    if (other.start < endOf(range) && range.start < endOf(other)) return other;
  }
  return undefined;
}

/** Notes that a handle has locked a range. */
export function addHeld(descriptor: Descriptor, range: HeldRange): void {
  const ranges = held.get(descriptor) ?? new Set();
  held.set(descriptor, ranges.add(range));
}

/** Forgets a range that a handle released. */
export function removeHeld(descriptor: Descriptor, range: HeldRange): void {
  held.get(descriptor)?.delete(range);
}

function endOf({ start, length }: LockRange): number {
  return length === 0 ? Infinity : start + length;
}

/** How messages call a range. */
export function showRange({ start, length }: LockRange): string {
  if (length !== 0) return `bytes ${start} to ${start + length}`;
  return start === 0 ? "all bytes" : `all bytes from ${start} on`;
}

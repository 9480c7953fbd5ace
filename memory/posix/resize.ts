import { platform } from "../../ffi/platforms/platform.ts";
import { PATIENCE_MS, retryFor } from "../checks/retry.ts";
import type { Descriptor } from "../file/descriptor.ts";
import { beginChange, lockShared, tryLockExclusive } from "./object_locks.ts";

/**
 * Changes the size of an object, unless that would cut it short while this process
 * has the rest mapped, or another handle has it open.
 */
export function resizeObject(descriptor: Descriptor, size: number): void {
  const { capabilities, name } = platform();
  const { what } = descriptor;
  if (!capabilities.resizesObjects) {
    throw new Deno.errors.NotSupported(
      `Cannot resize ${what}: on ${name} a size is set once; create another object`,
    );
  }
  // It cannot take the lock, and fails as ftruncate(2) does.
  if (!descriptor.writable) return descriptor.resize(size);
  const operation = `resize ${what}`;
  const fd = descriptor.fd("resize");
  // Also to make it longer: of two that do so at once, the one with the smaller size
  // would cut off what the other has mapped by then.
  const endChange = retryFor(
    PATIENCE_MS,
    () => beginChange(fd, "exclusive", operation),
  );
  if (endChange === undefined) throw beingChanged(what, size);
  try {
    if (size >= descriptor.status().size) return descriptor.resize(size);
    // It releases the shared lock before it takes this one.
    if (!tryLockExclusive(fd, operation)) {
      lockShared(fd, operation);
      throw inUse(what, size);
    }
    try {
      descriptor.resize(size);
    } finally {
      lockShared(fd, operation);
    }
  } finally {
    endChange();
  }
}

function beingChanged(what: string, size: number): Error {
  return new Deno.errors.Busy(
    `Cannot resize ${what} to ${size} bytes: for ${PATIENCE_MS} ms another process has been changing its size, or has had a lock on all of it, as a FileLock without an end is; release that first`,
  );
}

function inUse(what: string, size: number): Error {
  return new Deno.errors.Busy(
    `Cannot resize ${what} to ${size} bytes: another handle has it open, and touching it behind the new end would kill that process; close it there first`,
  );
}

import { platform } from "../../ffi/platforms/platform.ts";
import type { Descriptor } from "../file/descriptor.ts";
import { beginChange, lockShared, tryLockExclusive } from "./object_locks.ts";

/** Changes the size of an object, unless someone else would be hurt by it. */
export function resizeObject(descriptor: Descriptor, size: number): void {
  const { capabilities, name } = platform();
  const { what } = descriptor;
  if (!capabilities.resizesObjects) {
    throw new Deno.errors.NotSupported(
      `Cannot resize ${what}: on ${name} a size is set once; create another object`,
    );
  }
  if (size >= descriptor.status().size) return descriptor.resize(size);
  const operation = `resize ${what}`;
  const fd = descriptor.fd("resize");
  const endChange = beginChange(fd, "exclusive", operation);
  if (endChange === undefined) throw inUse(what, size);
  try {
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

function inUse(what: string, size: number): Error {
  return new Deno.errors.Busy(
    `Cannot resize ${what} to ${size} bytes: another handle has it open, and touching it behind the new end would kill that process; close it there first`,
  );
}

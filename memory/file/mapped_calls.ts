/**
 * Calls of `sys/mman.h` for memory that is mapped already, under their names in
 * the manual. The same are methods of {@linkcode Mapping}.
 *
 * @module
 */

import { advise, pageSize, sync } from "../../ffi/memory/mman.ts";
import {
  type Advice,
  adviceOperation,
  checkAdvice,
  SYNC_NAMES,
  type SyncOptions,
} from "../mapping/advice.ts";
import { checkFlag, readOptions } from "../checks/options.ts";
import { mappedRange } from "../mapping/mapped_range.ts";
import type { ReadonlyBytes } from "../views/readonly_bytes.ts";

/**
 * Writes changed pages back to their file (`msync(2)`). Other processes see
 * changes without it; it is for what must survive a power failure.
 *
 * @param memory What `mmap` returned, or a part of it: whole pages around
 * the part are written.
 * @param options Whether to wait for the disk. Default: wait until it is written.
 * @throws {Deno.errors.Busy} With `invalidate`, when pages are locked (EBUSY).
 * @throws {TypeError} When it is not mapped memory.
 *
 * @example Make one change durable
 * ```ts
 * import { mmap, msync, munmap } from "@shmem/shmem";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.truncate(path, 8192);
 * const memory = mmap(path, { access: "read-write" });
 * memory[5000] = 1;
 * msync(memory.subarray(5000, 5001)); // it is on the disk now
 * munmap(memory);
 * await Deno.remove(path);
 * ```
 */
export function msync(
  memory: Uint8Array | ReadonlyBytes,
  options?: SyncOptions,
): void {
  const read = readOptions(options, SYNC_NAMES, "sync the memory");
  const async = checkFlag(read.async, "async");
  const invalidate = checkFlag(read.invalidate, "invalidate");
  const { region, byteOffset, byteLength } = mappedRange(
    memory,
    "sync the memory",
  );
  sync(region, { byteOffset, byteLength, async, invalidate });
}

/** Advice that changes what is in memory, so it must not reach a byte too far. */
const DESTRUCTIVE: readonly Advice[] = ["dont-need", "free"];

/**
 * Tells the kernel how memory will be used (`madvise(2)`).
 *
 * @param memory What `mmap` returned, or a part of it: the advice goes to
 * whole pages around the part. For `"dont-need"` and `"free"`, which may drop
 * what is in them, it must be whole pages.
 * @param advice How.
 * @throws {SystemError} When this kind of memory does not take it (EINVAL).
 * @throws {Deno.errors.NotSupported} When this system does not know it.
 * @throws {RangeError} When it must be whole pages and is not.
 * @throws {TypeError} When it is not mapped memory.
 *
 * @example Read a file from start to end
 * ```ts
 * import { madvise, mmap, munmap } from "@shmem/shmem";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, new Uint8Array(100_000).fill(1));
 * const memory = mmap(path);
 * madvise(memory, "sequential"); // the kernel reads further ahead
 * let sum = 0;
 * for (const byte of memory) sum += byte;
 * console.log(sum); // 100000
 * munmap(memory);
 * await Deno.remove(path);
 * ```
 */
export function madvise(
  memory: Uint8Array | ReadonlyBytes,
  advice: Advice,
): void {
  const operation = adviceOperation(checkAdvice(advice));
  const { region, byteOffset, byteLength } = mappedRange(memory, operation);
  if (DESTRUCTIVE.includes(advice)) {
    // A window may start within a page.
    const start = Number(region.address % BigInt(pageSize())) + byteOffset;
    const end = byteOffset + byteLength;
    const whole = (start + byteLength) % pageSize() === 0 ||
      end === region.byteLength;
    if (start % pageSize() !== 0 || !whole) {
      throw new RangeError(
        `Cannot ${operation}: it takes whole pages of ${pageSize()} bytes: received bytes ${byteOffset} to ${end} of the memory`,
      );
    }
  }
  advise(region, byteOffset, byteLength, advice, operation);
}

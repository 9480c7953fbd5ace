/** Sizes of the machine's files; there is always room. */

import { call } from "./call.ts";

/** `ftruncate(2)`. */
export function truncate(fd: number, size: number, _operation: string): void {
  call(`give ${fd} the size ${size}`, (files, who) => {
    files.truncate(files.opening(who, fd).inode, size);
    return 0;
  });
}

/** Nobody is kept out. */
export function changeMode(): void {}

/** Nothing is flushed. */
export function flushFile(): void {}

/** `posix_fallocate(3)`: memory is there. */
export function reserveNew(): boolean {
  return true;
}

/** `fallocate(2)`. */
export function reserveRange(): boolean {
  return true;
}

/** None. */
export function holesIn(): number {
  return 0;
}

/** Nobody knows. */
export function roomOf(): undefined {
  return undefined;
}

/** None is set. */
export function checkFileLimit(): void {}

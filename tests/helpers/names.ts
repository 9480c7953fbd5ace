/**
 * Names and keys that tests give to what they create. They say which process
 * made them, so that `tools/sweep.ts` can remove what a killed run left.
 *
 * @module
 */

/** What the names of tests begin with, before the number of the process. */
export const NAME_PREFIX = "shmem-test-";

/** The first byte of the keys of tests. */
export const KEY_PREFIX = 0x5e;

/** A name for a POSIX object that no other run uses. */
export function randomName(): string {
  return `/${NAME_PREFIX}${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
}

/** A key for a segment, set or queue that no other run uses. */
export function randomKey(): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return KEY_PREFIX << 24 | random >>> 8;
}

/** Names for many objects, which are removed in the end. */
export interface Names extends Disposable {
  /** How each of them begins. */
  readonly start: string;
  /** Removes those that are there, and returns how many there were. */
  remove(): number;
}

/** Begins names of objects that files stand for. */
export function namesOf(): Names {
  const start = randomName();
  // By a program: Deno itself reads nothing there without all permissions.
  const remove = () => {
    const args = [OBJECTS, "-name", `*${start.slice(1)}*`, "-print", "-delete"];
    const { stdout } = new Deno.Command("find", { args }).outputSync();
    return new TextDecoder().decode(stdout).split("\n").length - 1;
  };
  return { start, remove, [Symbol.dispose]: remove };
}

/** Where Linux has the files of objects. */
const OBJECTS = "/dev/shm";

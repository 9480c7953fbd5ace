/**
 * Room on the stack of JavaScript for what must not stop in the middle.
 *
 * A recursion of the caller may leave room for opening something, and none for
 * what comes behind it: the descriptor would stay open without an owner.
 *
 * @module
 */

/** What is about to be done. */
export type Purpose =
  | "create"
  | "close"
  | "change"
  | "wait"
  | "create parts"
  | "close parts";

/** Zeros: the engine copies small integers several times as fast as `undefined`. */
const kibibytes = (count: number): readonly number[] =>
  Array.from({ length: count * 128 }, () => 0);

/** Arguments that take as much of the stack as is needed. */
const ROOM: Readonly<Record<Purpose, readonly number[]>> = {
  /** One call of libc that makes something, and the checks behind it: about half. */
  "create": kibibytes(8),
  /** Less: what was made so is closed where something deeper failed. */
  "close": kibibytes(1),
  /** A change under a lock, and releasing the lock. */
  "change": kibibytes(2),
  /** A wait, which is counted in shared memory until it ends. */
  "wait": kibibytes(8),
  /**
   * An object of many parts, by many calls. Some are made, after a failure, for the
   * first time in this process: V8 throws where less than 40 KiB are left and it has
   * to compile a function. To ask for so much takes microseconds.
   */
  "create parts": kibibytes(64),
  /** Less: what was made so is closed where it was made. */
  "close parts": kibibytes(48),
};

// Taken at import: what programs put in its place must not run in between.
const { apply } = Reflect;

function nothing(): void {}

/**
 * Makes sure that what is about to be done does not run out of stack, before its
 * first step. The engine puts the arguments on the stack, or throws.
 *
 * @throws {RangeError} When there is too little left ("Maximum call stack size
 * exceeded", as the engine says it).
 */
export function requireStack(purpose: Purpose): void {
  apply(nothing, undefined, ROOM[purpose]);
}

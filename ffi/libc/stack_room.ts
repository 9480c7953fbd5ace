/**
 * Room on the stack of JavaScript for what must not stop in the middle.
 *
 * A recursion of the caller may leave room for opening something, and none for
 * what comes behind it: the descriptor would stay open without an owner.
 *
 * @module
 */

/** Bytes of the stack that an argument takes. */
const WORD = 8;
/** What creates and checks an object takes less than half of it. */
const TO_MAKE = 8192;
/** Less than that: what was made so is freed where something deeper failed. */
const TO_FREE = 1024;
/** What a change under a lock takes, and releasing the lock. */
const TO_CHANGE = 2048;
/** V8 throws where less is left when it has to compile a function first: 40 KiB. */
const TO_COMPILE = 49152;
/** More than that: what was made so is closed where it was made. */
const TO_MAKE_PARTS = 65536;

// Zeros: the engine copies small integers several times as fast as `undefined`.
const [MAKE, FREE, CHANGE, COMPILE, MAKE_PARTS] = [
  TO_MAKE,
  TO_FREE,
  TO_CHANGE,
  TO_COMPILE,
  TO_MAKE_PARTS,
].map((byteLength) => Array.from({ length: byteLength / WORD }, () => 0));

// Taken at import: what programs put in its place must not run in between.
const { apply } = Reflect;

function nothing(): void {}

/**
 * Makes sure that what follows a call of libc does not run out of stack, before
 * something is made. The engine puts the arguments on the stack, or throws.
 *
 * @throws {RangeError} When there is too little left ("Maximum call stack size
 * exceeded", as the engine says it).
 */
export function requireStack(): void {
  apply(nothing, undefined, MAKE!);
}

/** The same before something is given up whose state is kept here. */
export function requireStackToFree(): void {
  apply(nothing, undefined, FREE!);
}

/** The same before a lock is taken, for a change that must not stop half-way. */
export function requireStackToChange(): void {
  apply(nothing, undefined, CHANGE!);
}

/**
 * The same before an object of many parts is made, by many calls, some of them,
 * after a failure, for the first time in this process. It takes microseconds.
 */
export function requireStackToMakeParts(): void {
  apply(nothing, undefined, MAKE_PARTS!);
}

/** The same before such an object is closed. */
export function requireStackToCloseParts(): void {
  apply(nothing, undefined, COMPILE!);
}

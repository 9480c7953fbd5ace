/**
 * Calls where a recursion has left little stack, or none.
 *
 * @module
 */

/** Behind so many calls that did not fail in a row there is stack enough. */
const ENOUGH = 40;
/** Most calls on the way back from the end of the stack. */
const MOST = 4000;
/** Frames of a few dozen bytes shift where the stack ends by less than one call. */
const SHIFTS = 12;

/** How many calls ran out of stack, and how many did not. */
export interface Outcome {
  readonly failed: number;
  readonly done: number;
}

/**
 * Calls something once in peace, then where it cannot even begin, and then with more
 * and more stack; the latter a dozen times, with an end elsewhere each time.
 *
 * @param call Gets the number of the call, from 0 on.
 */
export function atEveryDepth(call: (number: number) => void): Outcome {
  let failed = 0;
  let done = 0;
  // In peace: the engine compiles here what would need much stack there.
  call(failed + done++);
  for (let shift = 0; shift < SHIFTS; shift++) {
    let calls = 0;
    let inARow = 0;
    const descend = (): void => {
      try {
        descend();
      } catch (error) {
        if (!isStackOverflow(error)) throw error;
      }
      if (inARow >= ENOUGH || calls >= MOST) return;
      calls++;
      try {
        call(failed + done);
        done++;
        inARow++;
      } catch (error) {
        if (!isStackOverflow(error)) throw error;
        failed++;
        inARow = 0;
      }
    };
    behindFrames(shift, descend);
  }
  return { failed, done };
}

function behindFrames(count: number, call: () => void): void {
  if (count > 0) behindFrames(count - 1, call);
  else call();
}

/** Also when a disposal failed for the same reason. */
function isStackOverflow(error: unknown): boolean {
  if (error instanceof SuppressedError) {
    return isStackOverflow(error.error) && isStackOverflow(error.suppressed);
  }
  return error instanceof RangeError && /call stack/.test(error.message);
}

/**
 * The longest that a timer of the runtime waits, in milliseconds: some 24 days. One
 * that is set for longer ends at once.
 */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

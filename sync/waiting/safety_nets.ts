/**
 * The timers that look again, in case a wake-up was lost, and the switch that
 * takes them away: without them a lost wake-up is a wait that never ends, which
 * a test sees, instead of one that ends a little late, which none does.
 *
 * @module
 */

let spread = true;

/**
 * How long to sleep before looking again for what should have been told.
 *
 * @param ms How long the net is, in milliseconds.
 * @returns The same, or `Infinity` when the nets are taken away.
 */
export function lookAgainMs(ms: number): number {
  return spread ? ms : Infinity;
}

/**
 * Takes the nets of this thread away, or spreads them again; for tests. Sleeps
 * that have begun keep theirs.
 *
 * @param on Whether timers look again.
 */
export function useSafetyNets(on: boolean): void {
  spread = on;
}

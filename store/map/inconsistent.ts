/** Chains or lists that lead nowhere: a process died, or overwrote them. */
export class Inconsistent extends Error {
  override name = "Inconsistent";
}

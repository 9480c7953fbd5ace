/**
 * Tables in shared memory whose links can be rebuilt from their entries.
 *
 * @module
 */

/** Links that lead nowhere, or disagree with the entries: a process died, or overwrote them. */
export class Inconsistent extends Error {
  override name = "Inconsistent";
}

/** A table that can be rebuilt. */
interface Table {
  rebuild(): void;
}

/**
 * Uses a table, under its lock; rebuilds it and tries once more when it is
 * {@linkcode Inconsistent}.
 *
 * @param what How messages call the object.
 * @throws {Deno.errors.InvalidData} When rebuilding did not help.
 */
export function useRepaired<Result>(
  what: string,
  table: Table,
  use: () => Result,
): Result {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof Inconsistent)) throw error;
  }
  try {
    table.rebuild();
    return use();
  } catch (error) {
    if (!(error instanceof Inconsistent)) throw error;
    throw new Deno.errors.InvalidData(
      `Cannot use ${what}: another program has overwritten it; remove it`,
    );
  }
}

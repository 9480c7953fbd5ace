import { removeUnlessUsed } from "../../commands/change/removal.ts";
import { listObjects, parseAddress } from "../../inspect/mod.ts";

/**
 * Removes what the kernel says nobody has, as `shmem rm --stale` does.
 *
 * @param pattern Names; default: all.
 * @returns The names of what was removed.
 */
export function removeStale(pattern: string | undefined): string[] {
  const { entries } = listObjects(pattern === undefined ? {} : { pattern });
  return entries
    .filter(({ stale }) => stale === true)
    .map(({ name }) => name)
    .filter((name) => removeUnlessUsed(parseAddress(name)));
}

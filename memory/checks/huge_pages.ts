import { checkWord } from "./checks.ts";

/** Size of huge pages; the system must have reserved some (`vm.nr_hugepages`). */
export type HugePages = "2MB" | "1GB";

/** What to do when there are no huge pages. */
export const HUGE_PAGES_HINT =
  "the system has too few huge pages: reserve some (vm.nr_hugepages), or do without `hugePages`";

const BYTE_LENGTHS: Readonly<Record<HugePages, number>> = {
  "2MB": 2 ** 21,
  "1GB": 2 ** 30,
};

/**
 * Checks an option for huge pages.
 *
 * @param size Size in bytes of the memory, a multiple of the page.
 * @param noReserve Whether they are not to be reserved, which is refused.
 * @returns Size in bytes of one page.
 */
export function checkHugePages(
  hugePages: HugePages,
  size: number,
  noReserve = false,
): number {
  checkWord(hugePages, ["2MB", "1GB"], "hugePages");
  if (noReserve) refuseUnreserved();
  const byteLength = BYTE_LENGTHS[hugePages];
  if (size % byteLength !== 0) {
    throw new RangeError(
      `Cannot use huge pages of ${hugePages}: the size must be a multiple of ${byteLength}: received ${size}`,
    );
  }
  return byteLength;
}

/** Huge pages that are not there when they are touched kill the process by SIGBUS. */
export function refuseUnreserved(): never {
  throw new TypeError(
    "Cannot use huge pages without reserving them: where the system has none left, touching the memory would kill the process; leave `noReserve`, `sparse` or SHM_NORESERVE out",
  );
}

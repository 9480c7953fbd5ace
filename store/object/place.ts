import { checkName } from "../../memory/checks/checks.ts";
import { describe } from "../../memory/checks/integers.ts";
import { permitPath } from "../../memory/checks/sandbox.ts";
import { removeFile } from "../../memory/file/removal.ts";
import { SharedMemory } from "../../memory/posix/shared_memory.ts";

/**
 * Where a shared object lies: the name of POSIX shared memory, one component
 * with or without a slash in front (`"/frames"`), or `{ path }`, a file, such as
 * one in a volume that containers share. A path is a string or a file URL.
 */
export type Place = string | { readonly path: string | URL };

/** A place that was checked. */
export interface CheckedPlace {
  readonly kind: "name" | "path";
  /** Its name with a slash, or its path. */
  readonly name: string;
}

/**
 * Checks a place: before libc sees it, and read once.
 *
 * @param use What a file is opened for.
 */
export function checkPlace(
  place: Place,
  use: "read" | "read-write" = "read-write",
): CheckedPlace {
  if (typeof place === "string") {
    return { kind: "name", name: checkName(place) };
  }
  const path = typeof place === "object" && place !== null
    ? place.path
    : undefined;
  if (typeof path === "string" || path instanceof URL) {
    return { kind: "path", name: permitPath(path, use) };
  }
  throw new TypeError(
    `Cannot use the place: it must be a name, or { path } with a string or a file URL: received ${
      describe(place)
    }`,
  );
}

/** Removes a name or a file; processes that have it open go on with it. */
export function removeObject(
  { kind, name }: CheckedPlace,
  what: string,
): void {
  if (kind === "name") SharedMemory.unlink(name);
  else removeFile(name, `unlink ${what}`);
}

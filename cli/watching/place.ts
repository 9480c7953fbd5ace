import { UsageError } from "../command.ts";
import { parseAddress } from "../inspect/mod.ts";

/** Where a channel or an object of the store is: a name, or the path of a file. */
export type NamedPlace = string | { readonly path: string };

/**
 * Reads a NAME of the command line, as all commands do.
 *
 * @throws {UsageError} When it is the name of something that has no messages.
 */
export function placeOf(text: string): NamedPlace {
  const { space, name } = parseAddress(text);
  if (space === "posix") return name;
  if (space === "file") return { path: name };
  throw new UsageError(
    `${text} is no channel and no object of the store, so there is nothing to watch or send; try: shmem info ${text}`,
  );
}

/** The text that names it: the name with its slash, or the path. */
export function placeText(place: NamedPlace): string {
  return typeof place === "string" ? place : place.path;
}

import { UsageError } from "../command.ts";

/** Where a channel or an object of the store is: a name, or the path of a file. */
export type NamedPlace = string | { readonly path: string };

/**
 * Reads a NAME of the command line: `/frames` or `frames` is an object, what has a
 * slash behind its first letter, or `file:` in front, a file.
 *
 * @throws {UsageError} When it is a name of something that has no messages.
 */
export function placeOf(text: string): NamedPlace {
  if (text.startsWith("file:")) return { path: text.slice("file:".length) };
  const [, prefix] = /^(sem|mq|segment|set|msg):/.exec(text) ?? [];
  if (prefix !== undefined) {
    throw new UsageError(
      `${text} is no channel and no object of the store, so there is nothing to watch or send; try: shmem info ${text}`,
    );
  }
  const [, name] = /^\/dev\/shm\/([^/]+)$/.exec(text) ?? [];
  if (name !== undefined) return `/${name}`;
  const isPath = text.slice(1).includes("/") || /^\.\.?$/.test(text);
  if (isPath) return { path: text };
  return text.startsWith("/") ? text : `/${text}`;
}

/** The text that names it: the name with its slash, or the path. */
export function placeText(place: NamedPlace): string {
  return typeof place === "string" ? place : place.path;
}

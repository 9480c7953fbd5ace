/**
 * How commands name what they look at.
 *
 * @module
 */

/** Where something has its name or number. */
export type Space =
  | "posix"
  | "file"
  | "semaphore"
  | "message-queue"
  | "segment"
  | "semaphore-set"
  | "system-queue";

/** The word in front of the colon, of those that have one. */
const PREFIXES: readonly (readonly [prefix: string, space: Space])[] = [
  ["file:", "file"],
  ["sem:", "semaphore"],
  ["mq:", "message-queue"],
  ["segment:", "segment"],
  ["set:", "semaphore-set"],
  ["msg:", "system-queue"],
];

/** What a NAME of a command line means. */
export interface Address {
  readonly space: Space;
  /** The name with its slash, the path, or the number as digits. */
  readonly name: string;
  /** The id, for what System V numbers. */
  readonly id?: number;
  /** The key, where that was given instead of the id. */
  readonly key?: number;
}

/**
 * Reads a NAME: `/frames` or `frames` is a POSIX object; what has a slash behind
 * its first letter is a path; `sem:`, `mq:`, `segment:`, `set:`, `msg:` and `file:`
 * say the rest. A System V id may be a key, in hexadecimal: `segment:0x5eed`.
 *
 * @throws {TypeError} When it cannot be a name.
 */
export function parseAddress(text: string): Address {
  for (const [prefix, space] of PREFIXES) {
    if (!text.startsWith(prefix)) continue;
    const rest = text.slice(prefix.length);
    if (space === "file") return { space, name: checkText(rest, text) };
    if (space === "semaphore" || space === "message-queue") {
      return { space, name: objectName(rest, text) };
    }
    return { space, name: rest, ...numberOf(rest, text) };
  }
  checkText(text, text);
  const isPath = text.slice(1).includes("/") || /^\.\.?$/.test(text);
  if (!isPath) return { space: "posix", name: objectName(text, text) };
  // A POSIX object has a path, too.
  const [, name] = /^\/dev\/shm\/([^/]+)$/.exec(text) ?? [];
  if (name === undefined) return { space: "file", name: text };
  return name.startsWith("sem.")
    ? { space: "semaphore", name: `/${name.slice(4)}` }
    : { space: "posix", name: `/${name}` };
}

/** The text that names the same again. */
export function addressText({ space, name, key }: Address): string {
  const [prefix = ""] = PREFIXES.find(([, each]) => each === space) ?? [];
  if (space === "posix") return name;
  // A path that would pass for an object's name needs its prefix.
  if (space === "file") {
    return name.slice(1).includes("/") ? name : `file:${name}`;
  }
  return key === undefined ? `${prefix}${name}` : `${prefix}0x${hex(key)}`;
}

function hex(key: number): string {
  return (key >>> 0).toString(16);
}

function objectName(name: string, given: string): string {
  const bare = name.startsWith("/") ? name.slice(1) : name;
  checkText(bare, given);
  if (bare.includes("/") || bare === "." || bare === "..") {
    throw new TypeError(
      `Cannot use the name ${
        JSON.stringify(given)
      }: it must be one component, with or without a slash in front`,
    );
  }
  return `/${bare}`;
}

function checkText(text: string, given: string): string {
  if (text !== "" && text !== "/" && !text.includes("\0")) return text;
  throw new TypeError(
    `Cannot use the name ${
      JSON.stringify(given)
    }: it is empty, or contains a NUL`,
  );
}

function numberOf(
  text: string,
  given: string,
): { id: number } | { key: number } {
  if (/^0x[\da-f]{1,8}$/i.test(text)) return { key: Number(text) | 0 };
  const id = Number(text);
  if (/^\d+$/.test(text) && id <= 0x7fff_ffff) return { id };
  throw new TypeError(
    `Cannot use the name ${
      JSON.stringify(given)
    }: a number as ipcs(1) shows it, or a key such as 0x5eed, must follow the colon`,
  );
}

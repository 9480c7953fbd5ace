import { UsageError } from "../command.ts";

/** Fields of a piece of memory, by a struct. */
export interface LoadedView {
  /** A plain object of all fields. */
  read(): Record<string, unknown>;
  /** Writes fields; what is out of range is refused. */
  write(values: object): void;
}

/**
 * A struct that a file of the user exports. By its shape and not by its class: the
 * file may import the library from elsewhere than this program.
 */
export interface LoadedStruct {
  /** What the file calls it. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** Its layout as a text, which objects carry. */
  readonly layout: string;
  /** Where fields lie, in bytes. */
  readonly offsets: Readonly<Record<string, number>>;
  /** Of the layout. */
  readonly hash: bigint;
  at(bytes: Uint8Array, byteOffset?: number): LoadedView;
  toJsonSchema(): Record<string, unknown>;
}

/**
 * Loads a struct from a module: `trade.ts#Trade`, or `trade.ts` when it exports one
 * alone.
 *
 * @throws {UsageError} When there is no such file or no such struct in it.
 */
export async function loadStruct(text: string): Promise<LoadedStruct> {
  const [, path = "", name] = /^(.+?)(?:#(.*))?$/s.exec(text) ?? [];
  const module = await load(path, text);
  const found = Object.entries(module)
    .filter(([each, value]) =>
      (name === undefined || each === name) && isStruct(value)
    );
  const [first] = found;
  if (first === undefined || found.length > 1) {
    const exported = Object.entries(module)
      .filter(([, value]) => isStruct(value))
      .map(([each]) => each);
    throw new UsageError(
      name === undefined && exported.length > 1
        ? `${path} exports several structs: say which, as in ${path}#${
          exported[0]
        }`
        : `${path} exports no struct ${name ?? ""}${
          exported.length === 0 ? "" : `, but ${exported.join(", ")}`
        }`,
    );
  }
  const [title, value] = first;
  if (!isStruct(value)) throw new UsageError(`${path} exports no struct`);
  return {
    name: title,
    size: value.size,
    layout: value.layout,
    offsets: value.offsets,
    hash: value.hash,
    at: (bytes, byteOffset) => value.at(bytes, byteOffset),
    toJsonSchema: () => value.toJsonSchema(),
  };
}

/** Imports the file of the user, which runs it. */
async function load(
  path: string,
  text: string,
): Promise<Record<string, unknown>> {
  try {
    const url = /^[a-z]{2,}:/i.test(path)
      ? path
      : new URL(path, `file://${encodeURI(Deno.cwd())}/`).href;
    return await import(url);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `the struct ${JSON.stringify(text)} cannot be loaded: ${message}`,
    );
  }
}

function isStruct(value: unknown): value is Omit<LoadedStruct, "name"> {
  return typeof value === "object" && value !== null &&
    "at" in value && typeof value.at === "function" &&
    "size" in value && typeof value.size === "number" &&
    "layout" in value && typeof value.layout === "string" &&
    "hash" in value && typeof value.hash === "bigint" &&
    "toJsonSchema" in value && typeof value.toJsonSchema === "function" &&
    "offsets" in value && typeof value.offsets === "object";
}

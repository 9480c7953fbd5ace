/**
 * Opens libc, once and on first use, so that importing the module asks for no
 * permission; or another library that the user named in its place.
 *
 * @module
 */

import { platform, requireDeno } from "../platforms/platform.ts";
import { REALTIME_SYMBOLS, SYMBOLS } from "./symbols.ts";

/** The functions of libc, callable. */
export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** The environment variable that names another library in place of libc. */
const LIBRARY_VARIABLE = "SHMEM_LIBRARY";

/** Where a library comes from that is named by URL. */
const PLUG = "jsr:@denosaurs/plug@1.1.0";

/** A library in use. */
interface Opened {
  readonly symbols: Libc;
  /** The errno of this thread; every worker opens its own. */
  readonly errno: Int32Array<ArrayBuffer>;
}

let opened: Opened | undefined;

/**
 * The errno of this thread, as element 0, once libc was called.
 *
 * Read it where the call returned, in the same function and before any other
 * call: when a function is entered the engine may do work of its own first, and
 * the system calls that this takes overwrite errno.
 */
export let errnoCell = new Int32Array(1);

/** The functions of libc, which is opened on first use. */
export function libc(): Libc {
  return (opened ?? use(openDefault())).symbols;
}

function use(library: Opened): Opened {
  opened = library;
  errnoCell = library.errno;
  return library;
}

/**
 * Puts another library in place of libc. To be awaited before the first call of
 * anything else in this module; a library that is in use is not exchanged.
 *
 * The library must offer the functions that this module calls, itself or
 * through the libraries that it is linked with, and its own errno.
 *
 * The same can be said without code, by the environment variable
 * `SHMEM_LIBRARY`, which is read only where `--allow-env` permits it. A URL in
 * it still needs this call, without an argument, to be awaited.
 *
 * @param source A path or file URL, which goes to `Deno.dlopen`; or an http(s)
 * URL, which `@denosaurs/plug` downloads and caches. It is imported only then,
 * says on stdout what it downloads, and needs `--allow-net`, `--allow-read`,
 * `--allow-write` and `--allow-env=DENO_DIR,HOME,XDG_CACHE_HOME`.
 * Default: what `SHMEM_LIBRARY` names, or else libc.
 * @throws {Error} When a library is already in use, or cannot be opened.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 *
 * @example Count calls with a library of one's own
 * ```ts ignore
 * import { useLibrary } from "@shmem/shmem";
 *
 * await useLibrary("./libcounting.so");
 * ```
 */
export async function useLibrary(source?: string | URL): Promise<void> {
  if (opened !== undefined) {
    throw new Error(
      "Cannot use another library: libc is already in use; call useLibrary() before anything else",
    );
  }
  if (source === "") {
    throw new TypeError("Cannot use another library: its path is empty");
  }
  requireDeno();
  const named = source ?? namedByEnvironment();
  if (named === undefined) {
    use(openDefault());
  } else if (isRemote(named)) {
    const library = await download(String(named));
    // Another call may have opened libc while this one downloaded.
    if (opened !== undefined) {
      library.close();
      throw new Error(
        `Cannot use ${named}: libc came into use while it was downloaded; await useLibrary() before anything else`,
      );
    }
    use(ready(library.symbols));
  } else {
    use(openPath(named));
  }
}

function openDefault(): Opened {
  // Other runtimes are told before anything of Deno is asked for.
  requireDeno();
  const named = namedByEnvironment();
  if (named === undefined) return openPath(platform().libc);
  if (isRemote(named)) {
    throw new Error(
      `Cannot use ${LIBRARY_VARIABLE}=${named}: a library from a URL is downloaded first; await useLibrary() before anything else`,
    );
  }
  return openPath(named);
}

function openPath(path: string | URL): Opened {
  // A system without a platform is told so before anything is opened.
  platform();
  requireFfi();
  let library;
  try {
    const isFileUrl = /^file:/i.test(String(path));
    library = Deno.dlopen(isFileUrl ? new URL(path) : path, SYMBOLS);
  } catch (error) {
    throw new Error(`Cannot open the library ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return ready(library.symbols);
}

/** Locates errno ahead of the first failure, which nothing may come behind. */
function ready(found: Libc): Opened {
  const symbols = complete(found);
  const pointer = symbols[platform().errnoFunction]?.() ?? null;
  if (pointer === null) throw new Error("Cannot read errno: it has no address");
  const { BYTES_PER_ELEMENT } = Int32Array;
  return {
    symbols,
    errno: new Int32Array(
      Deno.UnsafePointerView.getArrayBuffer(pointer, BYTES_PER_ELEMENT),
    ),
  };
}

/**
 * Fills in what older versions of glibc keep elsewhere, and refuses a library
 * that lacks what nothing can stand in for.
 *
 * @param symbols What was found in the library itself.
 * @returns The same with every function in place that the platform has.
 */
export function complete(symbols: Libc): Libc {
  const {
    name,
    errnoFunction,
    fstatFunction,
    realtimeLibrary,
  } = platform();
  if (symbols[errnoFunction] === null) {
    throw new Error(
      `Cannot use the library: it has no ${errnoFunction}, so it is no libc of ${name}`,
    );
  }
  let { fstat } = symbols;
  const realtime = (symbols.shm_open === null || symbols.shm_unlink === null) &&
      realtimeLibrary !== null
    ? Deno.dlopen(realtimeLibrary, REALTIME_SYMBOLS).symbols
    : {};
  const { __fxstat } = symbols;
  if (fstat === null && __fxstat !== null) {
    fstat = (fd, buffer) => __fxstat(0, fd, buffer);
  }
  if (fstatFunction === "fstat64") fstat = symbols.fstat64;
  return { ...symbols, ...realtime, fstat };
}

/** A path-limited grant opens libraries but refuses pointers, so ask for all. */
function requireFfi(): void {
  const { state } = Deno.permissions.requestSync({ name: "ffi" });
  if (state === "granted") return;
  throw new Deno.errors.NotCapable(
    "Requires ffi access, run again with the --allow-ffi flag (without a path: with one, Deno refuses pointers)",
  );
}

function namedByEnvironment(): string | undefined {
  const { state } = Deno.permissions.querySync({
    name: "env",
    variable: LIBRARY_VARIABLE,
  });
  if (state !== "granted") return undefined;
  return Deno.env.get(LIBRARY_VARIABLE) || undefined;
}

function isRemote(source: string | URL): boolean {
  return /^https?:/i.test(String(source));
}

async function download(
  url: string,
): Promise<Deno.DynamicLibrary<typeof SYMBOLS>> {
  platform();
  requireFfi();
  let plug;
  try {
    // Not a literal in the import(): that would join the module graph, and
    // every start would try to download it.
    const specifier: string = PLUG;
    plug = await import(specifier);
  } catch (error) {
    throw new Error(
      `Cannot download ${url}: ${PLUG} cannot be loaded; name a local file instead: ${
        messageOf(error)
      }`,
      { cause: error },
    );
  }
  try {
    return await plug.dlopen(url, SYMBOLS);
  } catch (error) {
    // Deno itself says best what to grant.
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new Error(`Cannot use the library ${url}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

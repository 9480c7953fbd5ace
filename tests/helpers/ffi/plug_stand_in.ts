/**
 * Stands in for `@denosaurs/plug` where its registry cannot be reached: gets a
 * library over HTTP and opens it, by the one function that is used.
 *
 * @module
 */

/** Downloads a library and opens it. */
export async function dlopen<Symbols extends Deno.ForeignLibraryInterface>(
  url: string,
  symbols: Symbols,
): Promise<Deno.DynamicLibrary<Symbols>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const path = await Deno.makeTempFile({ suffix: ".so" });
  try {
    await Deno.writeFile(path, await response.bytes());
    return Deno.dlopen(path, symbols);
  } finally {
    // What is loaded stays loaded without its name.
    await Deno.remove(path);
  }
}

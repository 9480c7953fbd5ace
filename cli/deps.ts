/**
 * What the command itself takes from others when it runs. It lies here and not in
 * `deps.ts` of the project, which is not published.
 *
 * @module
 */

/** The files of a library that draws curves in a browser. */
export interface CurveFiles {
  /** An ES module. */
  readonly script: string;
  readonly style: string;
}

// No literals in the imports: they would be downloaded at every start, and only who
// looks at the page needs them.
const UPLOT = "npm:uplot@1.6.32";
const SCRIPT = "dist/uPlot.esm.js";
const STYLE = "dist/uPlot.min.css";

/**
 * Loads the files of uPlot.
 *
 * @throws {Error} When npm cannot be reached, and it was not installed before.
 */
export async function loadUplot(): Promise<CurveFiles> {
  const loadText = import.meta.url.includes("/node_modules/")
    ? readInstalled
    : importText;
  const [script, style] = [await loadText(SCRIPT), await loadText(STYLE)];
  return { script, style };
}

async function importText(file: string): Promise<string> {
  // A package that is not in the graph is found only after it was imported.
  await import(UPLOT);
  const { default: text } = await import(`${UPLOT}/${file}`, {
    with: { type: "text" },
  });
  return text;
}

/** Packages of npm take others from where they were installed, and load none. */
async function readInstalled(file: string): Promise<string> {
  return await Deno.readTextFile(
    new URL(import.meta.resolve(`uplot/${file}`)),
  );
}

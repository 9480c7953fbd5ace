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

// No literal in the import(): it would be downloaded at every start, and only who
// looks at the page needs it.
const UPLOT = "npm:uplot@1.6.32";

/** Loads the files of uPlot. */
export async function loadUplot(): Promise<CurveFiles> {
  // A package that is not in the graph is found only after it was imported.
  await import(UPLOT);
  const [script, style] = await Promise.all([
    loadText(`${UPLOT}/dist/uPlot.esm.js`),
    loadText(`${UPLOT}/dist/uPlot.min.css`),
  ]);
  return { script, style };
}

async function loadText(specifier: string): Promise<string> {
  const { default: text } = await import(specifier, { with: { type: "text" } });
  return text;
}

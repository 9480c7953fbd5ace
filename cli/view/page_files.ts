/**
 * The files of the page: our own, which lie beside this module, and uPlot, which
 * draws curves and comes from npm.
 *
 * @module
 */

import type { CurveFiles } from "../deps.ts";
import { answer, refuse } from "./responses.ts";

const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
} as const;

/** Every file that a browser may ask for, and nothing else. */
const OWN: Readonly<Record<string, string>> = {
  "/": "index.html",
  ...Object.fromEntries(
    [
      "style.css",
      "icon.svg",
      "drawing/band.js",
      "connection.js",
      "drawing/curves.js",
      "detail.js",
      "dom.js",
      "format.js",
      "drawing/graph.js",
      "machine.js",
      "main.js",
      "newest.js",
      "objects.js",
    ].map((file) => [`/${file}`, file]),
  ),
};

/** Answers with a file of the page; nothing when there is none of that path. */
export async function pageFile(path: string): Promise<Response | undefined> {
  const file = OWN[path];
  if (file === undefined) return undefined;
  const url = new URL(`./page/${file}`, import.meta.url);
  // A module may come from the Web; so do its files then.
  const text = url.protocol === "file:"
    ? await Deno.readTextFile(url)
    : await (await fetch(url)).text();
  return answer(text, typeOf(file));
}

/** Answers with a file of uPlot; nothing when there is none of that path. */
export async function curveFile(
  path: string,
  load: () => Promise<CurveFiles>,
): Promise<Response | undefined> {
  if (path !== "/uplot.js" && path !== "/uplot.css") return undefined;
  try {
    const { script, style } = await load();
    return path === "/uplot.js"
      ? answer(script, TYPES.js)
      : answer(style, TYPES.css);
  } catch (error) {
    // The page shows numbers then, and says why there are no curves.
    const message = error instanceof Error ? error.message : String(error);
    const reason = message.replace(/\.$/, "");
    return refuse(
      503,
      `Cannot load uPlot: ${reason}; install it (npm install uplot), or let npm be reached`,
    );
  }
}

function typeOf(file: string): string {
  const [, ending] = /\.(css|html|js|svg)$/.exec(file) ?? [];
  return Object.entries(TYPES).find(([each]) => each === ending)?.[1] ??
    "application/octet-stream";
}

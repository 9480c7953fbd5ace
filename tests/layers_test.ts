/**
 * The rules that hold the layers apart, checked over every file of the project.
 *
 * @module
 */

import { assert, assertEquals } from "../deps.ts";
import {
  allEdges,
  ALONE,
  BESIDE,
  LAYERS,
  moduleFiles,
  projectFiles,
  TOP,
  urlOf,
  withoutComments,
} from "./helpers/project/source_graph.ts";

/** Files whose lines are rows: a function of libc, or an error of a call. */
const TABLES = ["ffi/libc/symbols.ts", "ffi/errors/explanations.ts"];
const LONGEST = 300;
const DOZEN = 12;

/** Files that load what watches pipes, from Deno itself. */
const NODE_NET = ["queue/pipe/pipe_streams.ts", "sync/bells/event_loop.ts"];

/** How high a file stands. */
function heightOf(file: string): number {
  const [folder = ""] = file.split("/");
  // The surface re-exports; what it is made of never imports it back, nor the
  // third-party modules.
  if (file === "mod.ts" || file === "deps.ts") return LAYERS.length;
  if (ALONE.includes(folder)) return 0;
  const beside = BESIDE[folder];
  if (beside !== undefined) return LAYERS.indexOf(beside) + 0.5;
  if (LAYERS.includes(folder)) return LAYERS.indexOf(folder);
  if (TOP.includes(folder)) return LAYERS.length + 1;
  throw new Error(`${file} belongs to no layer that this test knows`);
}

Deno.test("imports point downward only", async () => {
  const upward = (await allEdges())
    .filter(({ to }) => !to.includes(":"))
    .filter(({ from, to }) =>
      heightOf(to) > heightOf(from) ||
      (ALONE.some((each) => from.startsWith(`${each}/`)) &&
        from.split("/")[0] !== to.split("/")[0])
    )
    .map(({ from, to }) => `${from} imports ${to}`);
  assertEquals(upward, []);
});

Deno.test("channels see no descriptor: they import nothing from ffi", async () => {
  const seen = (await allEdges())
    .filter(({ from, to }) =>
      from.startsWith("channel/") && to.startsWith("ffi/")
    )
    .map(({ from, to }) => `${from} imports ${to}`);
  assertEquals(seen, []);
});

Deno.test("the check of imports sees every file, and edges between all layers", async () => {
  const edges = await allEdges();
  const seen = new Set(edges.map(({ from }) => from));
  // Every file of a layer imports something, but for tables and small helpers.
  assert(seen.has("memory/mapping/mapping.ts"));
  assert(seen.has("mod.ts"));
  assert(seen.has("tests/layers_test.ts"));
  assert(
    edges.some(({ from, to }) =>
      from === "ffi/memory/mman.ts" && to === "ffi/libc/library.ts"
    ),
  );
});

Deno.test("unsafe names appear under ffi alone", async () => {
  const found: string[] = [];
  for (const file of await projectFiles()) {
    // A test of the layer itself may open a library of its own.
    if (/^(tests\/(helpers\/)?)?ffi\//.test(file)) continue;
    for (const name of await unsafeNames(file)) found.push(`${file}: ${name}`);
  }
  assertEquals(found, []);
});

Deno.test("the check of unsafe names finds those of ffi", async () => {
  const found = new Set([
    ...await unsafeNames("ffi/libc/library.ts"),
    ...await unsafeNames("ffi/memory/region.ts"),
  ]);
  assert(found.size > 2, [...found].join());
});

Deno.test("the module imports its own files alone, by full relative paths", async () => {
  const reached = await moduleFiles();
  assert(reached.size > 20, `only ${[...reached].join()} were reached`);
  const wrong = (await allEdges())
    .filter(({ from }) => reached.has(from))
    // Loaded where it is needed; every Deno has it.
    .filter(({ from, specifier }) =>
      specifier !== "node:net" || !NODE_NET.includes(from)
    )
    .filter(({ specifier, to }) =>
      // From a URL there is no import map, no extension is guessed, and no
      // other registry may be needed.
      !/^\.\.?\/[\w./]*\.ts$/.test(specifier) || to.includes(":")
    )
    .map(({ from, specifier }) => `${from} imports ${specifier}`);
  assertEquals(wrong, []);
});

Deno.test("the module imports what the graph does not show in one place alone", async () => {
  const files: string[] = [];
  for (const file of await moduleFiles()) {
    const source = withoutComments(await Deno.readTextFile(urlOf(file)));
    if (/\bimport\s*\(/.test(source)) files.push(file);
  }
  // There it is the downloader of a library that the user named by URL.
  assertEquals(files.sort(), ["ffi/libc/library.ts", ...NODE_NET].sort());
});

Deno.test("third-party specifiers appear in deps.ts alone", async () => {
  const elsewhere = (await allEdges())
    .filter(({ from }) => from !== "deps.ts")
    .filter(({ specifier }) =>
      !/^\.\.?\//.test(specifier) && !specifier.startsWith("node:")
    )
    // The module's own name, as programs of its users write it.
    .filter(({ specifier }) => !/^@shmem\/shmem(\/|$)/.test(specifier))
    .map(({ from, specifier }) => `${from} imports ${specifier}`);
  assertEquals(elsewhere, []);
});

Deno.test("no source file is longer than 300 lines, tables excepted", async () => {
  const long: string[] = [];
  for (const file of await projectFiles()) {
    if (TABLES.includes(file)) continue;
    const lines = (await Deno.readTextFile(urlOf(file))).split("\n").length - 1;
    if (lines > LONGEST) long.push(`${file} has ${lines} lines`);
  }
  assertEquals(long, []);
});

Deno.test("no folder has more than a dozen source files of its own", async () => {
  const counts = new Map<string, number>();
  for (const file of await projectFiles()) {
    const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const full = [...counts].filter(([, count]) => count > DOZEN)
    .map(([folder, count]) => `${folder} has ${count} files`);
  assertEquals(full, []);
});

/** The names of Deno that reach raw memory or C, as a file uses them. */
async function unsafeNames(file: string): Promise<string[]> {
  const source = withoutComments(await Deno.readTextFile(urlOf(file)));
  const direct =
    /\bDeno\s*(?:\?\.|\.|\[\s*["'`])\s*(?:dlopen|Unsafe\w*|Pointer(?:Value|Object)|DynamicLibrary)/g;
  const destructured = /\b(?:dlopen|Unsafe\w*)\b[^{};]*\}\s*=\s*Deno\b/g;
  return [...source.matchAll(direct), ...source.matchAll(destructured)]
    .map(([name]) => name);
}

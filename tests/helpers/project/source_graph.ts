/**
 * The files of the project and what each imports, as Deno's own parser finds it.
 *
 * @module
 */

import { assertEquals, fromFileUrl } from "../../../deps.ts";
import { denoCommand, ROOT, run } from "../deno.ts";

/** The layers from the lowest; a file imports from its own and from lower ones. */
export const LAYERS = [
  "ffi",
  "memory",
  "sync",
  "channel",
  "store",
  "rpc",
  "aeron",
];

/** Layers beside the others, by the highest one that they may import from. */
export const BESIDE: Readonly<Record<string, string>> = { queue: "sync" };

/** Folders that import nothing but their own files. */
export const ALONE = ["struct"];

/** Folders on top of all layers, which may import from everywhere. */
export const TOP = [
  "cli",
  "demo",
  "examples",
  "bench",
  "docs",
  "tests",
  "tools",
];

/** The modules that users import. */
export const SURFACES = [
  "mod.ts",
  ...[...LAYERS, ...Object.keys(BESIDE), ...ALONE]
    .map((layer) => `${layer}/mod.ts`),
];

/** An import or export statement, or an import() of a literal. */
interface Edge {
  /** The importing file, from the folder of the project. */
  readonly from: string;
  /** What is written there. */
  readonly specifier: string;
  /** What it leads to: a file of the project, or else a URL. */
  readonly to: string;
}

/**
 * Every TypeScript file of the project. What else lies in its folder, such as a
 * program that a newcomer tries, is nobody's concern here.
 */
export async function projectFiles(): Promise<string[]> {
  const folders = [...LAYERS, ...Object.keys(BESIDE), ...ALONE, ...TOP];
  const files = ["mod.ts", "deps.ts"];
  for (const folder of folders) files.push(...await filesIn(folder));
  return files.sort();
}

async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(urlOf(folder))) {
      const path = `${folder}/${name}`;
      if (isDirectory) files.push(...await filesIn(path));
      else if (name.endsWith(".ts")) files.push(path);
    }
  } catch (error) {
    // Not every layer that this test knows exists yet.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}

/** Where a file of the project is. */
export function urlOf(file: string): URL {
  return new URL(file, ROOT);
}

function fileOf(url: string): string {
  return url.startsWith(ROOT.href) ? url.slice(ROOT.href.length) : url;
}

let edges: Promise<Edge[]> | undefined;

/** Every import of the project, found by Deno's own parser. */
export function allEdges(): Promise<Edge[]> {
  return edges ??= readEdges();
}

async function readEdges(): Promise<Edge[]> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    // One file that imports all, because `deno info` takes one.
    const lines = (await projectFiles())
      .map((file) => `import ${JSON.stringify(urlOf(file))};\n`);
    await Deno.writeTextFile(entry, lines.join(""));
    const { code, stdout, stderr } = await run([
      ...denoCommand(),
      "info",
      "--json",
      "--config",
      fromFileUrl(urlOf("deno.json")),
      entry,
    ]);
    assertEquals(code, 0, stderr);
    return edgesIn(JSON.parse(stdout).modules);
  } finally {
    await Deno.remove(entry);
  }
}

/** The part of the output of `deno info` that is used here. */
interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

function edgesIn(modules: readonly ModuleInfo[]): Edge[] {
  return modules
    .filter(({ specifier }) => specifier.startsWith(ROOT.href))
    .flatMap(({ specifier: importer, dependencies = [] }) =>
      dependencies.map(({ specifier, code, type }) => ({
        from: fileOf(importer),
        specifier,
        to: fileOf(code?.specifier ?? type?.specifier ?? specifier),
      }))
    );
}

/** The surfaces that exist, and all that they import, directly or not. */
export async function moduleFiles(): Promise<Set<string>> {
  const files = await projectFiles();
  const imports = Map.groupBy(await allEdges(), ({ from }) => from);
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { to } of imports.get(file) ?? []) {
      if (!to.includes(":")) visit(to);
    }
  };
  for (const file of SURFACES.filter((each) => files.includes(each))) {
    visit(file);
  }
  return reached;
}

/** Code without the lines that are comments, which may name what they explain. */
export function withoutComments(source: string): string {
  return source.split("\n")
    .filter((line) => !/^\s*(\/\/|\/\*|\*(\s|\/|$))/.test(line))
    .join("\n");
}

/**
 * The rules that hold the layers apart, checked over every file of the project.
 *
 * @module
 */

import { assert, assertEquals, fromFileUrl } from "../deps.ts";
import { denoCommand, ROOT, run, runDeno } from "./helpers/deno.ts";

/** The layers from the lowest; a file imports from its own and from lower ones. */
const LAYERS = ["ffi", "memory", "sync", "channel", "store", "rpc", "aeron"];

/** Layers beside the others, by the highest one that they may import from. */
const BESIDE: Readonly<Record<string, string>> = { queue: "sync" };

/** Folders that import nothing but their own files. */
const ALONE = ["struct"];

/** Folders on top of all layers, which may import from everywhere. */
const TOP = ["cli", "demo", "examples", "bench", "docs", "tests", "tools"];

/** Files that load what watches pipes, from Deno itself. */
const NODE_NET = ["queue/pipe/pipe_streams.ts", "sync/bells/event_loop.ts"];

/** What a user imports, as far as it exists. */
const SURFACES = [
  "mod.ts",
  ...[...LAYERS, ...Object.keys(BESIDE), ...ALONE]
    .map((layer) => `${layer}/mod.ts`),
];

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
async function projectFiles(): Promise<string[]> {
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

function urlOf(file: string): URL {
  return new URL(file, ROOT);
}

function fileOf(url: string): string {
  return url.startsWith(ROOT.href) ? url.slice(ROOT.href.length) : url;
}

let edges: Promise<Edge[]> | undefined;

/** Every import of the project, found by Deno's own parser. */
function allEdges(): Promise<Edge[]> {
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
async function moduleFiles(): Promise<Set<string>> {
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
  // The room of channels that wait, with whom, and in what; the buffers below
  // them check their arguments with functions of it.
  const rooms = /^channel\/(object|membership|carrier|waiting|ends)\//;
  const seen = (await allEdges())
    .filter(({ from, to }) => rooms.test(from) && to.startsWith("ffi/"))
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

Deno.test("mod.ts re-exports, and does nothing else", async () => {
  const statement =
    /^export (type )?\{[^{}]*\} from "\.\/(memory|ffi)\/[a-z_/]+\.ts";$/gm;
  const source = withoutComments(await Deno.readTextFile(urlOf("mod.ts")));
  assertEquals(source.replaceAll(statement, "").trim(), "");
});

Deno.test("mod.ts passes on types, constants, errors and the library from ffi, and nothing else", async () => {
  const source = withoutComments(await Deno.readTextFile(urlOf("mod.ts")));
  const passedOn = [
    "platforms/constants",
    "libc/library",
    "errors/system_error",
  ];
  const statements = source.matchAll(
    /^export (type )?\{([^{}]*)\} from "\.\/ffi\/([a-z_/]+)\.ts";$/gm,
  );
  for (const [, type, names = "", file = ""] of statements) {
    if (type !== undefined || passedOn.includes(file)) continue;
    for (const name of names.split(",").map((each) => each.trim())) {
      assert(
        name === "" || name.startsWith("type "),
        `mod.ts exports ${name} of ffi/${file}.ts`,
      );
    }
  }
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

Deno.test("importing needs no permission, whatever part is imported", async () => {
  const files = await projectFiles();
  const surfaces = SURFACES.filter((file) => files.includes(file));
  const imports = surfaces.map((file) => `import "${urlOf(file)}";\n`);
  const { code, stdout, stderr } = await runDeno(
    `${imports.join("")}console.log("imported");\n`,
    { permissions: [] },
  );
  assertEquals(stderr, "");
  assertEquals(stdout, "imported\n");
  assertEquals(code, 0);
});

Deno.test("the module works imported from a URL", async () => {
  const cache = await Deno.makeTempDir({ prefix: "shmem-cache-" });
  const prefix = "/some/where/shmem@0.1.0/";
  const served: string[] = [];
  const missing: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const file = pathname.slice(prefix.length);
      try {
        assert(pathname.startsWith(prefix));
        const source = await Deno.readTextFile(urlOf(file));
        served.push(file);
        return new Response(source, {
          headers: { "content-type": "application/typescript" },
        });
      } catch {
        missing.push(pathname);
        return new Response("Not found", { status: 404 });
      }
    },
  );
  try {
    const host = `127.0.0.1:${server.addr.port}`;
    const { code, stdout, stderr } = await runDeno(
      `
      import { SharedMemory } from "http://${host}${prefix}mod.ts";
      using memory = SharedMemory.create("/" + crypto.randomUUID(), { size: 5003 });
      using mapping = memory.map();
      mapping.bytes.set([1, 2, 3], 5000);
      using same = memory.map({ access: "read" });
      console.log(same.bytes.byteLength, same.bytes.at(5002));
      memory.unlink();
      `,
      {
        permissions: ["--allow-ffi", `--allow-import=${host}`],
        env: { DENO_DIR: cache },
      },
    );
    assertEquals(stderr, "");
    assertEquals(stdout, "5003 3\n");
    assertEquals(code, 0);
    assertEquals(missing, []);
    assert(served.includes("mod.ts") && served.includes("ffi/libc/library.ts"));
    assert(!served.includes("deps.ts"), "the module needs third-party modules");
  } finally {
    await server.shutdown();
    await Deno.remove(cache, { recursive: true });
  }
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

/** Code without the lines that are comments, which may name what they explain. */
function withoutComments(source: string): string {
  return source.split("\n")
    .filter((line) => !/^\s*(\/\/|\/\*|\*(\s|\/|$))/.test(line))
    .join("\n");
}

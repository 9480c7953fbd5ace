/**
 * A library that is named by URL in place of libc, and downloaded by
 * `@denosaurs/plug`. In these tests a server on this machine is the registry,
 * which has nothing, or an import map puts a stand-in in place of plug.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "../../deps.ts";
import { compile } from "../helpers/cc.ts";
import {
  denoCommand,
  type Ended,
  projectPath,
  run,
  runDeno,
} from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";

const PLUG = "jsr:@denosaurs/plug@1.1.0";
const LIBRARY_FLAGS = ["-shared", "-fPIC", "-ldl"];

/** A server that serves files by name, and remembers what was asked of it. */
class Server {
  readonly requests: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Starts it; `files` gives the path of a file for the name in the URL. */
  constructor(files: Readonly<Record<string, string>> = {}) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        this.requests.push(pathname);
        const path = files[pathname];
        return path === undefined
          ? new Response("Not found", { status: 404 })
          : new Response(await Deno.readFile(path));
      },
    );
  }

  /** Host and port, as permissions name it. */
  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Runs a program whose registry is a server, with a cache of its own. */
async function runWithRegistry(
  server: Server,
  script: string,
): Promise<Ended> {
  const cache = await Deno.makeTempDir({ prefix: "shmem-cache-" });
  try {
    return await runDeno(script, {
      permissions: ["--allow-ffi", `--allow-import=${server.host}`],
      env: { DENO_DIR: cache, JSR_URL: `http://${server.host}/` },
    });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** Runs a program for which a stand-in takes the place of plug. */
async function runWithStandIn(
  server: Server,
  script: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const folder = await Deno.makeTempDir({ prefix: "shmem-plug-" });
  try {
    const map = `${folder}/import_map.json`;
    const standIn = import.meta.resolve("../helpers/ffi/plug_stand_in.ts");
    await Deno.writeTextFile(
      map,
      JSON.stringify({ imports: { [PLUG]: standIn } }),
    );
    return await runDeno(script, {
      permissions: [
        `--import-map=${map}`,
        "--allow-ffi",
        "--allow-read",
        "--allow-write",
        "--allow-env=SHMEM_LIBRARY",
        `--allow-net=${server.host}`,
      ],
      env,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the module graph of mod.ts holds its own files alone", async () => {
  const { code, stdout, stderr } = await run([
    ...denoCommand(),
    "info",
    "--json",
    projectPath("mod.ts"),
  ]);
  assertEquals(code, 0, stderr);
  const { modules } = JSON.parse(stdout);
  const own = new URL("../../", import.meta.url).href;
  for (const { specifier } of modules) {
    assertEquals(specifier.slice(0, own.length), own);
  }
});

Deno.test("a program that names no URL never asks the registry for plug", async () => {
  await using server = new Server();
  const { code, stdout, stderr } = await runWithRegistry(
    server,
    `
    import { SharedMemory, useLibrary } from "mod.ts";
    await useLibrary();
    using memory = SharedMemory.anonymous({ size: 5003 });
    console.log(memory.status().size);
    `,
  );
  assertEquals(stderr, "");
  assertEquals(stdout, "5003\n");
  assertEquals(code, 0);
  assertEquals(server.requests, []);
});

Deno.test("useLibrary() with a URL rejects with a way out when plug cannot be loaded, and libc can still be used", async () => {
  await using server = new Server();
  const { code, stdout } = await runWithRegistry(
    server,
    `
    import { SharedMemory, useLibrary } from "mod.ts";
    try {
      await useLibrary("http://${server.host}/lib.so");
    } catch (error) {
      console.log(error.name + ": " + error.message);
      console.log(error.cause instanceof Error);
    }
    using memory = SharedMemory.anonymous({ size: 5003 });
    console.log(memory.status().size);
    `,
  );
  assertEquals(code, 0);
  const [message = "", ...rest] = stdout.trim().split("\n");
  assertStringIncludes(
    message,
    `Error: Cannot download http://${server.host}/lib.so: ${PLUG} cannot be loaded; name a local file instead: `,
  );
  assertEquals(rest, ["true", "5003"]);
  // It was plug that was asked for, and asked for now.
  assertMatch(server.requests.join(), /^\/@denosaurs\/plug\/meta\.json/);
});

Deno.test("a URL in SHMEM_LIBRARY is one clear error unless useLibrary() was awaited", async () => {
  const { code, stdout, stderr } = await runDeno(
    `
    import { SharedMemory } from "mod.ts";
    try {
      SharedMemory.anonymous({ size: 5003 });
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }
    `,
    {
      permissions: ["--allow-ffi", "--allow-env=SHMEM_LIBRARY"],
      env: { SHMEM_LIBRARY: "https://example.com/lib.so" },
    },
  );
  assertEquals(stderr, "");
  assertEquals(
    stdout,
    "Error: Cannot use SHMEM_LIBRARY=https://example.com/lib.so: a library from a URL is downloaded first; await useLibrary() before anything else\n",
  );
  assertEquals(code, 0);
});

Deno.test(needing(
  ["cc", "native"],
  "useLibrary() with a URL downloads the library, and uses it",
  async () => {
    const library = await compile(
      "tests/peers/c/libc/counting_libc.c",
      LIBRARY_FLAGS,
    );
    await using server = new Server({ "/libcounting.so": library.path });
    const { code, stdout, stderr } = await runWithStandIn(
      server,
      `
    import { Segment, useLibrary } from "mod.ts";
    await useLibrary(new URL("http://${server.host}/libcounting.so"));
    using segment = Segment.create({ size: 5003 });
    segment.remove();
    console.log("used");
    `,
    );
    assertEquals(stderr, "shmget call 1: 5003 bytes\n");
    assertEquals(stdout, "used\n");
    assertEquals(code, 0);
    assertEquals(server.requests, ["/libcounting.so"]);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "useLibrary() without an argument downloads the URL in SHMEM_LIBRARY",
  async () => {
    const library = await compile(
      "tests/peers/c/libc/counting_libc.c",
      LIBRARY_FLAGS,
    );
    await using server = new Server({ "/libcounting.so": library.path });
    const { code, stdout, stderr } = await runWithStandIn(
      server,
      `
    import { Segment, useLibrary } from "mod.ts";
    await useLibrary();
    using segment = Segment.create({ size: 5003 });
    segment.remove();
    console.log("used");
    `,
      { SHMEM_LIBRARY: `http://${server.host}/libcounting.so` },
    );
    assertEquals(stderr, "shmget call 1: 5003 bytes\n");
    assertEquals(stdout, "used\n");
    assertEquals(code, 0);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "useLibrary() refuses what it downloaded when libc came into use meanwhile",
  async () => {
    const library = await compile(
      "tests/peers/c/libc/counting_libc.c",
      LIBRARY_FLAGS,
    );
    await using server = new Server({ "/libcounting.so": library.path });
    const { code, stdout, stderr } = await runWithStandIn(
      server,
      `
    import { Segment, useLibrary } from "mod.ts";
    const download = useLibrary("http://${server.host}/libcounting.so");
    // Not awaited: this opens libc.
    using segment = Segment.create({ size: 5003 });
    segment.remove();
    try {
      await download;
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }
    console.log("used");
    `,
    );
    assertEquals(stderr, "");
    assertEquals(
      stdout,
      `Error: Cannot use http://${server.host}/libcounting.so: libc came into use while it was downloaded; await useLibrary() before anything else\nused\n`,
    );
    assertEquals(code, 0);
  },
));

Deno.test("useLibrary() with a URL that has no library rejects, and names the URL", async () => {
  await using server = new Server();
  const { code, stdout } = await runWithStandIn(
    server,
    `
    import { SharedMemory, useLibrary } from "mod.ts";
    try {
      await useLibrary("http://${server.host}/none.so");
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }
    using memory = SharedMemory.anonymous({ size: 5003 });
    console.log(memory.status().size);
    `,
  );
  const [message = "", size] = stdout.trim().split("\n");
  assertMatch(message, /^Error: Cannot .+: /);
  assertStringIncludes(message, ` http://${server.host}/none.so: `);
  assertEquals(size, "5003");
  assertEquals(code, 0);
});

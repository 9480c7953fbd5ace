/**
 * What a user imports: the surfaces, from this folder and from a URL.
 *
 * @module
 */

import { assert, assertEquals } from "../deps.ts";
import { runDeno } from "./helpers/deno.ts";
import {
  projectFiles,
  SURFACES,
  urlOf,
  withoutComments,
} from "./helpers/project/source_graph.ts";

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

Deno.test("where there is no Deno the import does nothing, and the first call says what is missing", async () => {
  const files = await projectFiles();
  const surfaces = SURFACES.filter((file) => files.includes(file));
  const calls: Record<string, string> = {
    "mod.ts": "SharedMemory.anonymous({ size: 10 })",
    "sync/mod.ts": 'Semaphore.create("/none")',
    "channel/mod.ts": 'Sender.open("/none")',
    "store/mod.ts": 'Latest.open("/none")',
    "queue/mod.ts": 'MessageQueue.open("/none")',
    "rpc/mod.ts": 'Client.connect("/none")',
    "aeron/mod.ts": "Aeron.connect()",
  };
  const lines = surfaces.map((file) => `
    {
      const all = await import("${urlOf(file)}");
      console.log(await outcome(() => all.${calls[file] ?? "u8"}));
    }
  `);
  const { stdout, stderr } = await runDeno(
    `
    Reflect.deleteProperty(globalThis, "Deno"); // as in Node.js and Bun
    async function outcome(call) {
      try {
        await call();
        return "fine";
      } catch ({ name, message }) {
        return name + ": " + message.slice(0, 30);
      }
    }
    ${lines.join("")}
  `,
    { permissions: ["--allow-read", "--allow-import"] },
  );
  assertEquals(stderr, "");
  assertEquals(
    stdout.trim().split("\n"),
    surfaces.map((file) =>
      file in calls ? "Error: Cannot use shared memory here:" : "fine"
    ),
  );
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

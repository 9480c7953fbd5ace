import { assert, assertEquals, assertStringIncludes } from "../../deps.ts";
import { SYMBOLS } from "../../ffi/libc/symbols.ts";
import { run, runDeno } from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";
import { TELL_OUTCOMES, USE_MEMORY } from "../helpers/ffi/library_snippets.ts";

Deno.test("importing the module needs no permission, and prints nothing", async () => {
  const { code, stdout, stderr } = await runDeno(
    `
    import * as shmem from "mod.ts";
    console.log(typeof shmem.SharedMemory, typeof shmem.useLibrary);
    `,
    { permissions: [] },
  );
  assertEquals(stderr, "");
  assertEquals(stdout, "function function\n");
  assertEquals(code, 0);
});

Deno.test("the first call fails with NotCapable without --allow-ffi, and so does the next", async () => {
  const { code, stdout, stderr } = await runDeno(
    `
    import { SharedMemory, shmget, useLibrary } from "mod.ts";
    ${TELL_OUTCOMES}
    await tellOutcomes(
      () => SharedMemory.anonymous({ size: 5003 }),
      () => shmget(0, 5003, 0o600),
      () => useLibrary(),
      () => useLibrary("http://127.0.0.1:9/lib.so"),
    );
    `,
    { permissions: [] },
  );
  assertEquals(stderr, "");
  assertEquals(code, 0);
  const outcomes = JSON.parse(stdout);
  assertEquals(outcomes.length, 4);
  for (const { name, message } of outcomes) {
    assertEquals(name, "NotCapable");
    assertStringIncludes(message, "Requires ffi access");
    assertStringIncludes(message, "run again with the --allow-ffi flag");
  }
});

Deno.test("a grant of --allow-ffi for some paths is refused, and the message says why", async () => {
  const { code, stdout, stderr } = await runDeno(
    `
    import { SharedMemory, useLibrary } from "mod.ts";
    ${TELL_OUTCOMES}
    await tellOutcomes(
      () => SharedMemory.anonymous({ size: 5003 }),
      () => useLibrary("/lib/x86_64-linux-gnu/libc.so.6"),
    );
    `,
    { permissions: ["--allow-ffi=/lib/x86_64-linux-gnu,libc.so.6"] },
  );
  assertEquals(stderr, "");
  assertEquals(code, 0);
  for (const { name, message } of JSON.parse(stdout)) {
    assertEquals(name, "NotCapable");
    assertStringIncludes(
      message,
      "--allow-ffi flag (without a path: with one, Deno refuses pointers)",
    );
  }
});

Deno.test("useLibrary() fails once a library is in use, and the one in use goes on working", async () => {
  const { code, stdout, stderr } = await runDeno(
    `
    import { Segment, SharedMemory, useLibrary } from "mod.ts";
    ${USE_MEMORY}
    ${TELL_OUTCOMES}
    await tellOutcomes(
      useMemory,
      () => useLibrary("/no/such/library.so"),
      () => useLibrary("http://127.0.0.1:9/lib.so"),
      () => useLibrary(),
      useMemory,
    );
    `,
  );
  assertEquals(stderr, "");
  assertEquals(code, 0);
  const [before, path, url, none, after] = JSON.parse(stdout);
  assertEquals(before.value, 5003);
  for (const { name, message } of [path, url, none]) {
    assertEquals(name, "Error");
    assertEquals(
      message,
      "Cannot use another library: libc is already in use; call useLibrary() before anything else",
    );
  }
  assertEquals(after.value, 5003);
});

Deno.test("a library that is missing, or is none, is one clear error, after which libc can still be used", async () => {
  const noLibrary = await Deno.makeTempFile({ suffix: ".so" });
  await Deno.writeTextFile(noLibrary, "This is text.\n");
  try {
    const { code, stdout, stderr } = await runDeno(
      `
      import { Segment, SharedMemory, useLibrary } from "mod.ts";
      ${USE_MEMORY}
      ${TELL_OUTCOMES}
      await tellOutcomes(
        () => useLibrary("/no/such/library.so"),
        () => useLibrary(Deno.args[0]),
        useMemory,
      );
      `,
      { args: [noLibrary] },
    );
    assertEquals(stderr, "");
    assertEquals(code, 0);
    const [missing, text, after] = JSON.parse(stdout);
    assertEquals(missing.name, "Error");
    assert(
      missing.message.startsWith(
        "Cannot open the library /no/such/library.so: ",
      ),
      missing.message,
    );
    assertEquals(text.name, "Error");
    assert(
      text.message.startsWith(`Cannot open the library ${noLibrary}: `),
      text.message,
    );
    assertEquals(after.value, 5003);
  } finally {
    await Deno.remove(noLibrary);
  }
});

Deno.test("a missing file in SHMEM_LIBRARY is one clear error at each call", async () => {
  const { code, stdout, stderr } = await runDeno(
    `
    import { Segment, SharedMemory } from "mod.ts";
    ${USE_MEMORY}
    ${TELL_OUTCOMES}
    await tellOutcomes(useMemory, useMemory);
    `,
    {
      permissions: ["--allow-ffi", "--allow-env=SHMEM_LIBRARY"],
      env: { SHMEM_LIBRARY: "/no/such/library.so" },
    },
  );
  assertEquals(stderr, "");
  assertEquals(code, 0);
  for (const { name, message } of JSON.parse(stdout)) {
    assertEquals(name, "Error");
    assertStringIncludes(
      message,
      "Cannot open the library /no/such/library.so: ",
    );
  }
});

Deno.test(needing(
  ["cc", "native"],
  "a library without errno, or without the functions, is refused",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "shmem-cc-" });
    try {
      const required = Object.entries(SYMBOLS)
        .filter(([, symbol]) => !("optional" in symbol && symbol.optional))
        .map(([key, symbol]) => "name" in symbol ? String(symbol.name) : key);
      // A function may be there twice, once for threads of the pool.
      const functions = [...new Set(required)];
      const withoutErrno = await compileAlone(folder, functions);
      const withoutAny = await compileAlone(folder, ["nothing_of_libc"]);
      const { code, stdout, stderr } = await runDeno(
        `
      import { useLibrary } from "mod.ts";
      ${TELL_OUTCOMES}
      await tellOutcomes(
        () => useLibrary(Deno.args[0]),
        () => useLibrary(Deno.args[1]),
      );
      `,
        { args: [withoutErrno, withoutAny] },
      );
      assertEquals(stderr, "");
      assertEquals(code, 0);
      const [noErrno, nothing] = JSON.parse(stdout);
      assertEquals(noErrno.name, "Error");
      assertStringIncludes(
        noErrno.message,
        "Cannot use the library: it has no __errno_location, so it is no libc of Linux",
      );
      assertEquals(nothing.name, "Error");
      assertStringIncludes(
        nothing.message,
        `Cannot open the library ${withoutAny}: `,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
));

/** A library with these functions, linked with no other. */
async function compileAlone(
  folder: string,
  functions: readonly string[],
): Promise<string> {
  const path = `${folder}/${functions.length}.so`;
  const source = functions.map((name) => `int ${name}(void) { return -1; }\n`);
  const { code, stderr } = await run([
    "cc",
    "-shared",
    "-fPIC",
    "-nostdlib",
    "-fno-builtin",
    "-xc",
    "-o",
    path,
    "-",
  ], { stdin: source.join("") });
  assertEquals(code, 0, stderr);
  return path;
}

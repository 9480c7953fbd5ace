/**
 * Another library in place of libc: one that passes every call on, and tells
 * on stderr about those of `shmget`.
 *
 * @module
 */

import { assertEquals } from "../../deps.ts";
import { compile } from "../helpers/cc.ts";
import { runDeno } from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";
import { USE_MEMORY } from "../helpers/ffi/library_snippets.ts";

const LIBRARY_FLAGS = ["-shared", "-fPIC", "-ldl"];
const COUNTING_LIBC = "tests/peers/c/libc/counting_libc.c";

Deno.test(needing(
  ["cc", "native"],
  "useLibrary() puts a library in place of libc",
  async () => {
    const library = await compile(COUNTING_LIBC, LIBRARY_FLAGS);
    const { code, stdout, stderr } = await runDeno(
      `
    import { Segment, SharedMemory, useLibrary } from "mod.ts";
    ${USE_MEMORY}
    await useLibrary(Deno.args[0]);
    console.log(useMemory(), useMemory());
    `,
      { args: [library.path] },
    );
    assertEquals(
      stderr,
      "shmget call 1: 5003 bytes\nshmget call 2: 5003 bytes\n",
    );
    assertEquals(stdout, "5003 5003\n");
    assertEquals(code, 0);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "useLibrary() takes a file URL, and reads errno through the library",
  async () => {
    const library = await compile(COUNTING_LIBC, LIBRARY_FLAGS);
    const { code, stdout, stderr } = await runDeno(
      `
    import { shmget, useLibrary } from "mod.ts";
    await useLibrary(new URL("file://" + Deno.args[0]));
    try {
      shmget(0, 0, 0o600);
    } catch (error) {
      console.log(error.code, error.syscall);
    }
    `,
      { args: [library.path] },
    );
    assertEquals(stderr, "shmget call 1: 0 bytes\n");
    assertEquals(stdout, "EINVAL shmget\n");
    assertEquals(code, 0);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "a file URL may also be text, as SHMEM_LIBRARY holds it",
  async () => {
    const library = await compile(COUNTING_LIBC, LIBRARY_FLAGS);
    const { stdout, stderr } = await runDeno(
      `
    import { Segment, SharedMemory, useLibrary } from "mod.ts";
    ${USE_MEMORY}
    await useLibrary();
    console.log(useMemory());
    `,
      {
        permissions: ["--allow-ffi", "--allow-env=SHMEM_LIBRARY"],
        env: { SHMEM_LIBRARY: `file://${library.path}` },
      },
    );
    assertEquals(stderr, "shmget call 1: 5003 bytes\n");
    assertEquals(stdout, "5003\n");
  },
));

Deno.test(needing(
  ["cc", "native"],
  "SHMEM_LIBRARY names a library without code, where --allow-env permits it",
  async () => {
    const library = await compile(COUNTING_LIBC, LIBRARY_FLAGS);
    const script = `
    import { Segment, SharedMemory } from "mod.ts";
    ${USE_MEMORY}
    console.log(useMemory());
  `;
    const env = { SHMEM_LIBRARY: library.path };
    const permitted = await runDeno(script, {
      permissions: ["--allow-ffi", "--allow-env=SHMEM_LIBRARY"],
      env,
    });
    assertEquals(permitted.stderr, "shmget call 1: 5003 bytes\n");
    assertEquals(permitted.stdout, "5003\n");

    const unread = await runDeno(script, { permissions: ["--allow-ffi"], env });
    assertEquals(unread.stderr, "");
    assertEquals(unread.stdout, "5003\n");
  },
));

Deno.test(needing(
  ["cc", "native"],
  "useLibrary() with an argument goes before SHMEM_LIBRARY, and without one follows it",
  async () => {
    const library = await compile(COUNTING_LIBC, LIBRARY_FLAGS);
    const permissions = ["--allow-ffi", "--allow-env=SHMEM_LIBRARY"];
    const argument = await runDeno(
      `
    import { Segment, SharedMemory, useLibrary } from "mod.ts";
    ${USE_MEMORY}
    await useLibrary(Deno.args[0]);
    console.log(useMemory());
    `,
      {
        permissions,
        args: [library.path],
        env: { SHMEM_LIBRARY: "/no/such/library.so" },
      },
    );
    assertEquals(argument.stderr, "shmget call 1: 5003 bytes\n");
    assertEquals(argument.stdout, "5003\n");

    const variable = await runDeno(
      `
    import { Segment, SharedMemory, useLibrary } from "mod.ts";
    ${USE_MEMORY}
    await useLibrary();
    console.log(useMemory());
    `,
      { permissions, env: { SHMEM_LIBRARY: library.path } },
    );
    assertEquals(variable.stderr, "shmget call 1: 5003 bytes\n");
    assertEquals(variable.stdout, "5003\n");
  },
));

Deno.test("an empty SHMEM_LIBRARY names no library", async () => {
  const { stdout, stderr } = await runDeno(
    `
    import { Segment, SharedMemory, useLibrary } from "mod.ts";
    ${USE_MEMORY}
    console.log(useMemory());
    `,
    {
      permissions: ["--allow-ffi", "--allow-env=SHMEM_LIBRARY"],
      env: { SHMEM_LIBRARY: "" },
    },
  );
  assertEquals(stderr, "");
  assertEquals(stdout, "5003\n");
});

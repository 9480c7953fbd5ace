/**
 * What semaphores with names refuse, and whose they cannot be.
 *
 * @module
 */

import { assertEquals, assertMatch, assertThrows } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Semaphore } from "../../../sync/mod.ts";
import { denoRun, run, runDeno } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { runAsNobody } from "../../helpers/sync/nobody.ts";

const SYNC = new URL("../../../sync/mod.ts", import.meta.url).href;

/** Names of semaphores that match a pattern of the shell. */
async function namesLike(pattern: string): Promise<string[]> {
  const list = `ls -d /dev/shm/sem.${pattern} 2> /dev/null`;
  const { stdout } = await run(["sh", "-c", list]);
  return stdout.split("\n").filter(Boolean);
}

Deno.test("Semaphore refuses names and options that make no sense", () => {
  for (const name of ["", "/", "a/b", "//a", `a\0b`, "."]) {
    assertThrows(() => Semaphore.create(name));
    assertThrows(() => Semaphore.open(name));
    assertThrows(() => Semaphore.unlink(name));
  }
  const long = "x".repeat(300);
  assertThrows(() => Semaphore.create(long), Error);
  assertThrows(() => Semaphore.open(long), Error);
  for (const mode of [-1, 0o1000, 1.5]) {
    assertThrows(() => Semaphore.create(randomName(), { mode }), RangeError);
  }
  assertThrows(
    // @ts-expect-error -- the types refuse it, too
    () => Semaphore.create(randomName(), { ifExists: "replace" }),
    TypeError,
    "ifExists",
  );
});

Deno.test(needing(
  ["root", "setpriv"],
  "Semaphore.open() of another user's fails with EACCES, unless its mode opens it",
  async () => {
    const [closed, open] = [randomName(), randomName()];
    using cleanup = new DisposableStack();
    for (const name of [closed, open]) {
      cleanup.use(Semaphore.create(name, { value: 3, mode: 0o600 }));
      cleanup.defer(() => Semaphore.unlink(name));
    }
    // The umask may have taken something from the mode.
    await run(["chmod", "666", `/dev/shm/sem.${open.slice(1)}`]);
    const { stdout, stderr } = await runAsNobody(`
      import { Semaphore } from "sync/mod.ts";
      console.log(Semaphore.open("${open}").tryWait());
      for (const act of [
        () => Semaphore.open("${closed}"),
        () => Semaphore.unlink("${closed}"),
      ]) {
        try {
          act();
        } catch (error) {
          console.log(error.name, error.code, error.message.slice(0, 22));
        }
      }
    `);
    assertEquals(stderr, "");
    // The folder of names is sticky: libc says EACCES for the kernel's EPERM.
    assertMatch(
      stdout,
      /^true\nPermissionDenied EACCES Cannot open semaphore \nPermissionDenied E(?:ACCES|PERM) Cannot unlink semaphor\n$/,
    );
  },
));

Deno.test("a semaphore's file that is too short is refused, and crashes nobody", async () => {
  const name = randomName();
  const object = `/sem.${name.slice(1)}`;
  using cleanup = new DisposableStack();
  await run(["touch", `/dev/shm${object}`]);
  cleanup.defer(() => SharedMemory.unlink(object));
  const { code, stdout, signal } = await runDeno(`
    import { Semaphore } from ${JSON.stringify(SYNC)};
    try {
      Semaphore.open("${name}").tryWait();
    } catch (error) {
      console.log(error.message.startsWith("Cannot open semaphore"));
    }
  `);
  assertEquals({ code, signal, stdout }, {
    code: 0,
    signal: null,
    stdout: "true\n",
  });
});

Deno.test("Semaphore.open() refuses what is no semaphore, and says what it is", async () => {
  const name = randomName();
  const path = `/dev/shm/sem.${name.slice(1)}`;
  const remove = () => run(["rm", "-r", path]);
  const expectations: readonly (readonly [string[], string])[] = [
    [["truncate", "-s", "16", path], "made by a 32-bit program"],
    [["truncate", "-s", "31", path], "its file has 31 bytes"],
    [["mkfifo", path], "not a regular file"],
    [["ln", "-s", "/etc/hostname", path], "symbolic link"],
    [["mkdir", path], "directory"],
  ];
  for (const [command, message] of expectations) {
    const { code } = await run(command);
    assertEquals(code, 0);
    await using undo = new AsyncDisposableStack();
    undo.defer(async () => void await remove());
    for (
      const open of [
        () => Semaphore.open(name),
        () => Semaphore.create(name, { ifExists: "open" }),
      ]
    ) assertThrows(open, Error, message);
  }
});

Deno.test(needing(
  ["prlimit"],
  "Semaphore.create() fails with EFBIG under a limit of file sizes, and leaves nothing behind",
  async () => {
    const name = randomName();
    const script = Deno.makeTempFileSync({ suffix: ".ts" });
    using cleanup = new DisposableStack();
    cleanup.defer(() => Deno.removeSync(script));
    Deno.writeTextFileSync(
      script,
      `import { Semaphore } from ${JSON.stringify(SYNC)};
      const limit = (size) =>
        new Deno.Command("prlimit", {
          args: ["--pid", String(Deno.pid), "--fsize=" + size + ":unlimited"],
        }).outputSync();
      limit(Deno.args[0]);
      try {
        Semaphore.create("${name}");
      } catch (error) {
        console.log(error.code);
      }
      // Deno itself writes its caches at the end.
      limit("unlimited");`,
    );
    for (const limit of [0, 16]) {
      const { signal, stdout, stderr } = await run(
        denoRun(script, {
          args: [`${limit}`],
          permissions: ["--allow-ffi", "--allow-run"],
        }),
      );
      assertEquals([signal, stdout, stderr], [null, "EFBIG\n", ""]);
    }
    assertEquals(await namesLike(`${name.slice(1)}*`), []);
  },
));

Deno.test("Semaphore refuses options that do not exist", () => {
  assertThrows(
    // @ts-expect-error -- the types refuse it, too
    () => Semaphore.create(randomName(), { valeu: 1 }),
    TypeError,
    'no option "valeu"',
  );
  const name = randomName();
  using semaphore = Semaphore.create(name, { value: -0 });
  semaphore.unlink();
  assertThrows(
    // @ts-expect-error -- the types refuse it, too
    () => semaphore.wait({ timeout: 1 }),
    TypeError,
    'no option "timeout"',
  );
  // @ts-expect-error -- the types refuse it, too
  assertThrows(() => semaphore.wait(null), TypeError, "it takes options");
  assertThrows(
    // @ts-expect-error -- the types refuse it, too
    () => semaphore.wait({ timeoutMs: 1n }),
    TypeError,
    "received 1n",
  );
  const signal = AbortSignal.abort(new Error("before"));
  assertThrows(() => semaphore.wait({ signal }), Error, "before");
});

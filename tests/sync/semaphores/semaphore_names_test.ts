/**
 * Names of semaphores: creating, opening, unlinking, permissions.
 *
 * @module
 */

import { assertEquals, assertMatch, assertThrows } from "../../../deps.ts";
import { isSystemError, SharedMemory } from "../../../mod.ts";
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

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

Deno.test("Semaphore.create() fails with EEXIST when the name is taken, and leaves the other alone", () => {
  const name = randomName();
  using first = Semaphore.create(name, { value: 7 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => Semaphore.unlink(name));
  const error = assertThrows(
    () => Semaphore.create(name, { value: 1 }),
    Deno.errors.AlreadyExists,
    `Cannot create semaphore "${name}"`,
  );
  assertEquals(codeOf(error), "EEXIST");
  using same = Semaphore.create(name, { value: 1, ifExists: "open" });
  assertEquals([first.value, same.value], [7, 7]);
  assertEquals(same.name, name);
});

Deno.test("Semaphore.create() adds the slash to a name, and open() finds it either way", () => {
  const name = randomName();
  using first = Semaphore.create(name.slice(1), { value: 4 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => Semaphore.unlink(name.slice(1)));
  assertEquals(first.name, name);
  using second = Semaphore.open(name);
  using third = Semaphore.open(name.slice(1));
  second.post();
  assertEquals(third.value, 5);
});

Deno.test("Semaphore.open() and unlink() fail with ENOENT when there is none", () => {
  const name = randomName();
  for (const call of [Semaphore.open, Semaphore.unlink]) {
    const error = assertThrows(
      () => call(name),
      Deno.errors.NotFound,
      `semaphore "${name}"`,
    );
    assertEquals(codeOf(error), "ENOENT");
  }
});

Deno.test("Semaphore.unlink() frees the name, and who has the semaphore open keeps it", () => {
  const name = randomName();
  using old = Semaphore.create(name, { value: 2 });
  Semaphore.unlink(name);
  using cleanup = new DisposableStack();
  using fresh = Semaphore.create(name, { value: 9 });
  cleanup.defer(() => Semaphore.unlink(name));
  old.post();
  assertEquals([old.value, fresh.value], [3, 9]);
});

Deno.test("Semaphore.close() of one object leaves others of the same name open", () => {
  const name = randomName();
  using first = Semaphore.create(name, { value: 1 });
  using second = Semaphore.open(name);
  Semaphore.unlink(name);
  first.close();
  second.post();
  assertEquals(second.value, 2);
});

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

Deno.test("a program that closes a semaphore with a name while it waits for it goes on", async () => {
  const { code, stdout, stderr, signal } = await runDeno(`
    import { Semaphore } from ${JSON.stringify(SYNC)};
    const name = "/shmem-test-" + crypto.randomUUID().slice(0, 8);
    const semaphore = Semaphore.create(name);
    Semaphore.unlink(name);
    const waiters = [1, 2, 3].map(() =>
      semaphore.waitAsync().catch((error) => error)
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    semaphore.close();
    for (const error of await Promise.all(waiters)) {
      console.log(error instanceof Deno.errors.BadResource, error.message);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log("went on");
  `);
  const told = "true Cannot wait any longer: the semaphore was closed\n";
  assertEquals({ code, signal, stderr, stdout }, {
    code: 0,
    signal: null,
    stderr: "",
    stdout: `${told}${told}${told}went on\n`,
  });
});

Deno.test("a program that aborts a wait and unmaps the memory at once goes on", async () => {
  const { code, stdout, stderr } = await runDeno(`
    import { SharedMemory } from "mod.ts";
    import { Semaphore } from ${JSON.stringify(SYNC)};
    const memory = SharedMemory.anonymous({ size: 3000 });
    const mapping = memory.map();
    const semaphore = Semaphore.createAt(mapping.bytes, 40);
    const controller = new AbortController();
    const { signal } = controller;
    const waiter = semaphore.waitAsync({ signal }).catch((error) => error);
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort(new Error("stop"));
    console.log((await waiter).message);
    mapping.unmap();
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log("went on");
  `);
  assertEquals({ code, stderr, stdout }, {
    code: 0,
    stderr: "",
    stdout: "stop\nwent on\n",
  });
});

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

Deno.test("Semaphore.create() gives the file exactly the mode and size, whatever the umask, and leaves no other name", async () => {
  for (const mode of [0o600, 0o666, 0o642]) {
    const name = randomName();
    const path = `/dev/shm/sem.${name.slice(1)}`;
    // In a process of its own: all threads of this one share the umask. It
    // prints mode, size and number of names.
    const { stdout, stderr } = await runDeno(
      `
      import { Semaphore } from ${JSON.stringify(SYNC)};
      Deno.umask(0o077);
      using semaphore = Semaphore.create("${name}", { mode: ${mode}, value: 3 });
      try {
        const stat = new Deno.Command("stat", { args: ["-c", "%a %s %h", "${path}"] });
        Deno.stdout.writeSync(stat.outputSync().stdout);
      } finally {
        semaphore.unlink();
      }
      `,
      { permissions: ["--allow-ffi", "--allow-run", "--allow-sys"] },
    );
    assertEquals([stdout, stderr], [`${mode.toString(8)} 32 1\n`, ""]);
    assertEquals(await namesLike(`${name.slice(1)}*`), []);
  }
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
    RangeError,
    "received 1",
  );
  const signal = AbortSignal.abort(new Error("before"));
  assertThrows(() => semaphore.wait({ signal }), Error, "before");
});

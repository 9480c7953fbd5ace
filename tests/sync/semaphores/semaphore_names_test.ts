/**
 * Names of semaphores: creating, opening, unlinking, permissions.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import { Semaphore } from "../../../sync/mod.ts";
import { run, runDeno } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";

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
  const told =
    "true Cannot wait any longer for the semaphore: the handle was closed\n";
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

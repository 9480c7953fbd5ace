/**
 * Locks that nobody alive holds: from before the machine started, and in copies.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { MappedFile } from "../../../mod.ts";
import { Mutex } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";

const MODULES = ["../../../mod.ts", "../../../sync/mod.ts"]
  .map((path) => JSON.stringify(new URL(path, import.meta.url).href));

/** A folder for files, removed at the end of the block. */
function folder(): Disposable & { readonly path: string } {
  const path = Deno.makeTempDirSync({ prefix: "shmem-copies-" });
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

Deno.test("a lock that was held when its file was copied is told in the copy, and holds in the original", () => {
  using files = folder();
  const [original, copy] = [`${files.path}/a.bin`, `${files.path}/b.bin`];
  using file = MappedFile.open(original, { create: "exclusive", size: 4096 });
  using mapping = file.map();
  const mutex = Mutex.create(mapping.bytes, 64);
  const guard = mutex.lock();
  Deno.copyFileSync(original, copy);
  using other = MappedFile.open(copy, { access: "read-write" });
  using elsewhere = other.map();
  const copied = Mutex.open(elsewhere.bytes, 64);
  {
    using taken = copied.tryLock();
    assertEquals(taken?.ownerDied, true);
  }
  {
    using again = copied.tryLock();
    assertEquals(again?.ownerDied, false);
  }
  assertEquals(mutex.tryLock(), null);
  guard.unlock();
});

Deno.test("a lock is known as held here through another mapping of the same file", () => {
  using files = folder();
  const path = `${files.path}/a.bin`;
  using file = MappedFile.open(path, { create: "exclusive", size: 8192 });
  using mapping = file.map();
  using part = file.map({ offset: 4096, length: 4096 });
  const mutex = Mutex.create(mapping.bytes, 4096 + 64);
  using _guard = mutex.lock();
  assertEquals(Mutex.open(part.bytes, 64).heldHere, true);
  Mutex.create(part.bytes, 128);
  assertEquals(Mutex.open(part.bytes, 128).heldHere, false);
});

Deno.test(needing(
  ["unshare", "native"],
  "a lock that was held at a power cut is told at the next start of the machine",
  async () => {
    using files = folder();
    const path = `${files.path}/a.bin`;
    const bootId = `${files.path}/boot_id`;
    const script = `${files.path}/program.ts`;
    Deno.writeTextFileSync(
      script,
      `import { MappedFile } from ${MODULES[0]};
      import { Mutex } from ${MODULES[1]};
      const [path, what] = Deno.args;
      const { bytes } = MappedFile.open(path, { create: "if-missing", size: 4096 }).map();
      const mutex = what === "hold" ? Mutex.create(bytes) : Mutex.open(bytes);
      const guard = mutex.tryLock();
      console.log(guard && guard.ownerDied);
      if (what === "hold") {
        // What lies on the disk at a power cut: nobody could tidy up.
        Deno.copyFileSync(path, path + ".cut");
      }`,
    );
    // The machine starts anew, as far as the program can see.
    const boot = async (id: string, what: string) => {
      Deno.writeTextFileSync(bootId, `${id}\n`);
      const inNewBoot =
        'mount --bind "$1" /proc/sys/kernel/random/boot_id && shift && exec "$@"';
      const args = [path, what];
      const command = denoRun(script, { args, permissions: ["-A"] });
      const { stdout, stderr } = await run(
        ["unshare", "-m", "sh", "-c", inNewBoot, "sh", bootId, ...command],
      );
      assertEquals(stderr, "");
      return stdout;
    };
    assertEquals(await boot("one", "hold"), "false\n");
    // The same file, with what it had: not a copy.
    const cut = Deno.readFileSync(`${path}.cut`);
    Deno.writeFileSync(path, cut, { create: false });
    assertEquals(await boot("one", "try"), "null\n");
    assertEquals(await boot("two", "try"), "true\n");
  },
));

Deno.test(needing(
  ["cc"],
  "a lock that C holds in a file is not taken from it",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using files = folder();
    const path = `${files.path}/a.bin`;
    using file = MappedFile.open(path, { create: "exclusive", size: 4096 });
    using mapping = file.map();
    const mutex = Mutex.create(mapping.bytes, 64);
    mutex.lock().unlock();
    await using peer = Peer.start([program.path, path]);
    assertEquals(await peer.ask("lock", 64), "clean");
    assertEquals(mutex.tryLock(), null);
    await peer.ask("unlock", 64);
    mutex.lock().unlock();
  },
));

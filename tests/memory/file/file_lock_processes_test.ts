/**
 * Locks on files between processes, and where the kernel has none.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { FileLock } from "../../../mod.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, run, runDeno } from "../../helpers/deno.ts";
import { twoFiles } from "../../helpers/memory/two_files.ts";
import { needing } from "../../helpers/needs.ts";

Deno.test("a FileLock goes when its process is killed", async () => {
  using files = twoFiles();
  const holder = new Deno.Command(denoRun("-")[0] ?? "", {
    args: denoRun("-").slice(1),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = holder.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`
    import { FileLock, MappedFile } from "${new URL(
    "../../../mod.ts",
    import.meta.url,
  )}";
    const file = MappedFile.open(${
    JSON.stringify(files.path)
  }, { access: "read-write" });
    globalThis.lock = FileLock.lock(file);
    console.log("locked");
    setInterval(() => {}, 1000);
  `));
  await writer.close();
  const reader = holder.stdout.getReader();
  await reader.read();
  assertEquals(FileLock.tryLock(files.one), null);
  holder.kill("SIGKILL");
  using lock = await FileLock.lockAsync(files.one, { timeoutMs: 60_000 });
  assert(lock.held);
  await reader.cancel();
  assertEquals((await holder.status).signal, "SIGKILL");
});

Deno.test(needing(
  ["python3", "native"],
  "Python's F_OFD_SETLK and FileLock exclude each other",
  async () => {
    using files = twoFiles();
    const script = `
import fcntl, struct, sys
f = open(sys.argv[1], "r+b")
try:
    fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 10, 0))
    print("locked")
except OSError as error:
    print(error.errno)
`;
    const python = () => run(["python3", "-c", script, files.path]);
    using lock = FileLock.lock(files.one, { byteOffset: 9, byteLength: 1 });
    assertEquals((await python()).stdout.trim(), "11");
    lock.unlock();
    assertEquals((await python()).stdout.trim(), "locked");
  },
));

Deno.test(needing(
  ["cc", "native"],
  "FileLock says that a kernel has no such locks",
  async () => {
    const launcher = await compile("tests/peers/c/libc/without_call.c");
    // As gVisor answers: F_OFD_SETLK, 37, is EINVAL, 22.
    const { code, stdout, stderr } = await runDeno(
      `
import { FileLock, SharedMemory } from "mod.ts";
using memory = SharedMemory.anonymous({ size: 5 });
try {
  FileLock.tryLock(memory);
} catch (error) {
  console.log(error.name, error.code, error.message);
}
`,
      { launcher: [launcher.path, "fcntl:37", "22"] },
    );
    assertEquals(code, 0, stderr);
    assertEquals(
      stdout.trim(),
      "NotSupported EINVAL Cannot lock all bytes of shared memory without a name: this system has no locks on open files (F_OFD_SETLK) (EINVAL from fcntl); use Mutex or the ring buffers over memory of your own, which need none",
    );
  },
));

// Deno keeps programs from /proc, /dev and /sys unless they have all permissions, because
// everything can be reached through them. So does this library, by whatever way a path
// leads there.

import {
  assert,
  assertEquals,
  assertMatch,
  assertThrows,
} from "../../../deps.ts";
import { isSystemError, MappedFile, SharedMemory } from "../../../mod.ts";
import { denoRun, ROOT, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { survive } from "../../helpers/memory/child_report.ts";

Deno.test("paths through /proc do not get past --deny-read and --deny-write", async () => {
  const folder = Deno.makeTempDirSync();
  const denied = `${folder}/denied`;
  Deno.mkdirSync(denied);
  Deno.writeTextFileSync(`${denied}/secret`, "secret");
  const open = `${folder}/open`;
  Deno.mkdirSync(open);
  // What Deno itself refuses, and not what it follows.
  Deno.symlinkSync("/sys/kernel/uevent_seqnum", `${open}/link`);
  Deno.symlinkSync("/sys/kernel", `${open}/kernel`);
  try {
    const seen = await survive(
      `
const [denied, open] = ${JSON.stringify([denied, open])};
Deno.chdir(denied);
const paths = {
  root: "/proc/self/root" + denied + "/secret",
  cwd: "/proc/self/cwd/secret",
  thread: "/proc/thread-self/root" + denied + "/secret",
  pid: "/proc/" + Deno.pid + "/root" + denied + "/secret",
  dots: "/proc/../proc/self/./root" + denied + "/secret",
  exe: "/proc/self/exe",
  shm: "/dev/shm/../shm/x",
  sys: "/sys/kernel/uevent_seqnum",
  link: open + "/link",
  folder: open + "/kernel/uevent_seqnum",
  relative: "../open/link",
};
for (const [label, path] of Object.entries(paths)) {
  see(label + ": file", () => shmem.MappedFile.open(path));
  see(label + ": url", () => shmem.MappedFile.open(new URL("file://" + (path.startsWith("/") ? path : open + "/link"))));
  if (label !== "link" && label !== "relative") see(label + ": create", () => shmem.MappedFile.open(path + "-new", { create: "if-missing", size: 5 }));
  see(label + ": mmap", () => shmem.mmap(path));
  see(label + ": openPath", () => shmem.SharedMemory.openPath(path));
  see(label + ": ftok", () => shmem.ftok(path, 1));
}
const fd = Deno.openSync(open + "/file", { create: true, write: true, read: true });
fd.truncateSync(100);
for (let n = 0; n < 64; n++) {
  const path = "/proc/self/fd/" + n;
  let found;
  try { found = shmem.SharedMemory.openPath(path, { access: "read" }); } catch {}
  if (found !== undefined) see("file by descriptor " + n, () => found.size);
}
`,
      {
        flags: [
          "--allow-ffi",
          "--allow-read",
          "--allow-write",
          `--deny-read=${denied}/secret`,
          `--deny-write=${denied}/secret`,
        ],
      },
    );
    for (const [label, outcome] of Object.entries(seen)) {
      assertEquals(outcome, "NotCapable", label);
    }
    assertEquals(Object.keys(seen).length, 64);
    assertEquals([...Deno.readDirSync(denied)].map(({ name }) => name), [
      "secret",
    ]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("with all permissions, as Deno has it, they are ordinary paths", async () => {
  const seen = await survive(
    `
const path = Deno.makeTempFileSync();
Deno.writeTextFileSync(path, "some bytes");
using file = shmem.MappedFile.open("/proc/self/root" + path);
see("size", () => file.size);
Deno.removeSync(path);
`,
    { flags: ["--allow-all"] },
  );
  assertEquals(seen, { "size": "10" });
});

Deno.test("memory.path leads to this memory only, and C can open it as it is", async () => {
  using memory = SharedMemory.anonymous({ size: 100 });
  const { path } = memory;
  assert(path !== null);
  assertMatch(path, /^\/proc\/\d+\/fd\/(\.\/\/?)+\d+$/);
  using same = SharedMemory.openPath(path);
  assertEquals([same.size, same.path], [100, path]);
  const plain = path.replaceAll(/\/(\.\/+)+/g, "/");
  assertMatch(plain, /^\/proc\/\d+\/fd\/\d+$/);
  using unchecked = SharedMemory.openPath(plain);
  assertEquals(unchecked.size, 100);
  using file = MappedFile.open(path);
  assertEquals(file.size, 100);
  const { stdout } = await run(["stat", "-L", "-c", "%s", path]);
  assertEquals(stdout.trim(), "100");

  // Another object under the same number, as in another PID namespace.
  const fd = Number(plain.split("/").at(-1));
  memory.close();
  using stack = new DisposableStack();
  for (let tries = 0; tries < 64; tries++) {
    const other = stack.use(SharedMemory.anonymous({ size: 200 }));
    if (!other.path?.endsWith(`/${fd}`)) continue;
    using found = SharedMemory.openPath(plain);
    assertEquals(found.size, 200);
    const error = assertThrows(
      () => SharedMemory.openPath(path),
      Deno.errors.NotFound,
    );
    assert(isSystemError(error) && error.code === "ENOENT");
    assert(error.message.includes("PID namespace"), error.message);
    assertThrows(
      () => MappedFile.open(path),
      Deno.errors.NotFound,
      "PID namespace",
    );
    return;
  }
  throw new Error("the number was not used again");
});

Deno.test(needing(
  ["root", "unshare", "native"],
  "in another PID namespace memory.path is refused",
  async () => {
    const script = Deno.makeTempFileSync({ suffix: ".ts" });
    try {
      Deno.writeTextFileSync(
        script,
        `
import { SharedMemory } from "${new URL("mod.ts", ROOT)}";
// The same start: the same numbers.
const memory = SharedMemory.anonymous({ size: 8192 });
const [path] = Deno.args;
if (path === undefined) {
  console.log(memory.path);
  Deno.stdin.readSync(new Uint8Array(1));
} else {
  try {
    SharedMemory.openPath(path);
    console.log("opened");
  } catch (error) {
    console.log(error.name, error.code);
  }
}
`,
      );
      const inNamespace = (...args: string[]) => [
        ...["unshare", "-p", "-f", "--mount-proc"],
        ...denoRun(script, { args }),
      ];
      const [command = "", ...args] = inNamespace();
      await using owner = ownerOf(command, args);
      const path = await owner.line;
      const { stdout, stderr } = await run(inNamespace(path));
      assertEquals(stdout.trim(), "NotFound ENOENT", stderr);
    } finally {
      Deno.removeSync(script);
    }
  },
));

/** A program that prints a line and waits until its standard input ends. */
function ownerOf(command: string, args: string[]) {
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  return {
    line: reader.read().then(({ value }) =>
      new TextDecoder().decode(value).trim()
    ),
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}

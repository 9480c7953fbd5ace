// deno task test:aarch64 [TEST...]

/**
 * Runs the test suite with the arm64 build of Deno under `qemu-aarch64`. The
 * build comes from npm and is kept in `.cache/`.
 *
 * Every Deno process that a test starts is an arm64 one too; C and Python
 * partners are the machine's own, which the layout of the shared bytes allows.
 * What emulation cannot do says so by `"native"` in its test.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a tool talks to its terminal

import { fromFileUrl } from "../deps.ts";

/** The newest arm64 build on npm that is no newer than the Deno of the README. */
const VERSION = "2.9.5";
const PACKAGE = "@deno/linux-arm64-glibc";
const EMULATOR = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"];

const root = new URL("../", import.meta.url);
const cache = fromFileUrl(new URL(".cache/", root));
const deno = `${cache}deno-${VERSION}-aarch64`;

if (!await succeeds([...EMULATOR, "/usr/aarch64-linux-gnu/lib/libc.so.6"])) {
  console.error(
    "Cannot test on aarch64: qemu-aarch64 or its libraries are missing (Debian: apt-get install qemu-user libc6-arm64-cross libgcc-s1-arm64-cross)",
  );
  Deno.exit(1);
}
if (!await succeeds([...EMULATOR, deno, "--version"])) await download();

const { tasks } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", root)),
);
// The same permissions as the test tasks. Types and documentation were checked
// natively, and examples in comments run in a process of their own each.
const words = String(tasks["test:stress"].command).split(" ");
const flags = words.slice(words.lastIndexOf("test"), -1)
  .filter((word) => word !== "--trace-leaks" && word !== "--no-check");
const files = Deno.args.length > 0 ? Deno.args : ["tests/"];
const { code } = await new Deno.Command(EMULATOR[0] ?? "", {
  args: [...EMULATOR.slice(1), deno, ...flags, "--no-check", ...files],
  cwd: root,
  env: { SHMEM_TEST_EMULATOR: EMULATOR.join(" "), DENO_NO_UPDATE_CHECK: "1" },
}).spawn().status;
Deno.exit(code);

async function download(): Promise<void> {
  await Deno.mkdir(cache, { recursive: true });
  const archive = `${cache}deno-aarch64.tgz`;
  const pack = `npm pack --silent ${PACKAGE}@${VERSION} | tail -n 1`;
  const unpack =
    `mv "$(${pack})" ${archive} && tar -xzf ${archive} package/deno`;
  if (!await succeeds(["sh", "-c", `cd ${cache} && ${unpack}`])) {
    console.error(
      `Cannot test on aarch64: npm does not give ${PACKAGE}@${VERSION}`,
    );
    Deno.exit(1);
  }
  await Deno.remove(archive);
  await Deno.rename(`${cache}package/deno`, deno);
  await Deno.remove(`${cache}package`, { recursive: true });
  await Deno.chmod(deno, 0o755);
}

async function succeeds([command = "", ...args]: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, {
      args,
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

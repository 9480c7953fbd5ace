// `deno run --watch` starts a program anew in the same process: what the one before had
// open must be closed, or the new one meets itself.

import { assertEquals } from "../../../deps.ts";
import { denoCommand, ROOT } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";

Deno.test(needing(
  ["native"],
  "a program under --watch finds its names, locks and descriptors free after each restart",
  async () => {
    const folder = Deno.makeTempDirSync();
    const script = `${folder}/program.ts`;
    const name = randomName();
    const write = (version: number) =>
      Deno.writeTextFileSync(
        script,
        `
import { FileLock, MappedFile, Segment, SharedMemory } from "${new URL(
          "mod.ts",
          ROOT,
        )}";
const memory = SharedMemory.create("${name}", { size: 5003, ifStale: "replace" });
globalThis.mapping = memory.map();
mapping.bytes.fill(${version});
const file = MappedFile.open("${folder}/file", { create: "if-missing", size: 5003 });
globalThis.lock = FileLock.tryLock(file);
globalThis.other = file.map();
const anonymous = SharedMemory.anonymous({ size: 5003 });
globalThis.third = anonymous.map({ access: "read" });
const segment = Segment.create({ size: 5003, removeOnLastDetach: true });
globalThis.fourth = segment.attach();
const count = (what) => Deno.readTextFileSync("/proc/self/maps").split(what).length - 1;
const fds = [...Deno.readDirSync("/proc/self/fd")].length;
console.log(JSON.stringify({ version: ${version}, locked: lock !== null,
  mapped: [count("${name}"), count("${folder}/file"), count("memfd:shmem"), count("SYSV")], fds }));
if (${version} === 4) { memory.unlink(); }
setInterval(() => {}, 1000);
`,
      );
    write(1);
    const [command = "", ...args] = [
      ...denoCommand(),
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      "--watch",
      script,
    ];
    const child = new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const deadline = setTimeout(() => child.kill("SIGKILL"), 60_000);
    const lines = child.stdout
      .pipeThrough(new TextDecoderStream())
      .getReader();
    try {
      let text = "";
      const next = async (version: number) => {
        for (;;) {
          const found = text.split("\n").find((line) =>
            line.includes(`"version":${version}`) && line.endsWith("}")
          );
          if (found !== undefined) return JSON.parse(found);
          const { value, done } = await lines.read();
          if (done) {
            throw new Error(
              `it ended before version ${version}: ${text}`,
            );
          }
          text += value;
        }
      };
      const first = await next(1);
      assertEquals(first.mapped, [1, 1, 1, 2]);
      for (const version of [2, 3, 4]) {
        write(version);
        // A change right behind a restart may be missed: it is made again.
        const timer = setInterval(() => write(version), 1000);
        const again = await next(version);
        clearInterval(timer);
        assertEquals(again, { ...first, version, fds: again.fds });
        // The watcher opens files of its own, and none for each restart.
        assertEquals(
          again.fds <= first.fds + 3,
          true,
          `${again.fds} ${first.fds}`,
        );
      }
    } finally {
      clearTimeout(deadline);
      try {
        child.kill("SIGKILL");
      } catch {
        // The deadline did so.
      }
      await child.status;
      await lines.cancel();
      Deno.removeSync(folder, { recursive: true });
      new Deno.Command("rm", { args: ["-f", `/dev/shm${name}`] }).outputSync();
    }
  },
));

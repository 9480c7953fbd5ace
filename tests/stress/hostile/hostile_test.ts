/**
 * Programs that do what no honest one does. Each runs in a process of its own: it
 * must reach its end, without a signal, in time, and leave nothing behind.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { denoCommand, projectPath } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";

const FOLDER = "tests/stress/hostile";

/** Programs that a limit makes hostile. */
const LAUNCHERS: Readonly<Record<string, readonly string[]>> = {
  nofile: ["prlimit", "--nofile=64"],
};

/** Far longer than any takes. */
const LIMIT_MS = 120_000;

/**
 * Paths of shared memory, semaphores and queues that a process left. Programs look,
 * and remove them: Deno wants all permissions for /dev.
 */
function leftovers(pid: number): string[] {
  const script = 'ls -d /dev/shm/*"$1"* /dev/mqueue/*"$1"* 2>/dev/null; true';
  const { stdout } = new Deno.Command("sh", {
    args: ["-c", script, "sh", `shmem-test-hostile-${pid}-`],
  }).outputSync();
  return new TextDecoder().decode(stdout).split("\n").filter((path) => path);
}

async function survives(file: string, program: string): Promise<void> {
  const [command = "", ...args] = [
    ...LAUNCHERS[program] ?? [],
    ...denoCommand(),
  ];
  const child = new Deno.Command(command, {
    args: [
      ...args,
      ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-all"],
      ...[projectPath(`${FOLDER}/run.js`), file, program],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const { code, signal, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const left = leftovers(child.pid);
  if (left.length > 0) new Deno.Command("rm", { args: left }).outputSync();
  const text = new TextDecoder().decode(stdout);
  const ended = text.endsWith("\nthe end\n");
  assertEquals(
    { code, signal, ended, left },
    { code: 0, signal: null, ended: true, left: [] },
    `${text}\n${new TextDecoder().decode(stderr)}`,
  );
}

/** Every program that a file exports, by its words. */
async function* programs(): AsyncGenerator<[file: string, program: string]> {
  const folder = projectPath(`${FOLDER}/programs`);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  for (const name of names) {
    const source = await Deno.readTextFile(`${folder}/${name}`);
    const file = name.replace(/\.js$/, "");
    for (const [, program = ""] of source.matchAll(/async function (\w+)/g)) {
      yield [file, program];
    }
  }
}

for await (const [file, program] of programs()) {
  const words = program.replace(
    /[A-Z]/g,
    (letter) => ` ${letter.toLowerCase()}`,
  );
  Deno.test(needing(
    ["native", "prlimit"],
    `A hostile program ends without a signal, in time, and leaves nothing: ${file}, ${words}`,
    () => survives(file, program),
  ));
}

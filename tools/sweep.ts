// deno run --allow-run tools/sweep.ts

/**
 * Removes what tests left behind that were killed in the middle: objects, semaphores
 * and queues whose name says which process made them, and System V objects with
 * a key of tests whose maker has ended. Nothing of a run that goes on, and
 * nothing of other programs, is touched. Compiled programs that no test has used for
 * a month go, too: most belong to sources that have changed since.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a tool talks to its terminal

import { KEY_PREFIX, NAME_PREFIX } from "../tests/helpers/names.ts";

const SHM = "/dev/shm";
const running = new Set(await lines("ps", "-eo", "pid="));

const name = new RegExp(`^(?:sem\\.|mq\\.)?${NAME_PREFIX}(\\d+)-`);
for (const file of await lines("ls", SHM)) {
  const [, pid] = name.exec(file) ?? [];
  if (pid === undefined || running.has(pid)) continue;
  await lines("rm", "-f", `${SHM}/${file}`);
  console.error(`removed ${SHM}/${file}, which a killed run left`);
}

// Queues of POSIX are seen where their file system is mounted: here, for a moment, in
// a name space of its own, which takes the right to mount.
const QUEUES = "/dev/shm";
for (const queue of await inQueues("ls", QUEUES)) {
  const [, pid] = name.exec(queue) ?? [];
  if (pid === undefined || running.has(pid)) continue;
  await inQueues("rm", "-f", `${QUEUES}/${queue}`);
  console.error(`removed queue /${queue}, which a killed run left`);
}

// Of sets and queues of System V the system does not say who made them, but for segments it
// does. A test that goes on has others' keys, because keys are random.
const makers = new Map(
  (await lines("ipcs", "-m", "-p")).map((line) => {
    const [id = "", , creator = ""] = line.split(/\s+/);
    return [id, creator];
  }),
);
const key = new RegExp(`^0x${KEY_PREFIX.toString(16)}[0-9a-f]{6}$`);
for (const line of await lines("ipcs", "-m")) {
  const [hex = "", id = "", , , , attached] = line.split(/\s+/);
  if (!key.test(hex) || attached !== "0") continue;
  if (running.has(makers.get(id) ?? "")) continue;
  await lines("ipcrm", "-m", id);
  console.error(`removed segment ${id}, which a killed run left`);
}

// What compilers made of sources that have changed since.
const { pathname } = new URL("../.cache/made", import.meta.url);
const made = decodeURIComponent(pathname);
const each = ["-mindepth", "1", "-maxdepth", "1"];
await lines(
  "find",
  made,
  ...each,
  "-mtime",
  "+30",
  "-exec",
  "rm",
  "-r",
  "{}",
  "+",
);

/** What a command prints that finds the queues in place of what is there else. */
async function inQueues(...command: string[]): Promise<string[]> {
  const script = `mount -t mqueue none ${QUEUES} && exec "$@"`;
  return await lines("unshare", "-m", "sh", "-c", script, "sh", ...command);
}

/** What a command prints; nothing when there is no such command. */
async function lines(command: string, ...args: string[]): Promise<string[]> {
  try {
    const { stdout } = await new Deno.Command(command, {
      args,
      stderr: "null",
      env: { LC_ALL: "C" },
    }).output();
    return new TextDecoder().decode(stdout).split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

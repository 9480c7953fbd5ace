/**
 * Commands that run another command with less: as a user without rights, under
 * limits of the process, with a small `/dev/shm`, or with System V limits of
 * its own. They can be nested:
 * `withLimits({ memlock: 0 }, asNobody(command))`.
 *
 * @module
 */

import { ROOT } from "./deno.ts";

/** A copy of Deno and of the module that every user may read. */
export interface ReadableCopy {
  /** The folder of both, which every user may read and none but root write. */
  readonly folder: string;
  /** The Deno executable. */
  readonly deno: string;
  /** URL of `mod.ts`. */
  readonly module: string;
}

let copy: ReadableCopy | undefined;

/**
 * Gives the copy, and makes it first when there is none. The originals may lie
 * in a folder that is closed to other users, such as `/root`. It is removed
 * when the test file ends.
 */
export function readableCopy(): ReadableCopy {
  return copy ??= makeCopy();
}

function makeCopy(): ReadableCopy {
  const folder = Deno.makeTempDirSync({ prefix: "shmem-readable-" });
  globalThis.addEventListener("unload", () => {
    Deno.removeSync(folder, { recursive: true });
  });
  Deno.chmodSync(folder, 0o755);
  const deno = `${folder}/deno`;
  placeDeno(deno);
  copyModule(ROOT, folder);
  // Deno keeps its caches where HOME and DENO_DIR say.
  Deno.mkdirSync(`${folder}/home`);
  Deno.chmodSync(`${folder}/home`, 0o777);
  return { folder, deno, module: `file://${folder}/mod.ts` };
}

/** A link is enough, unless it crosses file systems or others may not run it. */
function placeDeno(path: string): void {
  const original = Deno.execPath();
  const forEveryone = 0o005;
  const { mode } = Deno.statSync(original);
  if (((mode ?? 0) & forEveryone) === forEveryone) {
    try {
      return Deno.linkSync(original, path);
    } catch {
      // It lies on another file system: copy it.
    }
  }
  Deno.copyFileSync(original, path);
  Deno.chmodSync(path, 0o755);
}

/** The folders of the module; others have no part in what a program imports. */
const PARTS = ["ffi", "memory", "sync", "channel", "queue"];

function copyModule(from: URL, to: string): void {
  for (const part of PARTS) copyFolder(part, from, to);
  copyReadable(new URL("mod.ts", from), to, ".");
}

function copyFolder(folder: string, from: URL, to: string): void {
  Deno.mkdirSync(`${to}/${folder}`);
  Deno.chmodSync(`${to}/${folder}`, 0o755);
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, from))) {
    const path = `${folder}/${name}`;
    if (isDirectory) copyFolder(path, from, to);
    else copyReadable(new URL(path, from), to, folder);
  }
}

function copyReadable(from: URL, to: string, folder: string): void {
  const name = from.pathname.split("/").at(-1);
  const path = `${to}/${folder}/${name}`;
  Deno.writeTextFileSync(path, Deno.readTextFileSync(from));
  Deno.chmodSync(path, 0o644);
}

/** User and group without any rights, by custom. */
export const NOBODY = 65534;

/**
 * Runs a command as {@linkcode NOBODY}, without capabilities. Deno is replaced
 * by its readable copy; the program that it runs must be readable too.
 */
export function asNobody(command: readonly string[]): string[] {
  const { folder, deno } = readableCopy();
  return [
    "setpriv",
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    "--clear-groups",
    "env",
    `--chdir=${folder}`,
    `HOME=${folder}/home`,
    `DENO_DIR=${folder}/home`,
    ...command.map((part) => part === Deno.execPath() ? deno : part),
  ];
}

/** Limits of a process (`setrlimit(2)`). */
export interface Limits {
  /** Address space in bytes. Deno itself takes some 20 GiB of it. */
  readonly as?: number;
  /** How many file descriptors. */
  readonly nofile?: number;
  /** Bytes that may be locked in memory. Root is not held by it. */
  readonly memlock?: number;
  /** Bytes that a user's POSIX message queues may take. */
  readonly msgqueue?: number;
}

/** Runs a command under limits. */
export function withLimits(
  limits: Limits,
  command: readonly string[],
): string[] {
  const flags = Object.entries(limits).map(([name, value]) =>
    `--${name}=${value}`
  );
  return ["prlimit", ...flags, ...command];
}

/** Runs a command with a file system in memory at a folder, for it alone. */
export function withTmpfs(
  folder: string,
  options: string,
  command: readonly string[],
): string[] {
  const script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"';
  return ["unshare", "-m", "sh", "-c", script, "sh", options, folder]
    .concat(command);
}

/**
 * Runs a command with a disk of its own: a file system in a file, mounted at a folder
 * for it alone.
 *
 * @param type "ext2", which reserves nothing, or "ext4".
 */
export function withDisk(
  type: "ext2" | "ext4",
  byteLength: number,
  folder: string,
  command: readonly string[],
): string[] {
  // The loop device goes with the mount, and that with the namespace.
  const script = `
image=$(mktemp) && truncate -s "$1" "$image" && mkfs.${type} -q -m 0 "$image" || exit 99
mount -o loop "$image" "$2"; status=$?
rm -f "$image"
[ $status = 0 ] || exit 99
shift 2
exec "$@"`;
  return ["unshare", "-m", "sh", "-c", script, "sh", String(byteLength), folder]
    .concat(command);
}

/** Runs a command in a control group of version 1 with a limit of memory in bytes. */
export function inMemoryGroup(
  byteLength: number,
  command: readonly string[],
): string[] {
  const script = `
group=/sys/fs/cgroup/memory/shmem-test-$$
mkdir "$group" "$group/inner" || exit 99
# Its parent's limit holds for it, too.
echo "$1" > "$group/memory.limit_in_bytes" || exit 99
shift
( echo 0 > "$group/inner/cgroup.procs"; exec "$@" )
status=$?
rmdir "$group/inner" "$group"
exit $status`;
  return ["sh", "-c", script, "sh", String(byteLength), ...command];
}

/** Runs a command with an empty `/dev/shm` of a size in bytes, for it alone. */
export function inSmallShm(
  byteLength: number,
  command: readonly string[],
): string[] {
  return withTmpfs("/dev/shm", `size=${byteLength},mode=1777`, command);
}

/** Limits of System V objects, named as under `/proc/sys/kernel`. */
export interface IpcSettings {
  /** Bytes of one segment. */
  readonly shmmax?: number;
  /** Pages of all segments. */
  readonly shmall?: number;
  /** How many segments. */
  readonly shmmni?: number;
  /** How many message queues. */
  readonly msgmni?: number;
}

/** Runs a command with System V memory of its own, under limits. */
export function inIpcNamespace(
  settings: IpcSettings,
  command: readonly string[],
): string[] {
  const script = Object.entries(settings)
    .map(([name, value]) => `echo ${value} > /proc/sys/kernel/${name} && `)
    .join("");
  return ["unshare", "-i", "sh", "-c", `${script}exec "$@"`, "sh", ...command];
}

/** Runs a command where a script of the shell has changed mounts for it alone. */
export function withMounts(
  script: string,
  command: readonly string[],
): string[] {
  const shell = ["unshare", "-m", "sh", "-c", `${script} && exec "$@"`, "sh"];
  return [...shell, ...command];
}

/**
 * Starts Aeron's media driver for a test, in a folder of its own, and removes
 * both, however the test ends.
 *
 * @module
 */

import { aeronJar } from "../../../tools/aeron/jar.ts";
import {
  type ArchiveOptions,
  driverCommand,
  type DriverOptions,
  isReady,
} from "../../../tools/aeron/driver.ts";
import { NAME_PREFIX } from "../names.ts";

/** What {@linkcode startDriver} may be told. */
export interface TestDriverOptions {
  /** With the archive in the same process; its endpoint, or true for any port. */
  readonly archive?: boolean | string;
  /** Keeps what an earlier driver recorded. Default: a new folder. */
  readonly archiveDirectory?: string;
  /** Length of terms, over UDP and `aeron:ipc`. Default: 64 KiB. */
  readonly termLength?: string;
  /** Other properties. */
  readonly properties?: Readonly<Record<string, string>>;
  /** The folder of a driver that ended, to be replaced. Default: a new one. */
  readonly directory?: string;
  /** The jar and what else its programs need. Default: the jar. */
  readonly classPath?: string;
  /** Words before the command, such as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
}

/** A driver that runs. */
export interface TestDriver extends AsyncDisposable {
  /** Where its clients find it. */
  readonly directory: string;
  /** Where its archive keeps recordings. */
  readonly archiveDirectory: string;
  readonly pid: number;
  /** Ends it in an instant, as a crash would; its files stay until disposal. */
  kill(): Promise<void>;
  /** Has it end in good order, removing its folder. */
  stop(): Promise<void>;
  /** What it printed. */
  output(): Promise<string>;
}

/**
 * The driver in C to test with, in place of Java's where no archive is wanted.
 * `CONTRIBUTING.md` says how to come by one.
 */
const AERONMD = Deno.env.get("SHMEM_AERONMD");

/** What starts in a quarter of a second. */
const JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m"];

/** Starts a driver, and waits until it serves. */
export async function startDriver(
  options: TestDriverOptions = {},
): Promise<TestDriver> {
  const isInC = AERONMD !== undefined && !options.archive &&
    options.classPath === undefined;
  const program = isInC
    ? { aeronmd: AERONMD }
    : { jar: options.classPath ?? await aeronJar() };
  await using undo = new AsyncDisposableStack();
  // Not in /dev/shm: Deno wants all permissions for files there.
  const folder = await Deno.makeTempDir({
    prefix: `${NAME_PREFIX}${Deno.pid}-aeron-`,
  });
  const directory = options.directory ?? `${folder}/driver`;
  const archiveDirectory = options.archiveDirectory ?? `${folder}/archive`;
  const command = [
    ...options.launcher ?? [],
    ...driverCommand({
      ...commandOptions(options),
      program,
      directory,
      archive: archiveOptions(options.archive, archiveDirectory),
      jvm: [...JVM, `-Dshmem.test=${folder}`],
    }),
  ];
  const log = `${folder}/log`;
  const startedMs = Date.now();
  const child = spawn(command, log);
  undo.use(guard(child.pid, folder));
  const kill = async () => {
    signal(child, "SIGKILL");
    await child.status;
  };
  undo.defer(kill);
  let ended = false;
  const status = child.status.finally(() => ended = true);
  const archive = options.archive ? archiveDirectory : undefined;
  while (!await isReady(directory, startedMs, archive)) {
    if (ended) throw new Error(`No driver: ${await Deno.readTextFile(log)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const owned = undo.move();
  return {
    directory,
    archiveDirectory,
    pid: child.pid,
    kill,
    stop: async () => {
      signal(child, "SIGTERM");
      await status;
    },
    output: () => Deno.readTextFile(log),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function archiveOptions(
  archive: boolean | string | undefined,
  directory: string,
): ArchiveOptions | undefined {
  if (archive === undefined || archive === false) return undefined;
  return { directory, endpoint: archive === true ? "127.0.0.1:0" : archive };
}

function commandOptions(
  { termLength = "64k", properties = {} }: TestDriverOptions,
): Pick<
  DriverOptions,
  "termLength" | "ipcTermLength" | "threading" | "properties"
> {
  return {
    termLength,
    ipcTermLength: termLength,
    // One thread, which sleeps when there is nothing to do.
    threading: "SHARED",
    properties: {
      // The driver touches all of it: 11 MB instead of 47.
      "aeron.counters.buffer.length": "1m",
      // Recordings of a few terms are not to cost 128 MiB.
      "aeron.archive.segment.file.length": "1m",
      ...properties,
    },
  };
}

/** Starts a command whose output goes to a file. */
function spawn(command: readonly string[], log: string): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", 'exec "$@" >"$0" 2>&1', log, ...command],
    stdin: "null",
  }).spawn();
}

/**
 * Kills a process and removes its folder, at the end of a block and when this
 * program ends without coming to that: a shell reads a pipe that closes then,
 * whatever the reason.
 */
function guard(pid: number, folder: string): AsyncDisposable {
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      // The folder in the command line tells it from one that got its number.
      `trap '' INT TERM; cat; while grep -qaF "$2" "/proc/$1/cmdline"; do kill -KILL "$1"; sleep 0.01; done; rm -rf "$2"`,
      "-",
      `${pid}`,
      folder,
    ],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
    },
  };
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch (error) {
    // It has ended already.
    if (!(error instanceof TypeError)) throw error;
  }
}

/**
 * Starts Aeron's media driver as a process.
 *
 * @module
 */

/** What a driver may be told. */
export interface DriverOptions {
  /** The jar that the Java driver is in, or the program of the C driver. */
  readonly program: { readonly jar: string } | { readonly aeronmd: string };
  /** The folder that it makes for its clients. */
  readonly directory: string;
  /** Runs the archive in the same process. */
  readonly archive?: ArchiveOptions | undefined;
  /** Length of terms over UDP, such as `"1m"`. Default: 16 MiB. */
  readonly termLength?: string | undefined;
  /** Length of terms of `aeron:ipc`, such as `"1m"`. Default: 64 MiB. */
  readonly ipcTermLength?: string | undefined;
  /** How many threads it has. Default: one for each job. */
  readonly threading?: Threading | undefined;
  /** Other properties, such as `aeron.client.liveness.timeout`. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** Options of Java itself. */
  readonly jvm?: readonly string[] | undefined;
}

/** Where an archive keeps recordings, and where it listens. */
export interface ArchiveOptions {
  /** The folder of the recordings. */
  readonly directory: string;
  /** Where clients of other hosts reach it: host and port; 0 for any port. */
  readonly endpoint: string;
}

/** How a driver spreads its work over threads. */
export const THREADINGS = [
  "DEDICATED",
  "SHARED_NETWORK",
  "SHARED",
] as const;

/** One of them. */
export type Threading = typeof THREADINGS[number];

/**
 * The command that starts a driver.
 *
 * @throws {TypeError} When the C driver should run the archive, which is in Java.
 */
export function driverCommand(options: DriverOptions): string[] {
  const { program, archive, jvm = [] } = options;
  const properties = Object.entries(driverProperties(options))
    .map(([name, value]) => `-D${name}=${value}`);
  if ("aeronmd" in program) {
    if (archive === undefined) return [program.aeronmd, ...properties];
    throw new TypeError(
      "Cannot start the archive with the driver in C: the archive is in Java; leave --aeronmd out",
    );
  }
  const main = archive === undefined
    ? "io.aeron.driver.MediaDriver"
    : "io.aeron.archive.ArchivingMediaDriver";
  return [
    "java",
    ...jvm,
    // Without it the driver ends: it asks the JDK's own classes for the address
    // of mapped memory.
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "-cp",
    program.jar,
    ...properties,
    main,
  ];
}

function driverProperties(options: DriverOptions): Record<string, string> {
  const { archive, termLength, ipcTermLength, threading } = options;
  const properties: Record<string, string> = {
    "aeron.dir": options.directory,
    "aeron.dir.delete.on.start": "true",
    "aeron.dir.delete.on.shutdown": "true",
    "aeron.dir.warn.if.exists": "false",
  };
  if (termLength !== undefined) {
    properties["aeron.term.buffer.length"] = termLength;
  }
  if (ipcTermLength !== undefined) {
    properties["aeron.ipc.term.buffer.length"] = ipcTermLength;
  }
  if (threading !== undefined) properties["aeron.threading.mode"] = threading;
  if (archive !== undefined) {
    const [host] = /^.*(?=:)/.exec(archive.endpoint) ?? [];
    properties["aeron.archive.dir"] = archive.directory;
    // The archive refuses to start without these two.
    properties["aeron.archive.control.channel"] =
      `aeron:udp?endpoint=${archive.endpoint}`;
    properties["aeron.archive.replication.channel"] =
      `aeron:udp?endpoint=${host}:0`;
    if (threading === "SHARED") {
      properties["aeron.archive.threading.mode"] = "SHARED";
    }
  }
  return { ...properties, ...options.properties };
}

/** A file that says when its maker was started, and a version once it serves. */
interface Mark {
  readonly file: string;
  readonly version: number;
  readonly startedMs: number;
}

/** In which a driver meets its clients. */
const CNC: Mark = { file: "cnc.dat", version: 0, startedMs: 32 };

/** In which an archive says that it runs. */
const ARCHIVE_MARK: Mark = {
  file: "archive-mark.dat",
  version: 8,
  startedMs: 24,
};

/**
 * Whether a driver that was started at a time serves by now.
 *
 * @param directory Its folder.
 * @param startedMs Milliseconds since 1970 when its process was started: what an
 * earlier driver left may still lie there.
 * @param archive The folder of its archive, if it has one.
 */
export async function isReady(
  directory: string,
  startedMs: number,
  archive?: string,
): Promise<boolean> {
  return await isMarked(directory, CNC, startedMs) &&
    (archive === undefined ||
      await isMarked(archive, ARCHIVE_MARK, startedMs));
}

async function isMarked(
  folder: string,
  mark: Mark,
  startedMs: number,
): Promise<boolean> {
  const bytes = new Uint8Array(128);
  try {
    using file = await Deno.open(`${folder}/${mark.file}`);
    if (await file.read(bytes) !== bytes.length) return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  const view = new DataView(bytes.buffer);
  return view.getInt32(mark.version, true) !== 0 &&
    view.getBigInt64(mark.startedMs, true) >= BigInt(startedMs);
}

// deno task aeron:driver [--archive] [--directory DIR] [--jar FILE | --aeronmd FILE] [--help]

/**
 * Starts Aeron's media driver, and with `--archive` its archive, in one command:
 * fetches the released jar through Maven once, checks it, and runs it with Java
 * until Ctrl-C.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a tool talks to its terminal

import { parseArgs } from "node:util";
import { defaultDirectory } from "../aeron/client/directory.ts";
import { Aeron } from "../aeron/mod.ts";
import { fromFileUrl, resolve } from "../deps.ts";
import { AERON_VERSION, aeronJar, checkJava, givenFile } from "./aeron/jar.ts";
import {
  type ArchiveOptions,
  driverCommand,
  type DriverOptions,
  isReady,
  type Threading,
  THREADINGS,
} from "./aeron/driver.ts";

const USAGE = `Starts Aeron's media driver ${AERON_VERSION}; Ctrl-C ends it.

  deno task aeron:driver [OPTIONS]

  --directory DIR         where clients find it (default /dev/shm/aeron-<user>)
  --archive               with the archive, which records and replays
  --archive-directory DIR where recordings are kept (default .cache/aeron/archive)
  --archive-endpoint A:P  where clients of other hosts reach it (default 127.0.0.1:8010)
  --term-length N         length of terms over UDP, such as 1m (default 16m)
  --ipc-term-length N     length of terms of aeron:ipc (default 64m)
  --threading MODE        ${
  THREADINGS.join(", ")
} (default DEDICATED: a thread for each job)
  --property NAME=VALUE   any other property of the driver, also several times
  --jar FILE              the jar, instead of the one that Maven fetches
  --aeronmd FILE          the driver in C, instead of Java's; it has no archive
`;

const OPTIONS = {
  "directory": { type: "string" },
  "archive": { type: "boolean" },
  "archive-directory": { type: "string" },
  "archive-endpoint": { type: "string" },
  "term-length": { type: "string" },
  "ipc-term-length": { type: "string" },
  "threading": { type: "string" },
  "property": { type: "string", multiple: true },
  "jar": { type: "string" },
  "aeronmd": { type: "string" },
  "help": { type: "boolean", short: "h" },
} as const;

/** How long a driver that is killed seems to live: it writes the time each second. */
const SILENT_MS = 3000;

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  // The driver tells its clients paths, which must hold in their folders, too.
  const directory = resolve(values.directory ?? defaultDirectory());
  const endpoint = values["archive-endpoint"] ?? "127.0.0.1:8010";
  const recordings = resolve(
    values["archive-directory"] ??
      fromFileUrl(new URL("../.cache/aeron/archive", import.meta.url)),
  );
  const threading = threadingOf(values.threading);
  const properties = propertiesOf(values.property ?? []);
  const archive = values.archive
    ? { directory: recordings, endpoint }
    : undefined;
  const command = driverCommand({
    program: await programOf(values),
    directory,
    archive,
    termLength: values["term-length"],
    ipcTermLength: values["ipc-term-length"],
    threading,
    properties,
  });
  await checkDirectory(directory);
  return await serve(command, directory, archive);
}

/** Looks that nothing is lost: a driver begins with removing the whole folder. */
async function checkDirectory(directory: string): Promise<void> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (names.length === 0) return;
  if (!names.includes("cnc.dat")) {
    throw new TypeError(
      `Cannot start the driver in ${directory}: it removes what is in its folder, and there is ${
        names[0]
      }, which is no driver's; name a folder that there is not, or an empty one`,
    );
  }
  try {
    using _running = await Aeron.connect({
      directory,
      driverTimeoutMs: SILENT_MS,
      timeoutMs: 0,
    });
  } catch (error) {
    // What a driver left that has ended.
    if (error instanceof Deno.errors.TimedOut) return;
    throw error;
  }
  throw new Deno.errors.Busy(
    `Cannot start the driver in ${directory}: one serves it; use that one, or name another --directory; or try again in ${SILENT_MS} ms if it was killed`,
  );
}

/** Finds the driver in C or in Java, whichever was asked for. */
async function programOf(
  { aeronmd, jar }: { readonly aeronmd?: string; readonly jar?: string },
): Promise<DriverOptions["program"]> {
  if (aeronmd !== undefined) {
    if (jar === undefined) return { aeronmd: await givenFile(aeronmd) };
    throw new TypeError(
      "Cannot use --jar and --aeronmd: each names a driver; leave one out",
    );
  }
  await checkJava();
  return { jar: await (jar === undefined ? aeronJar() : givenFile(jar)) };
}

/** Runs the driver until it ends, and ends it with this program. */
async function serve(
  [command = "", ...args]: string[],
  directory: string,
  archive: ArchiveOptions | undefined,
): Promise<number> {
  const startedMs = Date.now();
  const child = new Deno.Command(command, { args, stdin: "null" }).spawn();
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      stopping = true;
      // On Ctrl-C the terminal has told Java as well; twice does no harm.
      try {
        child.kill("SIGTERM");
      } catch { /* It has ended. */ }
    });
  }
  let ended = false;
  const status = child.status.finally(() => ended = true);
  while (!ended && !stopping) {
    if (await isReady(directory, startedMs, archive?.directory)) {
      const recordings = archive === undefined
        ? ""
        : `, with the archive at ${archive.endpoint}, which keeps recordings in ${archive.directory}`;
      console.log(
        `The driver serves ${directory}${recordings}; Ctrl-C ends it`,
      );
      break;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  const { code } = await status;
  return stopping ? 0 : code;
}

function threadingOf(text: string | undefined): Threading | undefined {
  if (text === undefined) return undefined;
  const found = THREADINGS.find((each) => each === text);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot use --threading ${text}: it must be one of ${
      THREADINGS.join(", ")
    }`,
  );
}

function propertiesOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const at = text.indexOf("=");
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw new TypeError(
      `Cannot use --property ${text}: it must be NAME=VALUE, such as aeron.mtu.length=8k`,
    );
  }));
}

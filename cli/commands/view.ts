import { parseOffset } from "../arguments/count.ts";
import { loadStruct } from "../arguments/struct.ts";
import { type Command, STATUS, UsageError } from "../command.ts";
import type { Context } from "../context.ts";
import { loadUplot } from "../deps.ts";
import { fieldsBy } from "../view/look/fields.ts";
import { Look } from "../view/look/look.ts";
import { removeStale } from "../view/look/removal.ts";
import { servePage } from "../view/server.ts";

/** Time between two pictures, unless one is given. */
const INTERVAL_MS = 500;
/** Faster than anyone sees. */
const MIN_INTERVAL_MS = 50;
const LAST_PORT = 65535;

/** Shows everything in a browser. */
export const view: Command = {
  name: "view",
  summary: "Show everything in a browser, as it changes",
  usage: "view [PATTERN] [--interval 500ms] [--struct FILE#NAME] [options]",
  details:
    `It serves one page on 127.0.0.1 and prints its address: all objects, the processes
that have them, and of the one that is selected its fill and rates over the last
minutes, who takes part, locks and the newest value. Only who has the address can open
it. The page loads nothing from elsewhere and changes nothing, unless --allow-changes
lets it remove what the kernel says nobody has. Ctrl-C ends it.`,
  options: {
    interval: {
      type: "string",
      value: "DURATION",
      help: "time between two pictures; default 500ms",
    },
    struct: {
      type: "string",
      value: "FILE#NAME",
      help: "show the bytes of values by it, too",
    },
    lock: {
      type: "string",
      multiple: true,
      value: "OFFSET",
      help: "tell of the lock that lies there in plain objects, too",
    },
    port: {
      type: "string",
      value: "PORT",
      help: "where to listen; default a free port",
    },
    "allow-changes": {
      type: "boolean",
      help: "let the page remove stale objects",
    },
  },
  completes: "objects",
  examples: [
    { line: "shmem view", does: "prints an address to open in a browser" },
    { line: "shmem view '/frames*'", does: "shows these objects alone" },
    {
      line: "shmem view /quotes --struct ./quote.ts#Quote",
      does: "shows the fields of its newest value",
    },
  ],
  async run(context) {
    const { output, json, signal } = context;
    const intervalMs = context.duration("interval") ?? INTERVAL_MS;
    if (intervalMs < MIN_INTERVAL_MS) {
      throw new UsageError(`--interval must be at least ${MIN_INTERVAL_MS}ms`);
    }
    const struct = context.text("struct");
    const pattern = patternOf(context);
    const look = new Look({
      pattern,
      intervalMs,
      locks: context.texts("lock")
        .map((text) => parseOffset(text, "--lock")),
      fields: struct === undefined
        ? undefined
        : fieldsBy(await loadStruct(struct)),
      removeStale: context.flag("allow-changes")
        ? () => removeStale(pattern)
        : undefined,
    });
    await using server = servePage({
      source: look,
      intervalMs,
      port: portOf(context),
      loadCurves: loadUplot,
    });
    if (json) output.json({ url: server.url });
    else output.line(server.url);
    await aborted(signal);
    return STATUS.found;
  },
};

function patternOf(context: Context): string | undefined {
  return context.positionals.length === 0 ? undefined : context.one("PATTERN");
}

function portOf(context: Context): number | undefined {
  const port = context.count("port");
  if (port === undefined || port <= LAST_PORT) return port;
  throw new UsageError(`--port must be at most ${LAST_PORT}: received ${port}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

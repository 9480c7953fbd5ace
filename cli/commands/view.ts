import { type Command, STATUS } from "../command.ts";
import { loadUplot } from "../deps.ts";
import { Look } from "../view/look/look.ts";
import { servePage } from "../view/server.ts";

/** Time between two pictures, unless one is given. */
const INTERVAL_MS = 500;
const MIN_INTERVAL_MS = 100;

/** `shmem view`. */
export const view: Command = {
  name: "view",
  summary: "show everything in a browser, as it changes",
  usage: "view [PATTERN] [options]",
  details: [
    "Serves one page on 127.0.0.1: all objects, the processes that have them, and of",
    "the selected one its fill, rates, participants, locks and newest value. Only who",
    "has the address that is printed can open it. It changes nothing, unless",
    "--allow-changes lets the page remove what nobody has any more.",
  ].join("\n"),
  options: {
    port: {
      type: "string",
      value: "PORT",
      help: "serve at this port; default: a free one",
    },
    interval: {
      type: "string",
      value: "DURATION",
      help: "time between two pictures; default: 500ms",
    },
    "allow-changes": {
      type: "boolean",
      help: "let the page remove stale objects",
    },
  },
  examples: [
    { line: "shmem view", does: "prints an address to open" },
    { line: "shmem view '/frames*'", does: "shows these objects alone" },
  ],
  completes: "objects",
  async run(context) {
    const [pattern] = context.positionals;
    const intervalMs = Math.max(
      MIN_INTERVAL_MS,
      context.duration("interval") ?? INTERVAL_MS,
    );
    const look = new Look({ pattern, intervalMs });
    await using server = servePage({
      source: look,
      intervalMs,
      port: context.count("port"),
      loadCurves: loadUplot,
    });
    if (context.json) context.output.json({ url: server.url });
    else context.output.line(server.url);
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      context.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    return STATUS.found;
  },
};

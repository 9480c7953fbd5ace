import { type Command, STATUS } from "../../command.ts";
import {
  describe,
  type Description,
  type Entry,
  listObjects,
  type Rates,
  ratesBetween,
  scanProcesses,
} from "../../inspect/mod.ts";
import { sleep } from "../../sleep.ts";
import { Screen } from "../../terminal/screen.ts";
import type { Cell, Column } from "../../terminal/table.ts";
import { plural, showPart, showRate, showSize } from "../../terminal/units.ts";

const DEFAULT_INTERVAL_MS = 1000;

/** A table that is redrawn again and again. */
export const top: Command = {
  name: "top",
  summary: "Show objects, their fill and their rates, redrawn each second",
  usage: "top [PATTERN] [--interval 1s] [--count N]",
  details:
    `What moves most stands first. Ctrl-C ends it, and leaves the terminal as it was. When
the output is no terminal, or with --json, a table (or lines) follows the other. Looking
copies some hundred bytes of each object, and no messages.`,
  options: {
    interval: {
      type: "string",
      short: "i",
      value: "DURATION",
      help: "how often; default 1s",
    },
    count: {
      type: "string",
      short: "n",
      value: "N",
      help: "how many times; default until Ctrl-C",
    },
  },
  completes: "objects",
  examples: [
    { line: "shmem top", does: "shows everything, once a second" },
    {
      line: "shmem top '/feed*' --count 3 --json",
      does: "prints three looks as JSON Lines",
    },
  ],
  async run(context) {
    const { output, positionals, signal, json } = context;
    const pattern = positionals.length === 0
      ? undefined
      : context.one("PATTERN");
    const interval = context.duration("interval") ?? DEFAULT_INTERVAL_MS;
    const count = context.count("count") ?? Infinity;
    const isLive = output.isTerminal && !json;
    using screen = isLive ? new Screen(output) : undefined;
    let before = new Map<string, Description>();
    let found = 0;
    for (let round = 0; round < count && !signal.aborted; round++) {
      // Rates need two looks; the first of a few is not worth a second's wait.
      if (round > 0) await sleep(interval, signal);
      else if (count !== Infinity) {
        before = look(pattern);
        await sleep(Math.min(interval, DEFAULT_INTERVAL_MS / 5), signal);
      }
      if (signal.aborted && round > 0) break;
      const now = look(pattern);
      found = now.size;
      const rows = [...now.values()].map((description) => ({
        description,
        rates: ratesOf(before.get(description.name), description),
      })).sort((a, b) =>
        (b.rates?.bytesPerSecond ?? -1) - (a.rates?.bytesPerSecond ?? -1)
      );
      if (json) {
        const at = new Date();
        for (const { description, rates } of rows) {
          output.json({ time: at, ...description, rates: rates ?? null });
        }
      } else {
        const lines = [
          headline(now),
          "",
          ...output.tableLines(COLUMNS, rows.map(rowOf)),
        ];
        if (screen !== undefined) screen.draw(lines);
        else for (const line of lines) output.line(line);
      }
      before = now;
    }
    return found > 0 ? STATUS.found : STATUS.unhealthy;
  },
};

/** Describes what is there, by one look at all processes. */
function look(pattern: string | undefined): Map<string, Description> {
  const scan = scanProcesses();
  const { entries } = listObjects({
    scan,
    ...(pattern === undefined ? {} : { pattern }),
  });
  const found = new Map<string, Description>();
  for (const { name } of entries) {
    try {
      found.set(name, describe(name, { scan, records: false }));
    } catch (error) {
      // It went away in between.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

function ratesOf(
  before: Description | undefined,
  after: Description,
): Rates | undefined {
  return before === undefined ? undefined : ratesBetween(before, after);
}

function headline(now: ReadonlyMap<string, Description>): string {
  const all: readonly Entry[] = [...now.values()];
  const used = all.reduce((sum, { used }) => sum + (used ?? 0), 0);
  const time = new Date().toTimeString().slice(0, 8);
  return `shmem ${time}  ${plural(all.length, "object")}, ${
    showSize(used)
  } used`;
}

const COLUMNS: readonly Column[] = [
  { heading: "NAME", mayShrink: true },
  { heading: "KIND" },
  { heading: "USED", align: "right" },
  { heading: "FULL", align: "right" },
  { heading: "IN/s", align: "right" },
  { heading: "OUT/s", align: "right" },
  { heading: "MESSAGES/s", align: "right" },
  { heading: "PROCESSES", align: "right" },
  { heading: "REMARK", mayShrink: true },
];

function rowOf(
  { description, rates }: {
    readonly description: Description;
    readonly rates: Rates | undefined;
  },
): Cell[] {
  const { name, kind, used, fill, processes } = description;
  const remark = description.findings.find(({ tone }) => tone === "bad") ??
    description.findings.find(({ tone }) => tone === "warning");
  const bytes = (rate: number | null | undefined) =>
    rate === undefined || rate === null ? "" : showSize(Math.round(rate));
  const messages = rates?.messagesPerSecond;
  return [
    { text: name, tone: "strong" },
    kind,
    used === null ? "" : showSize(used),
    fill === null ? "" : showPart(fill),
    bytes(rates?.bytesPerSecond),
    bytes(rates?.bytesTakenPerSecond),
    messages === undefined || messages === null
      ? ""
      : showRate(messages).replace("/s", ""),
    processes === null ? "" : String(processes),
    remark === undefined ? "" : { text: remark.text, tone: remark.tone },
  ];
}

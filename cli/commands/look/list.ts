import { type Command, STATUS } from "../../command.ts";
import { type Entry, KINDS, listObjects } from "../../inspect/mod.ts";
import type { Cell, Column } from "../../terminal/table.ts";
import { showAge, showMode, showPart, showSize } from "../../terminal/units.ts";

/** Lists what processes share. */
export const list: Command = {
  name: "list",
  summary: "List shared objects, and what kind each is",
  usage: "list [PATTERN] [--kind KIND]… [--stale]",
  details:
    `PATTERN has * and ? as in a shell, or is a part of the name or the label.
POSIX objects, semaphores and queues, System V segments, sets and queues, and
directories of Aeron's driver are listed; rings and broadcasts that other programs
made are known by their size. STATE is "in use" when a process has the object open
or mapped, "stale" when the kernel says that none has, "?" when it cannot be told.`,
  options: {
    kind: {
      type: "string",
      short: "k",
      multiple: true,
      value: "KIND",
      help: "only these kinds, as the table has them: channel, latest, segment",
    },
    stale: { type: "boolean", help: "only what nobody has" },
    names: {
      type: "boolean",
      help: "only the names, as completion needs them",
    },
  },
  completes: "objects",
  examples: [
    { line: "shmem list", does: "prints a table of everything" },
    {
      line: "shmem list '/frames*' --json",
      does: "prints a line of JSON for each object whose name starts so",
    },
    { line: "shmem list --stale", does: "prints what crashes have left" },
  ],
  run(context) {
    const { output, positionals, json } = context;
    const pattern = positionals.length === 0
      ? undefined
      : context.one("PATTERN");
    const namesOnly = context.flag("names");
    const kinds = context.words("kind", KINDS);
    const { entries, notes } = listObjects({
      ...(pattern === undefined ? {} : { pattern }),
      // A shell waits for the names.
      ...(namesOnly ? { scan: null } : {}),
    });
    const shown = entries.filter(({ kind, stale }) =>
      (kinds.length === 0 || kinds.includes(kind)) &&
      (!context.flag("stale") || stale === true)
    );
    if (namesOnly) { for (const { name } of shown) output.line(name); }
    else if (json) { for (const entry of shown) output.json(entry); }
    else {
      if (shown.length > 0) output.table(ENTRY_COLUMNS, shown.map(entryRow));
      else output.note(nothing(pattern));
      for (const note of notes) output.note(note, "quiet");
    }
    return shown.length > 0 ? STATUS.found : STATUS.unhealthy;
  },
};

function nothing(pattern: string | undefined): string {
  return pattern === undefined
    ? "There is nothing."
    : `There is nothing like ${JSON.stringify(pattern)}.`;
}

/** Columns of {@linkcode entryRow}. */
const ENTRY_COLUMNS: readonly Column[] = [
  { heading: "NAME", mayShrink: true },
  { heading: "KIND" },
  { heading: "LABEL", mayShrink: true },
  { heading: "SIZE", align: "right" },
  { heading: "USED", align: "right" },
  { heading: "FULL", align: "right" },
  { heading: "OWNER" },
  { heading: "MODE" },
  { heading: "AGE", align: "right" },
  { heading: "PROCESSES", align: "right" },
  { heading: "STATE" },
];

/** A row of the table. */
function entryRow(entry: Entry): Cell[] {
  const { name, kind, label, size, used, fill, owner, mode } = entry;
  return [
    { text: name, tone: "strong" },
    kind,
    label ?? "",
    size === null ? "" : showSize(size),
    used === null ? "" : showSize(used),
    fill === null ? "" : showPart(fill),
    owner ?? "?",
    mode === null ? "?" : showMode(mode),
    entry.changedAt === null ? "" : showAge(entry.changedAt),
    entry.processes === null ? "" : String(entry.processes),
    stateOf(entry),
  ];
}

/** Whether somebody has it. */
function stateOf({ inUse, stale }: Entry): Cell {
  if (inUse === true) return { text: "in use", tone: "good" };
  if (stale === true) return { text: "stale", tone: "warning" };
  return { text: "?", tone: "quiet" };
}

import { type Command, STATUS } from "../../command.ts";
import { type Holder, processesOf } from "../../inspect/mod.ts";
import type { Cell, Column } from "../../terminal/table.ts";
import { plural, showSize } from "../../terminal/units.ts";

/** Tells which processes have an object. */
export const who: Command = {
  name: "who",
  summary: "Tell which processes have an object open or mapped",
  usage: "who NAME",
  details:
    `It looks through the descriptors and mappings of all processes that this user may
look into, and says what it could not see. Processes that still have an object whose
name was removed are shown as well. Of a directory of Aeron's driver each file counts.
The exit status is 1 when nobody has it.`,
  options: {},
  completes: "objects",
  examples: [
    {
      line: "shmem who /frames",
      does: "prints the processes that have it, and how",
    },
    {
      line: "shmem who segment:0x5eed --json",
      does:
        "prints a line of JSON for each process that has the segment attached",
    },
  ],
  run(context) {
    const { output, json } = context;
    const { name, exists, holders, notes } = processesOf(context.one("NAME"));
    if (json) {
      for (const holder of holders) output.json({ name, ...holder });
    } else if (holders.length > 0) {
      output.table(COLUMNS, holders.map(rowOf));
    } else {
      output.note(
        exists
          ? `No process is seen that has ${name}.`
          : `There is no ${name}, and no process is seen that has it still.`,
      );
    }
    for (const note of notes) output.note(note, "quiet");
    return holders.length > 0 ? STATUS.found : STATUS.unhealthy;
  },
};

const COLUMNS: readonly Column[] = [
  { heading: "PID", align: "right" },
  { heading: "USER" },
  { heading: "STATE" },
  { heading: "OPEN" },
  { heading: "MAPPED", align: "right" },
  { heading: "NAME" },
  { heading: "COMMAND", mayShrink: true },
];

function rowOf(holder: Holder): Cell[] {
  const { pid, user, descriptors, deleted, commandLine } = holder;
  return [
    { text: String(pid), tone: "strong" },
    user,
    processState(holder),
    descriptors.map(({ fd, access }) => `${fd} ${ACCESS[access]}`).join(", "),
    mapped(holder),
    deleted ? { text: "removed", tone: "warning" } : "there",
    commandLine,
  ];
}

const ACCESS = { "read": "r", "write": "w", "read-write": "rw" } as const;

function mapped({ mappings }: Holder): string {
  if (mappings.length === 0) return "";
  const bytes = mappings.reduce((sum, { length }) => sum + length, 0);
  const times = plural(mappings.length, "time");
  const isWritten = mappings.some(({ access }) => access === "read-write");
  const copies = mappings.every((each) => each.private) ? ", copied" : "";
  return `${showSize(bytes)}, ${isWritten ? "rw" : "r"}${copies}, ${times}`;
}

/** The state of a process, in words (`proc_pid_stat(5)`). */
export function processState({ state }: { readonly state: string }): Cell {
  switch (state) {
    case "R":
      return { text: "runs", tone: "good" };
    case "T":
    case "t":
      return { text: "stopped", tone: "bad" };
    case "Z":
    case "X":
      return { text: "dead", tone: "bad" };
    case "D":
      return "waits";
    default:
      return "sleeps";
  }
}

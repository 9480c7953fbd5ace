import { type Command, STATUS, UsageError } from "../../command.ts";
import type { Context } from "../../context.ts";
import {
  addressText,
  describe,
  type Description,
  type Holder,
  listObjects,
  parseAddress,
  processesOf,
  type ProcessScan,
  scanProcesses,
} from "../../inspect/mod.ts";
import { confirm } from "../../terminal/confirm.ts";
import { plural, showSize } from "../../terminal/units.ts";
import { removeObject, removeUnlessUsed } from "./removal.ts";

/** Something to remove, and who would be hurt. */
interface Candidate {
  readonly entry: Description;
  readonly holders: readonly Holder[];
}

/** Removes names. */
export const rm: Command = {
  name: "rm",
  summary: "Remove objects, after telling who still has them",
  usage: "rm NAME… [--yes]   or   rm --stale [PATTERN] [--yes]",
  details:
    `It tells who has each object and asks, unless --yes is given; without a terminal to
ask at it removes nothing. Processes that have an object keep it: they go on without a
name for others to find it by. System V sets and queues fail at once for all who wait.

--stale takes what the kernel says nobody has: no process that can be seen has it open
or mapped, and nobody holds a lock on it, as every handle of this library does. Objects
of other programs are taken only when all processes could be looked into. An object
that somebody opens meanwhile is left alone.`,
  options: {
    yes: { type: "boolean", short: "y", help: "do not ask" },
    stale: { type: "boolean", help: "what nobody has, instead of names" },
    "dry-run": { type: "boolean", short: "n", help: "only tell what would go" },
  },
  completes: "objects",
  examples: [
    {
      line: "shmem rm /frames",
      does: "tells who has it, asks, and removes the name",
    },
    {
      line: "shmem rm --stale '/frames*' --yes",
      does: "removes what crashed programs have left of these names",
    },
  ],
  async run(context) {
    const { output, positionals, json } = context;
    const isStale = context.flag("stale");
    if (!isStale && positionals.length === 0) {
      throw new UsageError("NAME is missing");
    }
    const scan = scanProcesses();
    const candidates = isStale
      ? staleOnes(context, scan)
      : positionals.map((name) => candidate(name, scan));
    if (candidates.length === 0) {
      output.note("Nothing is stale.");
      return STATUS.unhealthy;
    }
    if (!json) { for (const each of candidates) tell(context, each); }
    if (context.flag("dry-run")) {
      if (json) { for (const { entry } of candidates) output.json(entry); }
      return STATUS.found;
    }
    if (!context.flag("yes")) {
      const what = plural(candidates.length, "object");
      const yes = await confirm(
        output,
        `Remove ${what}?`,
        context.signal,
      );
      if (!yes) {
        output.note("Nothing was removed; --yes removes without asking.");
        return STATUS.unhealthy;
      }
    }
    return removeAll(context, candidates, isStale);
  },
};

function staleOnes(context: Context, scan: ProcessScan): Candidate[] {
  const pattern = context.positionals.length === 0
    ? undefined
    : context.one("PATTERN");
  const { entries, notes } = listObjects({
    ...(pattern === undefined ? {} : { pattern }),
    scan,
  });
  for (const note of notes) context.output.note(note, "quiet");
  return entries
    .filter(({ stale }) => stale === true)
    .map(({ name }) => ({
      entry: describe(name, { scan, records: false }),
      holders: [],
    }));
}

function candidate(name: string, scan: ProcessScan): Candidate {
  const { space } = parseAddress(name);
  if (space === "file") {
    throw new UsageError(
      `${name} is a file: rm(1) removes it; look who has it with shmem who`,
    );
  }
  const entry = describe(name, { scan, records: false });
  if (entry.kind === "aeron" || entry.kind === "other") {
    throw new UsageError(
      `${addressText(parseAddress(name))} is no object, but ${
        entry.kind === "aeron"
          ? "a directory of Aeron's driver"
          : "something else"
      }, which rm does not remove`,
    );
  }
  return { entry, holders: processesOf(name, scan).holders };
}

/** Says what goes, and who would be hurt. */
function tell(
  { output }: Context,
  { entry, holders }: Candidate,
): void {
  const { name, kind, inUse } = entry;
  const loss = lossOf(entry);
  if (loss !== undefined) output.note(`${name}: ${loss}`, "warning");
  if (holders.length === 0) {
    output.note(
      inUse === true
        ? `${name} (${kind}): in use by processes that are not seen from here`
        : `${name} (${kind}): nobody is seen that has it`,
      inUse === true ? "warning" : undefined,
    );
    return;
  }
  const have = holders.length === 1
    ? "1 process still has it, and goes"
    : `${holders.length} processes still have it, and go`;
  output.note(`${name} (${kind}): ${have} on without its name:`, "warning");
  for (const { pid, user, commandLine } of holders) {
    output.note(`  ${pid}  ${user}  ${commandLine}`);
  }
}

/** What would be lost that somebody may still want. */
function lossOf({ workQueue, ring }: Description): string | undefined {
  if (workQueue !== undefined) {
    const { waiting, delayed, taken, failed } = workQueue;
    const jobs = waiting + delayed + taken + failed;
    return jobs === 0
      ? undefined
      : `${plural(jobs, "job")} in it would be lost`;
  }
  const fill = ring?.fill ?? 0;
  return fill === 0
    ? undefined
    : `${showSize(fill)} that nobody has received would be lost`;
}

function removeAll(
  { output, json }: Context,
  candidates: readonly Candidate[],
  isStale: boolean,
): number {
  let status: number = STATUS.found;
  for (const { entry: { name } } of candidates) {
    try {
      const address = parseAddress(name);
      const removed = isStale ? removeUnlessUsed(address) : true;
      if (!isStale) removeObject(address);
      if (json) output.json({ name, removed });
      else if (removed) output.note(`removed ${name}`, "good");
      else output.note(`left ${name}: somebody has opened it meanwhile`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      status = STATUS.unhealthy;
      if (json) output.json({ name, removed: false, error: error.message });
      else output.note(`shmem: ${error.message}`, "bad");
    }
  }
  return status;
}

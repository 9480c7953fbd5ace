/**
 * Objects and processes as the page shows them, made from what the commands tell.
 *
 * @module
 */

import type {
  Description,
  Entry,
  Holder,
  Holders,
  Participant,
  Rates,
} from "../../inspect/mod.ts";
import { isZombie, processInfo } from "../../inspect/processes/process_info.ts";
import { showMode } from "../../terminal/units.ts";
import { measuresOf } from "./measures.ts";
import type {
  Hold,
  ObjectView,
  ParticipantView,
  ProcessView,
} from "./picture.ts";

/** What is known of an object. */
export interface Known {
  readonly entry: Entry;
  /** Absent when it went between two looks. */
  readonly description: Description | undefined;
  readonly rates: Rates | undefined;
  readonly holders: Holders | undefined;
}

/** Makes the view of an object. */
export function objectView(known: Known): ObjectView {
  const { entry, description, rates } = known;
  const { name, kind, label, size, used, owner, mode, stale, creator } = entry;
  const participants = participantsOf(known);
  return {
    address: name,
    kind,
    label: label ?? "",
    size: size ?? 0,
    stale: stale === true,
    ...(used === null ? {} : { used }),
    ...(owner === null ? {} : { owner }),
    ...(mode === null ? {} : { mode: showMode(mode) }),
    ...(creator === null ? {} : { creator: creator.pid }),
    ...(description === undefined ? {} : positionsOf(description)),
    findings: description?.findings ?? [],
    measures: measuresOf(description, rates),
    participants,
    holders: holdersOf(known.holders?.holders ?? [], participants),
  };
}

function positionsOf({ ring, broadcast }: Description) {
  if (ring !== undefined) {
    const { capacity, head, tail, fill } = ring;
    // Positions that make no sense are told of, and not drawn.
    return fill === null ? { capacity } : { capacity, head, tail, fill };
  }
  if (broadcast !== undefined) {
    const { capacity, tail, intent } = broadcast;
    const isSound = tail >= 0 && intent >= tail && intent - tail <= capacity;
    if (!isSound) return { capacity };
    return { capacity, tail, head: Math.max(0, intent - capacity) };
  }
  return {};
}

function participantsOf(
  { description, holders }: Known,
): ParticipantView[] {
  const { ring, broadcast } = description ?? {};
  if (ring !== undefined) {
    return [
      ...participant("receiver", ring.receiver, ring.fill),
      ...ring.senders.flatMap((sender) => participant("sender", sender, null)),
    ];
  }
  if (broadcast === undefined) return [];
  const publisher = broadcast.publisher.pid;
  // Subscribers write nothing; they are those that have it mapped.
  const subscribers = (holders?.holders ?? [])
    .filter(({ pid, mappings }) => pid !== publisher && mappings.length > 0)
    .map(({ pid, state }): ParticipantView => ({
      role: "subscriber",
      pid,
      state: isStopped(state) ? "stopped" : "open",
    }));
  return [
    ...participant("publisher", broadcast.publisher, null),
    ...subscribers,
  ];
}

function participant(
  role: ParticipantView["role"],
  { pid, state, processState }: Participant,
  lag: number | null,
): ParticipantView[] {
  if (state === "never") return [];
  return [{
    role,
    pid,
    state: state === "open" && isStopped(processState) ? "stopped" : state,
    ...(lag === null ? {} : { lag }),
  }];
}

function isStopped(processState: string | null): boolean {
  return processState === "T" || processState === "t";
}

function holdersOf(
  holders: readonly Holder[],
  participants: readonly ParticipantView[],
): Record<string, Hold> {
  const found: Record<string, Hold> = {};
  for (const { pid, mappings } of holders) {
    if (found[pid] === "mapped") continue;
    found[pid] = mappings.length > 0 ? "mapped" : "open";
  }
  for (const { pid, state } of participants) {
    // The list of processes is older than this.
    if (pid > 0 && state === "died" && isGone(pid)) found[pid] = "died";
  }
  return found;
}

function isGone(pid: number): boolean {
  const info = processInfo(pid);
  return info === undefined || isZombie(info);
}

const NOBODY: ProcessView = {
  name: "",
  commandLine: "",
  alive: false,
  stopped: false,
};

/** Makes the views of the processes that have any of some objects. */
export function processViews(
  all: readonly Known[],
  objects: Iterable<ObjectView>,
): Record<string, ProcessView> {
  const views: Record<string, ProcessView> = {};
  for (const { holders } of all) {
    for (const { pid, command, commandLine, state } of holders?.holders ?? []) {
      views[pid] = {
        name: command,
        commandLine,
        alive: state !== "Z" && state !== "X",
        stopped: isStopped(state),
      };
    }
  }
  for (const { holders } of objects) {
    for (const [pid, hold] of Object.entries(holders)) {
      const { name, commandLine } = views[pid] ?? NOBODY;
      if (hold === "died") views[pid] = { ...NOBODY, name, commandLine };
    }
  }
  return views;
}

import { threadText } from "../../inspect/objects/locks.ts";
import type {
  AeronStream,
  Description,
  LockState,
  Participant,
  RingState,
  Sleep,
} from "../../inspect/mod.ts";
import { plural, showAge, showKey, showSize } from "../../terminal/units.ts";
import { printable } from "../../../memory/checks/printable.ts";
import { type InfoLine, partOf } from "./info_lines.ts";

/** What is to be told of the state of each kind. */
export function stateLines(description: Description): InfoLine[] {
  return [
    ...ringLines(description.ring),
    ...broadcastLines(description),
    ...storeLines(description),
    ...layoutLines(description),
    ...systemLines(description),
    ...description.locks.map(lockLine),
  ];
}

function ringLines(ring: RingState | undefined): InfoLine[] {
  if (ring === undefined) return [];
  const { capacity, fill, head, tail, records, heartbeatAt } = ring;
  const lines: InfoLine[] = [
    ["positions", `head ${head}, tail ${tail}, head cache ${ring.headCache}`],
    ["fill", fill === null ? "makes no sense" : partOf(fill, capacity)],
  ];
  if (records !== null) {
    const types = Object.entries(records.types)
      .map(([type, count]) => `${count} of type ${type}`);
    const more = records.more ? " and more" : "";
    lines.push([
      "messages",
      records.messages === 0
        ? "none"
        : `${records.messages}${more}, ${showSize(records.bytes)}: ${
          types.slice(0, 8).join(", ")
        }`,
    ]);
  }
  lines.push(["longest", `${ring.maxMessageLength} bytes a message`]);
  if (ring.producers !== null) {
    lines.push(
      [
        "receiver",
        `${participantText(ring.receiver)}, ${sleepText(ring.receiverSleeps)}`,
      ],
      [
        "senders",
        ring.senders.length === 0
          ? "none"
          : `${ring.senders.map(participantText).join("; ")}; ${
            sleepText(ring.sendersSleep)
          }`,
      ],
    );
  } else if (heartbeatAt !== null) {
    lines.push(["consumer", `last seen ${showAge(heartbeatAt)} ago`]);
  }
  return lines;
}

const SLEEPS: Readonly<Record<Sleep, string>> = {
  awake: "doorbell: nobody sleeps",
  futex: "doorbell: sleeps in futex(2)",
  pipe: "doorbell: sleeps in its event loop",
};

function sleepText(sleep: Sleep): string {
  return SLEEPS[sleep];
}

function participantText({ pid, command, state }: Participant): string {
  if (state === "never") return "never there";
  const who = pid === 0 ? "an unknown process" : `process ${pid}`;
  return `${who}${command === null ? "" : ` (${command})`}: ${state}`;
}

function broadcastLines({ broadcast, kind }: Description): InfoLine[] {
  if (broadcast === undefined) return [];
  const { tail, latest, intent, capacity, messages } = broadcast;
  const lines: InfoLine[] = [
    ["positions", `tail ${tail}, latest ${latest}, intent ${intent}`],
    [
      "capacity",
      `${showSize(capacity)}, ${broadcast.maxMessageLength} bytes a message`,
    ],
  ];
  if (messages !== null) lines.push(["messages", `${messages} so far`]);
  if (kind === "broadcast") {
    lines.push(
      ["publisher", participantText(broadcast.publisher)],
      ["sleepers", `${broadcast.sleepers} since it rang last`],
    );
  }
  return lines;
}

function storeLines(description: Description): InfoLine[] {
  const { latest, workQueue, map, semaphore, aeron, broadcastChannel } =
    description;
  const lines: InfoLine[] = [];
  if (latest !== undefined) {
    const { newest, length, slots, capacity, layout } = latest;
    lines.push(
      [
        "newest",
        newest === 0 ? "none" : `number ${newest}, ${length ?? "?"} bytes`,
      ],
      ["room", `${slots} slots of ${showSize(capacity)}`],
      ["writer", latest.hasWriter ? "there" : "none"],
      ["sleepers", String(latest.sleepers)],
    );
    if (layout !== "") lines.push(["layout", layout]);
  }
  if (workQueue !== undefined) {
    const { jobs, waiting, delayed, taken, failed } = workQueue;
    lines.push(
      [
        "jobs",
        `${waiting} wait, ${delayed} delayed, ${taken} taken, ${failed} failed`,
      ],
      ["room", partOf(waiting + delayed + taken + failed, jobs)],
      ["takers", `${workQueue.takers}, ${workQueue.sleepingTakers} asleep`],
      ["so far", `${plural(workQueue.puts, "job")}`],
    );
  }
  if (broadcastChannel !== undefined) {
    const { capacity, messages, sleepers } = broadcastChannel;
    lines.push(
      ["capacity", showSize(capacity)],
      ["messages", `${messages} so far`],
      ["sleepers", String(sleepers)],
    );
  }
  if (map !== undefined) {
    const { entries, chunks, freeChunks, eviction } = map;
    lines.push(
      ["entries", String(entries)],
      ["room", `${partOf(chunks - freeChunks, chunks)} of 128 bytes`],
      ["eviction", eviction],
    );
  }
  if (semaphore !== undefined) {
    lines.push(["value", String(semaphore.value)]);
    lines.push(["waiters", String(semaphore.waiters)]);
  }
  if (aeron !== undefined) {
    lines.push(
      [
        "driver",
        `process ${aeron.pid}, version ${aeron.version ?? "not ready"}`,
      ],
      [
        "last seen",
        aeron.heartbeatAt === null
          ? "never"
          : `${showAge(aeron.heartbeatAt)} ago`,
      ],
      ...aeron.counters.filter(({ value }) => value !== 0)
        .map(({ id, value, label }): InfoLine => [
          `counter ${id}`,
          `${value} ${printable(label)}`,
        ]),
      ...aeron.streams.map((stream): InfoLine => [
        `stream ${stream.streamId}`,
        showStream(stream),
      ]),
    );
  }
  return lines;
}

function layoutLines({ layout }: Description): InfoLine[] {
  return layout === undefined ? [] : [["layout", layout]];
}

function systemLines(description: Description): InfoLine[] {
  const { segment, set, systemQueue, messageQueue } = description;
  const lines: InfoLine[] = [];
  if (segment !== undefined) {
    const { key, attachments, creatorPid, lastPid, removed } = segment;
    lines.push(
      ["key", showKey(key)],
      ["attached", plural(attachments, "time")],
      ["processes", `created by ${creatorPid}, last used by ${lastPid}`],
    );
    if (removed) lines.push(["removed", "goes with the last detach"]);
  }
  if (set !== undefined) {
    lines.push(["key", showKey(set.key)]);
    for (const [index, each] of (set.semaphores ?? []).entries()) {
      lines.push([
        `semaphore ${index}`,
        `${each.value}, last changed by ${each.lastPid}; ${each.waitingForMore} wait for more, ${each.waitingForZero} for 0`,
      ]);
    }
    if (set.semaphores === null) lines.push(["values", "may not be read"]);
  }
  if (systemQueue !== undefined) {
    const { key, messages, bytes, maxBytes } = systemQueue;
    lines.push(
      ["key", showKey(key)],
      ["messages", `${messages}, ${partOf(bytes, maxBytes)} bytes`],
      [
        "processes",
        `last sent by ${systemQueue.lastSendPid}, last received by ${systemQueue.lastReceivePid}`,
      ],
    );
  }
  const status = messageQueue?.status;
  if (status) {
    lines.push([
      "messages",
      `${
        partOf(status.messages, status.maxMessages)
      }, ${status.maxMessageLength} bytes each`,
    ]);
  }
  return lines;
}

function lockLine(lock: LockState): InfoLine {
  const { name, byteOffset, state, detail, owner, recursive } = lock;
  const at = name.endsWith(`at ${byteOffset}`) ? "" : ` (byte ${byteOffset})`;
  const who = detail !== null
    ? `, ${detail}`
    : owner === 0
    ? ""
    : ` by ${threadText(lock)}`;
  const waits = lock.waiters > 0 && detail === null
    ? `, ${lock.waiters} wait asynchronously`
    : lock.contended
    ? ", others wait"
    : "";
  const kind = recursive ? "recursive, " : "";
  return ["lock", `${name}${at}: ${kind}${state}${who}${waits}`];
}

/** Positions of a stream of Aeron, as far as this host has them. */
function showStream(stream: AeronStream): string {
  const parts = [
    `${printable(stream.channel)}, session ${stream.sessionId}`,
    at("published", stream.publisherPosition),
    at("sent", stream.senderPosition),
    at("received", stream.receiverPosition),
    ...stream.subscriberPositions
      .map((position) => at("subscriber at", position)),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function at(what: string, position: number | null): string {
  return position === null ? "" : `${what} ${position}`;
}

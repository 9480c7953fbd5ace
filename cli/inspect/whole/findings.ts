/**
 * What the state of an object means, in sentences: who is there, who is not, and
 * where it is full.
 *
 * @module
 */

import { showAge } from "../../terminal/units.ts";
import type { AeronState } from "../objects/aeron.ts";
import type { BroadcastState } from "../objects/broadcast.ts";
import { type LockState, threadText } from "../objects/locks.ts";
import type { Description, Finding } from "../types.ts";
import { channelFindings } from "./channel_findings.ts";
import {
  latestFindings,
  mapFindings,
  semaphoreFindings,
  workQueueFindings,
} from "./store_findings.ts";

/** A driver that is well is seen each second; clients give up after this time. */
const DRIVER_TIMEOUT_MS = 10_000;

/** What is to be said of an object; nothing when there is nothing. */
export function findingsOf(description: Description): Finding[] {
  const { kind, ring, broadcast, latest, workQueue, map } = description;
  const { semaphore, aeron, locks, stale } = description;
  const findings = [
    ...(ring === undefined ? [] : channelFindings(ring, kind)),
    ...(broadcast === undefined || kind !== "broadcast"
      ? []
      : broadcastFindings(broadcast)),
    ...(latest === undefined ? [] : latestFindings(latest)),
    ...(workQueue === undefined ? [] : workQueueFindings(workQueue)),
    ...(map === undefined ? [] : mapFindings(map)),
    ...(semaphore === undefined ? [] : semaphoreFindings(semaphore)),
    ...(aeron === undefined ? [] : aeronFindings(aeron)),
    ...locks.flatMap(lockFindings),
  ];
  if (stale === true) {
    findings.push({
      tone: "warning",
      text: "it is stale: no process has it open",
    });
  }
  return findings;
}

function broadcastFindings({ publisher }: BroadcastState): Finding[] {
  const { state, pid, processState } = publisher;
  switch (state) {
    case "never":
      return [{ tone: "warning", text: "nobody has published yet" }];
    case "died":
      return [{
        tone: "bad",
        text: `the publisher (process ${pid}) has died`,
      }];
    case "closed":
    case "aborted":
      return [{
        tone: "warning",
        text: "the publisher has closed it: no further message will come",
      }];
  }
  if (processState === "T" || processState === "t") {
    return [{
      tone: "bad",
      text:
        `the publisher (process ${pid}) is stopped (SIGSTOP, or a debugger)`,
    }];
  }
  return [];
}

function aeronFindings({ pid, heartbeatAt }: AeronState): Finding[] {
  if (heartbeatAt === null) {
    return [{
      tone: "bad",
      text: "the driver is not there: it has ended, or is starting",
    }];
  }
  if (Date.now() - heartbeatAt.getTime() <= DRIVER_TIMEOUT_MS) return [];
  return [{
    tone: "bad",
    text: `the driver (process ${pid}) was last seen ${
      showAge(heartbeatAt)
    } ago: it has died, or hangs`,
  }];
}

function lockFindings(lock: LockState): Finding[] {
  const { kind, state, detail, contended } = lock;
  // Those of stores are called by what they protect.
  const name = kind === "mutex" && !lock.name.startsWith("mutex")
    ? `the lock of ${lock.name}`
    : `the ${lock.name}`;
  switch (state) {
    case "held": {
      const how = detail ?? `held by ${threadText(lock)}`;
      const waits = contended ? ", and others wait for it" : "";
      return [{ tone: "warning", text: `${name} is ${how}${waits}` }];
    }
    case "waited-for":
      return [{ tone: "warning", text: `${name} has ${detail ?? "waiters"}` }];
    case "owner-died":
      return [{
        tone: "warning",
        text:
          `${name} was held by a thread that died; the next one repairs what it protects`,
      }];
    case "not-recoverable":
      return [{
        tone: "bad",
        text:
          `${name} cannot be taken any more: nobody repaired what it protects`,
      }];
    default:
      return [];
  }
}

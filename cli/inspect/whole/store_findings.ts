/**
 * What the states of stores and semaphores mean, in sentences.
 *
 * @module
 */

import { plural } from "../../terminal/units.ts";
import type { SemaphoreState } from "../objects/semaphore.ts";
import type { LatestState } from "../objects/stores/latest.ts";
import type { MapState } from "../objects/stores/map.ts";
import type { WorkQueueState } from "../objects/stores/work_queue.ts";
import type { Finding } from "../types.ts";

/** What is to be said of a newest value. */
export function latestFindings({ hasWriter, newest }: LatestState): Finding[] {
  const findings: Finding[] = [];
  if (!hasWriter) {
    findings.push({ tone: "warning", text: "nobody writes it now" });
  }
  if (newest === 0) {
    findings.push({ tone: "warning", text: "it has no value yet" });
  }
  return findings;
}

/** What is to be said of a work queue. */
export function workQueueFindings(queue: WorkQueueState): Finding[] {
  const { jobs, waiting, delayed, taken, failed, takers, takenJobs } = queue;
  const findings: Finding[] = [];
  if (waiting + delayed + taken + failed >= jobs) {
    findings.push({
      tone: "bad",
      text: `it is full: all ${jobs} places are taken`,
    });
  }
  if (waiting > 0 && takers === 0) {
    findings.push({
      tone: "bad",
      text: `nobody takes any of the ${plural(waiting, "job")} that wait`,
    });
  }
  if (failed > 0) {
    findings.push({
      tone: "warning",
      text: `failed for good: ${plural(failed, "job")}`,
    });
  }
  const lost = takenJobs.filter(({ takerLives }) => !takerLives).length;
  if (lost > 0) {
    findings.push({
      tone: "warning",
      text: `taken by handles that died or were closed: ${
        plural(lost, "job")
      }; the next taker gets them`,
    });
  }
  return findings;
}

/** What is to be said of a map. */
export function mapFindings({ freeChunks, eviction }: MapState): Finding[] {
  if (freeChunks > 0) return [];
  return eviction === "lru"
    ? [{
      tone: "warning",
      text: "it is full: what was not used for longest makes room",
    }]
    : [{ tone: "bad", text: "it is full: setting fails" }];
}

/** What is to be said of a semaphore. */
export function semaphoreFindings(semaphore: SemaphoreState): Finding[] {
  const { value, waiters } = semaphore;
  if (value > 0) return [];
  return waiters > 0
    ? [{
      tone: "warning",
      text: `it is 0, and ${waiters} say that they wait`,
    }]
    : [{ tone: "good", text: "it is 0: the next one waits" }];
}

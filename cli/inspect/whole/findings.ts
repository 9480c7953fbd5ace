/**
 * What the state of an object means, in sentences: who is there, who is not, and
 * where it is full.
 *
 * @module
 */

import { threadText } from "../objects/locks.ts";
import type { Description, Finding } from "../types.ts";
import { channelFindings } from "./channel_findings.ts";

/** What is to be said of an object; nothing when there is nothing. */
export function findingsOf(description: Description): Finding[] {
  const findings: Finding[] = [];
  const add = (tone: Finding["tone"], text: string) =>
    findings.push({ tone, text });
  const { ring, broadcast, latest, workQueue, map, semaphore, locks } =
    description;
  if (ring !== undefined) {
    findings.push(...channelFindings(ring, description.kind));
  }
  if (broadcast !== undefined && description.kind === "broadcast") {
    const { publisher } = broadcast;
    if (publisher.state === "never") add("warning", "nobody has published yet");
    if (publisher.state === "died") {
      add("bad", `the publisher (process ${publisher.pid}) has died`);
    }
    if (publisher.state === "closed" || publisher.state === "aborted") {
      add(
        "warning",
        "the publisher has closed it: no further message will come",
      );
    }
    if (publisher.processState === "T") {
      add(
        "bad",
        `the publisher (process ${publisher.pid}) is stopped (SIGSTOP)`,
      );
    }
  }
  if (latest !== undefined) {
    if (!latest.hasWriter) add("warning", "nobody writes it now");
    if (latest.newest === 0) add("warning", "it has no value yet");
  }
  if (workQueue !== undefined) {
    const { jobs, waiting, delayed, taken, failed, takers } = workQueue;
    if (waiting + delayed + taken + failed >= jobs) {
      add("bad", `it is full: all ${jobs} places are taken`);
    }
    if (waiting > 0 && takers === 0) {
      add("bad", `${waiting} jobs wait, and nobody takes any`);
    }
    if (failed > 0) add("warning", `${failed} jobs have failed for good`);
    const lost = workQueue.takenJobs.filter(({ takerLives }) => !takerLives);
    if (lost.length > 0) {
      add(
        "warning",
        `${lost.length} jobs are those of takers that died; the next taker gets them`,
      );
    }
  }
  if (map !== undefined && map.freeChunks === 0) {
    add(
      map.eviction === "lru" ? "warning" : "bad",
      map.eviction === "lru"
        ? "it is full: what was not used for longest makes room"
        : "it is full: setting fails",
    );
  }
  if (semaphore !== undefined && semaphore.value === 0) {
    add(
      semaphore.waiters > 0 ? "warning" : "good",
      semaphore.waiters > 0
        ? `it is 0, and ${semaphore.waiters} say that they wait`
        : "it is 0: the next one waits",
    );
  }
  for (const lock of locks) {
    const { state, detail, contended, kind } = lock;
    const name = kind === "mutex" && !lock.name.startsWith("mutex")
      ? `the lock of ${lock.name}`
      : `the ${lock.name}`;
    if (state === "held") {
      const how = detail ?? `held by ${threadText(lock)}`;
      const waits = contended ? ", and others wait for it" : "";
      add("warning", `${name} is ${how}${waits}`);
    }
    if (state === "waited-for") {
      add("warning", `${name} has ${detail ?? "waiters"}`);
    }
    if (state === "owner-died") {
      add(
        "warning",
        `${name} was held by a thread that died; the next one repairs what it protects`,
      );
    }
    if (state === "not-recoverable") {
      add(
        "bad",
        `${name} cannot be taken any more: nobody repaired what it protects`,
      );
    }
  }
  if (description.stale === true) {
    add("warning", "it is stale: no process has it open");
  }
  return findings;
}

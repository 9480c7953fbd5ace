/**
 * Where all asynchronous waits for descriptors sleep: together, in one call of
 * `poll(2)` on one thread of Deno's pool, which a pipe ends when the set changes.
 *
 * @module
 */

import { type Polled, PollSet, type Readiness } from "../../ffi/pipes/poll.ts";
import { LONGEST_TIMER_MS } from "../../memory/waiting/timers.ts";

/** How a wait is ended but by success. */
export interface PollOptions {
  /** How long at most, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends it with its reason. */
  readonly signal: AbortSignal | undefined;
}

/** One wait. */
interface Waiter {
  /** Tries what it waits for; false to wait on. */
  readonly attempt: () => boolean;
  readonly fail: (error: unknown) => void;
}

/** Who waits for a descriptor, in order. */
interface Line {
  readonly read: Set<Waiter>;
  readonly write: Set<Waiter>;
}

const lines = new Map<number, Line>();
let set: PollSet | undefined;
let state: "idle" | "starting" | "asleep" | "ringing" = "idle";

/**
 * No thread is kept for longer than this at once. That of a worker outlives the
 * worker, so it sleeps for a shorter time.
 */
const LONGEST_SLEEP_MS = "WorkerGlobalScope" in globalThis ? 100 : 1000;

/** Whether someone of this program waits for it already. */
export function isAwaited(fd: number, readiness: Readiness): boolean {
  return (lines.get(fd)?.[readiness].size ?? 0) > 0;
}

/**
 * Waits until something can be done with a descriptor. Those who wait for the same
 * are served in order.
 *
 * @param attempt Does it, if it can be done now; returns undefined to wait on.
 * @returns What it returned, or undefined on timeout. Rejects with what
 * it threw, or with the signal's reason.
 */
export function poll<Result>(
  fd: number,
  readiness: Readiness,
  { timeoutMs, signal }: PollOptions,
  attempt: () => Result | undefined,
): Promise<Result | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<
    Result | undefined
  >();
  const leave = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  };
  const waiter: Waiter = {
    attempt: () => {
      const result = attempt();
      if (result === undefined) return false;
      leave();
      resolve(result);
      return true;
    },
    fail: (error) => {
      leave();
      reject(error);
    },
  };
  const abort = () => {
    if (remove(fd, readiness, waiter)) waiter.fail(signal?.reason);
  };
  const timer = timeoutMs > LONGEST_TIMER_MS ? undefined : setTimeout(() => {
    if (!remove(fd, readiness, waiter)) return;
    leave();
    resolve(undefined);
  }, timeoutMs);
  signal?.addEventListener("abort", abort);
  add(fd, readiness, waiter);
  return promise;
}

/** Ends all waits for a descriptor with an error, before it is closed. */
export function forget(fd: number, error: Error): void {
  const line = lines.get(fd);
  if (line === undefined) return;
  lines.delete(fd);
  for (const { fail } of [...line.read, ...line.write]) fail(error);
  change();
}

function add(fd: number, readiness: Readiness, waiter: Waiter): void {
  let line = lines.get(fd);
  if (line === undefined) {
    line = { read: new Set(), write: new Set() };
    lines.set(fd, line);
  }
  line[readiness].add(waiter);
  // The kernel looks at this descriptor already, unless it is the first.
  if (line[readiness].size === 1) change();
}

function remove(fd: number, readiness: Readiness, waiter: Waiter): boolean {
  const line = lines.get(fd);
  if (line === undefined || !line[readiness].delete(waiter)) return false;
  if (line[readiness].size > 0) return true;
  if (line.read.size + line.write.size === 0) lines.delete(fd);
  change();
  return true;
}

function change(): void {
  if (state === "idle") {
    state = "starting";
    // In a moment: code that starts a hundred waits starts them in one go.
    queueMicrotask(run);
  } else if (state === "asleep") {
    state = "ringing";
    set?.ring();
  }
}

async function run(): Promise<void> {
  try {
    while (lines.size > 0) {
      set ??= new PollSet();
      const polled: Polled[] = [...lines].map(([fd, { read, write }]) => ({
        fd,
        read: read.size > 0,
        write: write.size > 0,
      }));
      const waited = [...lines.values()];
      state = "asleep";
      const ready = await set.sleep(polled, LONGEST_SLEEP_MS);
      state = "starting";
      polled.forEach(({ fd }, index) => {
        // A number that was closed meanwhile may belong to another file by now.
        const line = lines.get(fd);
        if (line === undefined || line !== waited[index]) return;
        if (ready[index]?.read) serve(fd, line, "read");
        if (ready[index]?.write) serve(fd, line, "write");
      });
    }
  } catch (error) {
    for (const { read, write } of lines.values()) {
      for (const { fail } of [...read, ...write]) fail(error);
    }
    lines.clear();
  } finally {
    set?.close();
    set = undefined;
    state = "idle";
  }
}

/** Serves those who wait for a descriptor, until there is nothing left for them. */
function serve(fd: number, line: Line, readiness: Readiness): void {
  const waiters = line[readiness];
  for (const waiter of waiters) {
    try {
      if (!waiter.attempt()) return;
    } catch (error) {
      waiter.fail(error);
    }
    waiters.delete(waiter);
  }
  const done = line.read.size + line.write.size === 0;
  if (done && lines.get(fd) === line) lines.delete(fd);
}

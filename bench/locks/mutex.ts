/**
 * What do a free mutex and a free semaphore cost?
 *
 * @module
 */

import { SharedMemory } from "../../mod.ts";
import { Mutex, Semaphore } from "../../sync/mod.ts";
import { Peer } from "../peer.ts";
import type { Line, Report } from "../report.ts";
import { takeTurns, timeOf } from "../rounds.ts";

// Short rounds, many of which nothing interrupts, on either side.
const ROUNDS = 101;
const COUNT = 10_000;
/** Rounds until the compiler has finished with both loops. */
const WARM_UP = 20;

/** What `using` costs with nothing to dispose of. */
class Empty implements Disposable {
  [Symbol.dispose]() {}
}

/** One thing that is done often, in a loop of its own as in a program. */
interface Way {
  readonly what: string;
  readonly peer: "mutex" | "semaphore";
  readonly goal?: Line["goal"];
  readonly repeat: () => void;
}

function waysOf(bytes: Uint8Array<ArrayBuffer>): readonly Way[] {
  const mutex = Mutex.create(bytes);
  const semaphore = Semaphore.createAt(bytes, 64);
  const words = new Int32Array(bytes.buffer, 128, 2);
  return [
    {
      what: "tryLock() and unlock()",
      peer: "mutex",
      goal: { atMost: 1.6 },
      repeat: () => {
        for (let time = 0; time < COUNT; time++) mutex.tryLock()!.unlock();
      },
    },
    {
      // No lock can do with less: one call to take it, one to release it.
      what: "the two calls of Atomics alone",
      peer: "mutex",
      repeat: () => {
        for (let time = 0; time < COUNT; time++) {
          Atomics.compareExchange(words, 0, 0, 1);
          Atomics.exchange(words, 0, 0);
        }
      },
    },
    {
      what: "tryLock(), try, finally unlock()",
      peer: "mutex",
      repeat: () => {
        for (let time = 0; time < COUNT; time++) {
          const guard = mutex.tryLock()!;
          try {
            words[1] = time;
          } finally {
            guard.unlock();
          }
        }
      },
    },
    {
      what: "using guard = tryLock()",
      peer: "mutex",
      goal: { atMost: 6 },
      repeat: () => {
        for (let time = 0; time < COUNT; time++) {
          using _guard = mutex.tryLock();
        }
      },
    },
    {
      what: "using an empty disposable",
      peer: "mutex",
      repeat: () => {
        for (let time = 0; time < COUNT; time++) {
          using _empty = new Empty();
        }
      },
    },
    {
      what: "semaphore: post() and tryWait()",
      peer: "semaphore",
      goal: { atMost: 2 },
      repeat: () => {
        for (let time = 0; time < COUNT; time++) {
          semaphore.post();
          semaphore.tryWait();
        }
      },
    },
    {
      // A counter in shared memory cannot do with less either.
      what: "semaphore: the two calls of Atomics alone",
      peer: "semaphore",
      repeat: () => {
        for (let time = 0; time < COUNT; time++) {
          Atomics.compareExchange(words, 0, 0, 1);
          Atomics.compareExchange(words, 0, 1, 0);
        }
      },
    },
  ];
}

/** Runs the benchmark. */
export async function mutex(): Promise<Report> {
  await using mutexPeer = await Peer.start("bench/peers/locks/mutex.c");
  await using semaphorePeer = await Peer.start("bench/peers/locks/semaphore.c");
  const peers = { mutex: mutexPeer, semaphore: semaphorePeer };
  using memory = SharedMemory.anonymous({ size: 4096 });
  using mapping = memory.map();
  const ways = waysOf(mapping.bytes);
  for (const { repeat } of ways) {
    for (let round = 0; round < WARM_UP; round++) repeat();
  }
  const lines: Line[] = [];
  for (const { what, peer, goal, repeat } of ways) {
    const times = await takeTurns(
      ROUNDS,
      () => timeOf(repeat),
      () => peers[peer].time(String(COUNT)),
    );
    const line = {
      what,
      ours: showTime(times.ours),
      peer: showTime(times.peer),
      ratio: times.ours / times.peer,
    };
    lines.push(goal === undefined ? line : { ...line, goal });
  }
  return {
    question: "Take and release a free mutex, and a free semaphore",
    peer: "C",
    ratio: "time / C",
    lines,
  };
}

function showTime(nanoseconds: number): string {
  return `${(nanoseconds / COUNT).toFixed(1)} ns`;
}

/**
 * The work queue: each job is taken by one at a time and done once; that of one
 * that died is given to another; who waits for a job or for room is woken.
 *
 * @module
 */

import { WorkQueue } from "../../../../store/work_queue/work_queue.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import type { Edit, Participant, World } from "../../machine/world.ts";

const NAME = "/jobs";

function open(): WorkQueue {
  useSafetyNets(false);
  return WorkQueue.open(NAME);
}

const put = (...jobs: number[]) => async () => {
  const queue = open();
  for (const job of jobs) await queue.put(new Uint8Array([job]));
};

/** Takes jobs and does them, so many. */
const work = (count: number) => async (self: Participant) => {
  const queue = open();
  for (let i = 0; i < count; i++) {
    const job = await queue.take();
    self.enter(`job ${job.bytes[0]}`);
    self.leave(`job ${job.bytes[0]}`);
    self.note(job.bytes[0]);
    job.done();
  }
};

export const FEW_TAKERS: readonly Edit[] = [{
  file: "store/work_queue/queue_layout.ts",
  find: "TAKERS = 1000;",
  replace: "TAKERS = 3;",
}];

function worldOf(
  jobs: number,
  participants: World["participants"],
  expected: string,
): World {
  return {
    byteLength: 576,
    setup: () => WorkQueue.create(NAME, { jobs, byteLength: 4 }).close(),
    constants: FEW_TAKERS,
    participants,
    check: ({ notes }) => {
      const done = Object.values(notes).flat().toSorted().join();
      if (done !== expected) throw new Error(`done ${done}`);
    },
  };
}

/** Room for one job only: the one that puts waits, too. */
export const queueOfOne: World = worldOf(1, {
  putter: put(1, 2),
  taker: work(2),
}, "1,2");

/** Two take, each one job. */
export const queueOfTwoTakers: World = worldOf(2, {
  putter: put(1, 2),
  first: work(1),
  second: work(1),
}, "1,2");

/** Says that all were put. */
const FLAG = 127;

/** One dies with a job or without: another does what is left. */
export const queueTakenOver: World = {
  ...worldOf(2, {
    async putter(self) {
      await put(1, 2)();
      Atomics.store(new Int32Array(self.memory.buffer), FLAG, 1);
    },
    first: work(1),
    async second(self) {
      const queue = open();
      while (self.notes.length < 2) {
        try {
          const job = await queue.take({ timeoutMs: 300 });
          self.note(job.bytes[0]);
          job.done();
        } catch (error) {
          if (!(error instanceof Deno.errors.TimedOut)) throw error;
          const { waiting, taken } = queue.status();
          const flags = new Int32Array(self.memory.buffer);
          if (waiting + taken === 0 && Atomics.load(flags, FLAG) === 1) return;
        }
      }
    },
  }, "1,2"),
  mortal: ["first"],
  nets: true,
  // The other one may do the last job while it waits for one.
  daemons: ["second"],
  check: ({ notes, dead }) => {
    const done = Object.values(notes).flat().toSorted();
    const isRight = dead.size === 0
      ? done.join() === "1,2"
      : new Set(done).size === 2 && done.length <= 3;
    if (!isRight) throw new Error(`done ${done}`);
  },
};

/** The one that puts dies in the middle: what is there is a job, or nothing. */
export const queuePutterDies: World = {
  ...worldOf(2, {
    putter: put(1, 2),
    async taker(self) {
      const queue = open();
      while (self.notes.length < 2) {
        const isDead = self.isDead("putter");
        const job = queue.tryTake();
        if (job === null && isDead) break;
        if (job === null) self.pause();
        else self.note(job.bytes[0]);
        job?.done();
      }
      // All room is there again.
      await queue.put(new Uint8Array(1));
      await queue.put(new Uint8Array(1));
    },
  }, "1,2"),
  mortal: ["putter"],
  check: ({ notes, dead }) => {
    const done = notes.taker!.join();
    const expected = dead.size === 0 ? ["1,2"] : ["", "1", "1,2"];
    if (!expected.includes(done)) throw new Error(`done ${done}`);
  },
};

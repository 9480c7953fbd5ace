/**
 * The mutex beside C programs that take it with glibc, and one that nobody can
 * repair.
 *
 * @module
 */

import { Mutex } from "../../../../sync/locks/mutex/mutex.ts";
import {
  NOT_RECOVERABLE,
  OWNER,
} from "../../../../sync/locks/mutex/mutex_layout.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import { mapped } from "../../machine/mapped.ts";
import type { Participant, World } from "../../machine/world.ts";
import { GlibcMutex } from "./glibc_mutex.ts";

const PLACE = "the mutex";

const make = () => void Mutex.create(mapped().bytes);

/** Takes it so often, with this library. */
const use = (times: number) => (self: Participant) => {
  useSafetyNets(false);
  const mutex = Mutex.open(mapped().bytes);
  for (let i = 0; i < times; i++) {
    const guard = mutex.lock();
    self.enter(PLACE);
    self.leave(PLACE);
    guard.unlock();
  }
};

/** Takes it so often, with glibc. */
const useInC = (times: number) => (self: Participant) => {
  const mutex = new GlibcMutex();
  for (let i = 0; i < times; i++) {
    const result = mutex.lock();
    self.note(result);
    if (result === "owner died") mutex.repair();
    self.enter(PLACE);
    self.leave(PLACE);
    mutex.unlock();
  }
};

/** Two of this library, and a C program. */
export const mutexBesideC: World = {
  byteLength: 64,
  setup: make,
  participants: { first: use(1), second: use(1), program: useInC(1) },
  spurious: 1,
};

/** One of this library that may die, and a C program that is told. */
export const mutexLeftToC: World = {
  byteLength: 64,
  setup: make,
  participants: { first: use(2), program: useInC(2) },
  mortal: ["first"],
  check: ({ notes, dead }) => {
    const told = notes.program!.includes("owner died");
    if (told && dead.size === 0) throw new Error("nobody died");
  },
};

/** A C program leaves it as one that nobody can repair: all are told, nobody waits. */
export const mutexUnrecoverable: World = {
  byteLength: 64,
  setup: () => {
    make();
    new Int32Array(mapped().bytes.buffer)[OWNER] = NOT_RECOVERABLE;
  },
  participants: {
    first: (self) => {
      useSafetyNets(false);
      try {
        Mutex.open(mapped().bytes).lock();
      } catch (error) {
        self.note(error instanceof Error && "code" in error && error.code);
      }
    },
    second: (self) => self.note(new GlibcMutex().lock()),
    third: (self) => self.note(new GlibcMutex().lock()),
  },
  check: ({ notes: { first, second, third } }) => {
    const told = [first, second, third].join();
    if (told !== "ENOTRECOVERABLE,not recoverable,not recoverable") {
      throw new Error(`they were told ${told}`);
    }
  },
};

/**
 * The jobs of the demo, and what each process does with the bytes that it gets,
 * whatever way they come.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** A job by name. */
export type JobName = "frames" | "look-ups" | "once";

/** One job: which bytes, to how many processes, how often. */
export interface Job {
  readonly name: JobName;
  /** What it is, for the table. */
  readonly title: string;
  /** How many processes work. */
  readonly processes: number;
  /** How often all bytes of the job are gone through. */
  readonly rounds: number;
  /** How many bytes one round has; `undefined` for the whole file. */
  readonly byteLength?: number;
  /** Whether each process gets all bytes, or a part of its own. */
  readonly share: "all" | "part";
}

/** One frame: 1280 times 720 pixels of 4 bytes. */
export const FRAME_LENGTH = 1280 * 720 * 4;

/** How often a process looks something up in a round. */
const LOOK_UPS = 10_000;

/** What is read, written or hashed at a time, in bytes. */
export const WINDOW_LENGTH = 256 * 1024;

/** The jobs, the clearest win first and the honest loss last. */
export const JOBS: readonly Job[] = [
  {
    name: "frames",
    title: "60 frames of 3.7 MB, each to 3 viewers",
    processes: 3,
    rounds: 60,
    byteLength: FRAME_LENGTH,
    share: "all",
  },
  {
    name: "look-ups",
    title: "10,000 look-ups in the file, 5 times in 4 processes",
    processes: 4,
    rounds: 5,
    share: "all",
  },
  {
    name: "once",
    title: "4 processes hash a quarter each, once",
    processes: 4,
    rounds: 1,
    share: "part",
  },
];

/** How many bytes one round of a job has: a small file gives small frames. */
export function lengthOf({ byteLength }: Job, fileSize: number): number {
  return Math.min(byteLength ?? fileSize, fileSize);
}

/** Goes through the bytes of one round, as they arrive. */
export interface Work {
  /** Takes the next bytes. */
  take(bytes: Uint8Array<ArrayBuffer>): void;
  /** Returns the result of the round, and starts over. */
  end(): string;
}

/** What a process does in a job, with a number of bytes in each round. */
export function workOf(name: JobName, byteLength: number): Work {
  switch (name) {
    case "frames":
      return new Brightness();
    case "look-ups":
      return new LookUp(byteLength);
    case "once":
      return new Hash();
  }
}

/** A viewer that looks at one pixel of each 4 KiB. */
class Brightness implements Work {
  #sum = 0;
  #position = 0;

  take(bytes: Uint8Array<ArrayBuffer>): void {
    const step = 4096;
    const first = (step - this.#position % step) % step;
    for (let i = first; i < bytes.length; i += step) {
      this.#sum += bytes[i] ?? 0;
    }
    this.#position += bytes.length;
  }

  end(): string {
    const sum = this.#sum;
    this.#sum = 0;
    this.#position = 0;
    return String(sum);
  }
}

/** Looks up bytes at random places of a table, at other ones in each round. */
class LookUp implements Work {
  readonly #byteLength: number;
  readonly #places = new Uint32Array(LOOK_UPS);
  #round = 0;
  #sum = 0;
  #position = 0;
  #next = 0;

  /** Takes the size of the table in bytes. */
  constructor(byteLength: number) {
    this.#byteLength = byteLength;
    this.#choose();
  }

  take(bytes: Uint8Array<ArrayBuffer>): void {
    const end = this.#position + bytes.length;
    for (; this.#next < LOOK_UPS; this.#next++) {
      const place = this.#places[this.#next] ?? end;
      if (place >= end) break;
      this.#sum += bytes[place - this.#position] ?? 0;
    }
    this.#position = end;
  }

  end(): string {
    const sum = this.#sum;
    this.#round++;
    this.#sum = 0;
    this.#position = 0;
    this.#next = 0;
    this.#choose();
    return String(sum);
  }

  /** The same places in every process: in order, because a stream has one. */
  #choose(): void {
    let state = this.#round + 1;
    for (let i = 0; i < LOOK_UPS; i++) {
      // The linear congruential generator of Numerical Recipes, second edition.
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      this.#places[i] = Math.floor(state / 2 ** 32 * this.#byteLength);
    }
    this.#places.sort();
  }
}

/** Hashes what comes. */
class Hash implements Work {
  #hash = createHash("sha256");

  take(bytes: Uint8Array<ArrayBuffer>): void {
    this.#hash.update(bytes);
  }

  end(): string {
    const digest = this.#hash.digest("hex");
    this.#hash = createHash("sha256");
    return digest;
  }
}

/**
 * The shared memory object that a channel lies in, and the locks by which its
 * participants can tell that one of them is there: the kernel gives a lock up
 * when its process ends, in whatever way.
 *
 * @module
 */

import { describe } from "../../ffi/libc/integers.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import {
  isByteLocked,
  tryLockByte,
  unlockByte,
} from "../../ffi/files/range_lock.ts";
import { checkOptions } from "../../memory/checks/checks.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import {
  descriptorOf,
  SharedMemory,
} from "../../memory/posix/shared_memory.ts";
import { GrowingPause, sleepFor } from "./pacing.ts";

/** What `create` takes for every kind of channel. */
export interface ChannelOptions {
  /**
   * Bytes of the data area, a power of two from 64 to 2^30. A message may have
   * an eighth of it. Default: 1 MiB.
   */
  readonly capacity?: number;
  /** Permission bits, exactly these. Default: 0o600. */
  readonly mode?: number;
  /**
   * What to do when the name is taken: `"open"` opens what is there, so that
   * either side may come first. Default: `"fail"`, with EEXIST.
   */
  readonly ifExists?: "fail" | "open";
  /**
   * What to do when the name is taken by an object that no process has open,
   * such as one that a crash left. Default: `"fail"`, with EEXIST.
   */
  readonly ifStale?: "fail" | "replace";
}

/** How long `waitFor` waits. */
export interface WaitForOptions {
  /** How long at most, in milliseconds. Default: for ever. */
  readonly timeoutMs?: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
}

const DEFAULT_CAPACITY = 2 ** 20;
/** An eighth of this holds a number of 64 bits. */
const MIN_CAPACITY = 64;
const MAX_CAPACITY = 2 ** 30;

/** Locks lie far behind the end of any object. */
const LOCKS_START = 2 ** 40;

/** Who takes which lock; senders have one each, from the last on. */
export const LOCKS = {
  receiver: LOCKS_START,
  publisher: LOCKS_START + 1,
  senders: LOCKS_START + 64,
} as const;

/** Longest pause between two looks for a channel that is not there yet. */
const LONGEST_LOOK_MS = 50;

/** The object of a channel, mapped, until it is closed. */
export class ChannelObject<A extends ObjectAccess = ObjectAccess> {
  /** How messages call it: `channel "/frames"`. */
  readonly what: string;
  /** Its name, with a slash. */
  readonly name: string;
  /** All of its memory. */
  readonly mapping: Mapping<A>;
  readonly #memory: SharedMemory<A>;

  /** Maps it; closes it when that fails, and removes what was created. */
  constructor(memory: SharedMemory<A>) {
    using undo = new DisposableStack();
    undo.defer(() => {
      if (memory.created) memory.unlink();
      memory.close();
    });
    this.#memory = memory;
    this.name = memory.name ?? "";
    this.what = `channel ${JSON.stringify(this.name)}`;
    this.mapping = memory.map();
    undo.move();
  }

  /** Size of the object in bytes. */
  get size(): number {
    return this.mapping.byteLength;
  }

  /** Whether this handle created it. */
  get created(): boolean {
    return this.#memory.created;
  }

  /** Tries to take a lock of {@linkcode LOCKS}. */
  tryLock(lock: number): boolean {
    return tryLockByte(this.#fd("lock"), lock, `lock ${this.what}`);
  }

  /** Gives a lock up. */
  unlock(lock: number): void {
    unlockByte(this.#fd("unlock"), lock, `unlock ${this.what}`);
  }

  /** Whether another participant has a lock. */
  isLocked(lock: number): boolean {
    return isByteLocked(this.#fd("look at"), lock, `look at ${this.what}`);
  }

  /** Removes the name. */
  unlink(): void {
    this.#memory.unlink();
  }

  /** Unmaps and closes it, which gives up all its locks. */
  close(): void {
    // Descriptors live until the mappings made from them are gone.
    this.#memory.close();
    this.mapping.unmap();
  }

  /**
   * The same, for one that could not be made whole: it leaves nothing behind.
   * Does nothing when it was closed, as it is where others use it already.
   */
  abandon(): void {
    if (this.mapping.closed) return;
    if (this.created) this.unlink();
    this.close();
  }

  #fd(act: string): number {
    return descriptorOf(this.#memory).fd(act);
  }
}

/**
 * Creates the object of a channel.
 *
 * @param trailerLength Bytes behind the data area.
 */
export function createChannelObject(
  name: string,
  options: ChannelOptions,
  trailerLength: number,
): ChannelObject<"read-write"> {
  requireLocks();
  checkOptions(options, "create channel");
  const { capacity = DEFAULT_CAPACITY, mode, ifExists, ifStale } = options;
  checkCapacity(capacity);
  return new ChannelObject(
    SharedMemory.create(name, {
      size: capacity + trailerLength,
      ...(mode === undefined ? {} : { mode }),
      ...(ifExists === undefined ? {} : { ifExists }),
      ...(ifStale === undefined ? {} : { ifStale }),
    }),
  );
}

/** Opens the object of a channel. */
export function openChannelObject(name: string): ChannelObject<"read-write"> {
  requireLocks();
  return new ChannelObject(SharedMemory.open(name));
}

/** Opens the object of a channel without permission to write to it. */
export function openChannelObjectReadonly(name: string): ChannelObject<"read"> {
  requireLocks();
  return new ChannelObject(SharedMemory.open(name, { access: "read" }));
}

/**
 * Opens a channel as soon as it is there.
 *
 * @param open Opens it; fails with `NotFound` while it is not there.
 */
export async function waitForChannel<Handle>(
  name: string,
  open: () => Handle,
  { timeoutMs = Infinity, signal }: WaitForOptions,
): Promise<Handle> {
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0)) {
    throw new RangeError(
      `Cannot wait for channel ${
        JSON.stringify(name)
      }: the timeout must be milliseconds, 0 or more: received ${timeoutMs}`,
    );
  }
  const end = performance.now() + timeoutMs;
  const pause = new GrowingPause();
  for (;;) {
    signal?.throwIfAborted();
    try {
      return open();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const left = end - performance.now();
    if (left <= 0) {
      throw new Deno.errors.TimedOut(
        `Cannot open channel ${
          JSON.stringify(name)
        }: nobody created it within ${timeoutMs} ms`,
      );
    }
    await sleepFor(Math.min(pause.next(LONGEST_LOOK_MS), left), signal);
  }
}

function requireLocks(): void {
  const { capabilities, name } = platform();
  if (capabilities.locksObjects) return;
  throw new Deno.errors.NotSupported(
    `Cannot use channels by name on ${name}: it has no locks on shared memory; use the ring buffers over memory of your own`,
  );
}

function checkCapacity(capacity: number): void {
  if (
    isPowerOfTwo(capacity) && capacity >= MIN_CAPACITY &&
    capacity <= MAX_CAPACITY
  ) return;
  throw new RangeError(
    `Cannot create channel: the capacity must be a power of two from ${MIN_CAPACITY} to 2^30: received ${
      describe(capacity)
    }`,
  );
}

/** Whether a number is a power of two. */
export function isPowerOfTwo(number: number): boolean {
  return typeof number === "number" && Number.isInteger(Math.log2(number));
}

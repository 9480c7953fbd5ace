import { errnoNumber } from "../../../ffi/errors/errno.ts";
import type { Explanation } from "../../../ffi/errors/explanations.ts";
import { systemError } from "../../../ffi/errors/system_error.ts";
import type { Word } from "../../../ffi/sync/futex.ts";
import { requireStack } from "../../../memory/checks/stack_room.ts";
import { unpark } from "../../parking/unpark.ts";
import { Deadline } from "../../waiting/deadline.ts";
import type { Patience } from "../../waiting/options.ts";
import { lookAgainMs } from "../../waiting/safety_nets.ts";
import { Sleepers } from "../../waiting/sleepers.ts";
import {
  waitBlocking,
  type Waiting,
  waitPending,
} from "../../waiting/wait_loop.ts";
import type { Block } from "../block.ts";
import { BUSY, DIED, type MutexCore } from "../mutex/mutex_core.ts";
import { releaseAll, releaseQuietly } from "../mutex/mutex_release.ts";
import { takeBlocking, takeNow, takePending } from "../mutex/mutex_wait.ts";

/** Words of the block, before the gate and the slots. */
export const SLOTS = 1;
const WRITING = 2;
const DAMAGED = 3;
const SEQUENCE = 4;
const WAITERS = 5;

/** A reader that dies, or one in C, tells nobody; so look again this often. */
const LOOK_AGAIN_MS = 50;

/** What is done with the lock, as messages say it. */
type Act = "read" | "write";

/** What a guard holds. */
export interface ReadWriteHold {
  readonly mutexes: readonly MutexCore[];
  readonly writing: boolean;
  /** Whether a writer died, and none has finished since. */
  readonly damaged: boolean;
}

/** The protocol of a read-write lock, over its gate and its slots. */
export class ReadWriteCore {
  readonly slots: readonly MutexCore[];
  readonly #block: Block;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #sequence: Word;
  readonly #sleepers: Sleepers;
  readonly #gate: MutexCore;

  /** Describes a lock. */
  constructor(block: Block, gate: MutexCore, slots: readonly MutexCore[]) {
    this.#block = block;
    this.#words = block.words;
    this.#sequence = block.word(SEQUENCE);
    this.#sleepers = new Sleepers(block.words, WAITERS, block.neighbourhood);
    this.#gate = gate;
    this.slots = slots;
  }

  /** Takes it for reading if that is possible at once. */
  tryRead(): ReadWriteHold | null {
    requireStack("change");
    const taken = takeNow(this.#gate, false);
    if (taken === BUSY) return null;
    let slot;
    try {
      this.#inspect(taken === DIED);
      slot = this.#freeSlot();
    } catch (error) {
      releaseQuietly(this.#gate);
      throw error;
    }
    return slot === undefined ? this.#full() : this.#reading(slot);
  }

  /** Takes it for reading, blocking this thread. */
  read({ timeoutMs }: Patience): ReadWriteHold {
    requireStack("change");
    const deadline = new Deadline(timeoutMs);
    const died = this.#lock(this.#gate, "read", deadline);
    let slot;
    try {
      this.#inspect(died);
      slot = this.#freeSlot() ??
        waitBlocking(this.#waiting(true), deadline) ??
        this.#noSlotInTime();
    } catch (error) {
      releaseQuietly(this.#gate);
      throw error;
    }
    return this.#reading(slot);
  }

  /** Takes it for reading, waiting without blocking. */
  async readAsync({ timeoutMs, signal }: Patience): Promise<ReadWriteHold> {
    requireStack("change");
    const deadline = new Deadline(timeoutMs);
    const gate = this.#gate;
    const died = await this.#lockAsync(gate, "read", deadline, signal);
    let slot;
    try {
      this.#inspect(died);
      const { mapping } = this.#block;
      slot = this.#freeSlot() ??
        await waitPending(this.#waiting(false), deadline, signal, mapping) ??
        this.#noSlotInTime();
    } catch (error) {
      releaseQuietly(gate);
      throw error;
    }
    return this.#reading(slot);
  }

  /** Takes it for writing if that is possible at once. */
  tryWrite(): ReadWriteHold | null {
    requireStack("change");
    const held: MutexCore[] = [];
    try {
      for (const mutex of [this.#gate, ...this.slots]) {
        const taken = takeNow(mutex, false);
        if (taken === BUSY) {
          releaseAll(held);
          return null;
        }
        held.push(mutex);
        if (mutex === this.#gate) this.#inspect(taken === DIED);
      }
    } catch (error) {
      releaseAll(held);
      throw error;
    }
    return this.#writing(held);
  }

  /** Takes it for writing, blocking this thread. */
  write({ timeoutMs }: Patience): ReadWriteHold {
    requireStack("change");
    const deadline = new Deadline(timeoutMs);
    const held: MutexCore[] = [];
    try {
      for (const mutex of [this.#gate, ...this.slots]) {
        const died = this.#lock(mutex, "write", deadline);
        held.push(mutex);
        if (mutex === this.#gate) this.#inspect(died);
      }
    } catch (error) {
      releaseAll(held);
      throw error;
    }
    return this.#writing(held);
  }

  /** Takes it for writing, waiting without blocking. */
  async writeAsync({ timeoutMs, signal }: Patience): Promise<ReadWriteHold> {
    requireStack("change");
    const deadline = new Deadline(timeoutMs);
    const held: MutexCore[] = [];
    try {
      for (const mutex of [this.#gate, ...this.slots]) {
        const died = await this.#lockAsync(mutex, "write", deadline, signal);
        held.push(mutex);
        if (mutex === this.#gate) this.#inspect(died);
      }
    } catch (error) {
      releaseAll(held);
      throw error;
    }
    return this.#writing(held);
  }

  /** Releases what a guard holds, or `again` what an earlier call could not. */
  release({ mutexes, writing }: ReadWriteHold, again: boolean): void {
    const words = this.#words;
    if (writing && words.length > 0) {
      // In this order: a death in between leaves the mark that one wrote.
      Atomics.store(words, DAMAGED, 0);
      Atomics.store(words, WRITING, 0);
    }
    releaseAll(mutexes, again);
    if (writing || words.length === 0 || this.#sleepers.all === 0) return;
    Atomics.add(words, SEQUENCE, 1);
    unpark(this.#sequence, 1);
  }

  /** Takes one of the mutexes; returns whether its owner died. */
  #lock(mutex: MutexCore, act: Act, deadline: Deadline): boolean {
    if (mutex.heldHere) this.#fail("EDEADLK", act, heldHint(act));
    let taken = takeNow(mutex, false);
    if (taken === BUSY) {
      const patience = { timeoutMs: deadline.leftMs, signal: undefined };
      taken = takeBlocking(mutex, patience) ?? this.#fail("ETIMEDOUT", act);
    }
    return taken === DIED;
  }

  /** The same without blocking. */
  async #lockAsync(
    mutex: MutexCore,
    act: Act,
    deadline: Deadline,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const free = !mutex.turnstile.busy && mutex.depth === 0;
    let taken = free ? mutex.take(0) : BUSY;
    if (taken === BUSY) {
      const patience = { timeoutMs: deadline.leftMs, signal };
      taken = await takePending(mutex, patience) ??
        this.#fail("ETIMEDOUT", act);
    }
    return taken === DIED;
  }

  /** Writes down that the process that had the gate before died while writing, if so. */
  #inspect(died: boolean): void {
    if (!died || Atomics.load(this.#words, WRITING) === 0) return;
    Atomics.store(this.#words, DAMAGED, 1);
    Atomics.store(this.#words, WRITING, 0);
  }

  #freeSlot(): MutexCore | undefined {
    for (const slot of this.slots) {
      if (takeNow(slot, false) !== BUSY) return slot;
    }
    return undefined;
  }

  #waiting(blocking: boolean): Waiting<MutexCore> {
    return {
      attempt: () => {
        const slot = this.#freeSlot();
        if (slot !== undefined || !blocking) return slot;
        if (!this.slots.every(({ heldHere }) => heldHere)) return undefined;
        return this.#fail("EDEADLK", "read", {
          meaning: `all ${this.slots.length} slots are taken, by this thread`,
          remedy:
            "release one, make the lock with more `slots`, or wait with readAsync()",
        });
      },
      prepare: () => {
        const sequence = this.#sequence.load();
        // A reader that ended before this one was counted has told nobody.
        const free = this.slots.some(({ isFree }) => isFree);
        return free ? undefined : sequence;
      },
      word: this.#sequence,
      sleepers: this.#sleepers,
      lookAgainMs: lookAgainMs(LOOK_AGAIN_MS),
    };
  }

  /** Opens the gate again, now that this one has a slot. */
  #reading(slot: MutexCore): ReadWriteHold {
    const damaged = this.#isDamaged();
    try {
      this.#gate.release();
    } catch (error) {
      releaseQuietly(slot);
      throw error;
    }
    return { mutexes: [slot], writing: false, damaged };
  }

  /** Opens the gate again, because there is no slot. */
  #full(): null {
    this.#gate.release();
    return null;
  }

  #writing(mutexes: readonly MutexCore[]): ReadWriteHold {
    const damaged = this.#isDamaged();
    Atomics.store(this.#words, WRITING, 1);
    return { mutexes, writing: true, damaged };
  }

  #isDamaged(): boolean {
    return Atomics.load(this.#words, DAMAGED) !== 0;
  }

  #noSlotInTime(): never {
    return this.#fail("ETIMEDOUT", "read", {
      meaning: `timed out: all ${this.slots.length} slots are taken`,
      remedy: "release one, or make the lock with more `slots`",
    });
  }

  #fail(code: string, act: Act, hint?: string | Explanation): never {
    throw systemError(
      `pthread_rwlock_${act === "read" ? "rd" : "wr"}lock`,
      errnoNumber(code),
      act === "read" ? "lock for reading" : "lock for writing",
      hint,
    );
  }
}

const heldHint = (act: Act) => `release it first, or wait with ${act}Async()`;

import { checkInteger } from "../../ffi/libc/integers.ts";
import { wake, type Word } from "../../ffi/sync/futex.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import { Deadline } from "../waiting/deadline.ts";
import {
  readWaitOptions,
  requireKnown,
  type WaitOptions,
} from "../waiting/options.ts";
import { lookAgainMs } from "../waiting/safety_nets.ts";
import { inTurn } from "../../memory/waiting/turns.ts";
import {
  waitBlocking,
  type Waiting,
  waitPending,
} from "../waiting/wait_loop.ts";
import { Block, type BlockKind, checkMagic, magicOf } from "./block.ts";

/**
 * Layout of the block, in 32-bit words:
 *
 * ```text
 *  0       4         8       12           16
 *  | magic | parties | state | generation |
 * ```
 *
 * The state has the low 16 bits of the generation above the number that have
 * arrived in it, so that both change in one step.
 */
const KIND: BlockKind = { name: "barrier", byteLength: 16, alignment: 8 };
const MAGIC = magicOf("BARR");
const PARTIES = 1;
const STATE = 2;
const GENERATION = 3;
const ARRIVED_BITS = 16;
const ARRIVED_MASK = 0xffff;
const ALL = 0x7fff_ffff;
/** The last one may die between closing a round and waking the others. */
const LOOK_AGAIN_MS = 500;
const OPERATION = "wait at barrier";

/** Options of {@linkcode Barrier.create}. */
export interface BarrierOptions {
  /** How many meet, 1 to 65535. */
  readonly parties: number;
}

/** How a wait at a barrier ended; `"last"` for the one that let all go. */
export type BarrierResult = "last" | "ok" | "timed-out";

/**
 * A meeting point of processes: each waits until all have arrived, then all go
 * on, and it is ready for the next round; Linux.
 *
 * The block is 16 bytes: a magic word, the number of parties, a state word with
 * the low 16 bits of the generation above the number that have arrived, and the
 * generation, which those who arrived sleep on (`futex(2)`, shared). Another
 * language arrives by a compare-and-exchange of the state; the last one sets the
 * state to the next generation and 0, then the generation, then `FUTEX_WAKE`.
 *
 * When a party dies before it arrives, the others wait for it: give them a
 * timeout or a signal. One that dies while it waits counts as arrived in that
 * round.
 *
 * @example Start together
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { Barrier } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const barrier = Barrier.create(mapping.bytes, 0, { parties: 2 });
 * const results = await Promise.all([barrier.waitAsync(), barrier.waitAsync()]);
 * console.log(results.sort()); // [ "last", "ok" ]
 * ```
 */
export class Barrier {
  readonly #block: Block;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #generation: Word;

  private constructor(block: Block) {
    this.#block = block;
    this.#words = block.words;
    this.#generation = block.word(GENERATION);
  }

  /**
   * Creates a barrier in shared memory. One process does so, before the others
   * open it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 16 bytes start, a multiple of 8. Default: 0.
   * @param options How many meet.
   * @returns The barrier.
   * @throws {TypeError} When the memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, is unaligned, or
   * overlaps another one that this process uses.
   */
  static create(
    memory: Uint8Array,
    byteOffset: number | undefined,
    options: BarrierOptions,
  ): Barrier {
    requireKnown(options, ["parties"], "create barrier");
    const parties = checkInteger(options.parties, "parties", 1, ARRIVED_MASK);
    const block = new Block(KIND, memory, byteOffset ?? 0, "create");
    block.claim();
    block.words.fill(0);
    block.words[PARTIES] = parties;
    Atomics.store(block.words, 0, MAGIC);
    return new Barrier(block);
  }

  /**
   * Opens a barrier that was created in shared memory.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 16 bytes start. Default: 0.
   * @returns The barrier.
   * @throws {TypeError} When there is none.
   */
  static open(memory: Uint8Array, byteOffset = 0): Barrier {
    const block = new Block(KIND, memory, byteOffset, "open");
    checkMagic(block, MAGIC, KIND.name);
    block.claim();
    return new Barrier(block);
  }

  /** How many meet here. */
  get parties(): number {
    return Atomics.load(this.#words, PARTIES);
  }

  /**
   * Arrives, and blocks this thread until all have.
   *
   * @param options Timeout; the signal is looked at before it blocks.
   * @returns How it ended; after `"timed-out"` this one has not arrived.
   */
  wait(options?: WaitOptions): BarrierResult {
    const { timeoutMs } = readWaitOptions(options, OPERATION);
    const deadline = new Deadline(timeoutMs);
    // Who has arrived is counted until all have.
    requireStack("wait");
    const generation = this.#arrive();
    if (generation === null) return "last";
    try {
      return waitBlocking(this.#waiting(generation), deadline) ??
        (this.#withdraw(generation) ? "timed-out" : "ok");
    } catch (error) {
      if (!this.#block.closed && !this.#withdraw(generation)) return "ok";
      throw error;
    }
  }

  /**
   * Arrives, and waits for all without blocking.
   *
   * @param options Timeout and signal.
   * @returns How it ended; after `"timed-out"` this one has not arrived. Rejects with
   * the signal's reason, or with `Deno.errors.BadResource` when the memory is
   * unmapped meanwhile; then it has not arrived either.
   */
  async waitAsync(options?: WaitOptions): Promise<BarrierResult> {
    const { timeoutMs, signal } = readWaitOptions(options, OPERATION);
    const deadline = new Deadline(timeoutMs);
    // Who has arrived is counted until all have.
    requireStack("wait");
    const { mapping, neighbourhood } = this.#block;
    const generation = this.#arrive();
    if (generation === null) return inTurn("last");
    // When the memory goes, this one must not stay counted.
    const leaver = { leave: () => void this.#withdraw(generation) };
    neighbourhood.leavers.add(leaver);
    try {
      const waiting = this.#waiting(generation);
      return await waitPending(waiting, deadline, signal, mapping) ??
        (this.#withdraw(generation) ? "timed-out" : "ok");
    } catch (error) {
      if (!this.#block.closed && !this.#withdraw(generation)) return "ok";
      throw error;
    } finally {
      neighbourhood.leavers.delete(leaver);
    }
  }

  #waiting(generation: number): Waiting<"ok"> {
    const words = this.#words;
    return {
      attempt: () =>
        isOver(Atomics.load(words, STATE), generation) ? "ok" : undefined,
      prepare: () => generation,
      word: this.#generation,
      // Those who arrived are counted in the state.
      sleepers: { enter: () => {}, exit: () => {} },
      lookAgainMs: lookAgainMs(LOOK_AGAIN_MS),
    };
  }

  /** Counts this one in; returns the generation to wait for, or null for the last. */
  #arrive(): number | null {
    this.#block.requireOpen(OPERATION);
    const words = this.#words;
    for (;;) {
      const generation = Atomics.load(words, GENERATION);
      const state = Atomics.load(words, STATE);
      const ahead = (state >>> ARRIVED_BITS) - generation & ARRIVED_MASK;
      if (ahead !== 0) {
        // The last one is just saying so, or died before it could: one ahead.
        this.#open(generation, ahead);
        continue;
      }
      const arrived = (state & ARRIVED_MASK) + 1;
      const last = arrived >= this.parties;
      const next = last
        ? ((generation + 1) & ARRIVED_MASK) << ARRIVED_BITS
        : state + 1;
      if (Atomics.compareExchange(words, STATE, state, next) !== state) {
        continue;
      }
      if (!last) return generation;
      if (arrived > 1) this.#open(generation);
      else Atomics.store(words, GENERATION, (generation + 1) | 0);
      return null;
    }
  }

  /** Lets all go who arrived in a generation, or in several if it was damaged. */
  #open(generation: number, ahead = 1): void {
    const next = (generation + ahead) | 0;
    Atomics.compareExchange(this.#words, GENERATION, generation, next);
    wake(this.#generation, ALL);
  }

  /** Counts this one out again; false when all had arrived meanwhile. */
  #withdraw(generation: number): boolean {
    const words = this.#words;
    for (;;) {
      const state = Atomics.load(words, STATE);
      if (isOver(state, generation)) return false;
      if (Atomics.compareExchange(words, STATE, state, state - 1) === state) {
        return true;
      }
    }
  }
}

/** Whether all have arrived in a generation. */
function isOver(state: number, generation: number): boolean {
  return state >>> ARRIVED_BITS !== (generation & ARRIVED_MASK);
}

import { wake, type Word, wordAt } from "../../../ffi/sync/futex.ts";
import {
  ListEntry,
  type ThreadList,
  threadList,
} from "../../../ffi/sync/thread_list.ts";
import type { Region } from "../../../ffi/memory/region.ts";
import type { Mapping } from "../../../memory/mapping/mapping.ts";
import { Turnstile } from "../../waiting/turnstile.ts";
import { type Leaver, Sleepers } from "../../waiting/sleepers.ts";
import { bootMark, isSamePlace } from "./origin.ts";
import { corrupt, failure, gone } from "./mutex_errors.ts";
import * as layout from "./mutex_layout.ts";
import { isRecursive, isRobustShared } from "./mutex_layout.ts";
import { cores } from "./held_cores.ts";
import { type Neighbourhood, neighbourhoodOf } from "../neighbourhood.ts";

/*
 * The words and bits of mutex_layout.ts once more: each use of an imported
 * constant costs a load and a check, which the hot path feels.
 */
const LOCK = layout.LOCK;
const COUNT = layout.COUNT;
const OWNER = layout.OWNER;
const USERS = layout.USERS;
const KIND = layout.KIND;
const MARK = layout.MARK;
const HOLDER = layout.HOLDER;
const { TID_MASK, SLEEPERS_BIT, OWNER_DIED, NOT_RECOVERABLE } = layout;

/** How taking a mutex went. */
export type Taken = typeof BUSY | typeof CLEAN | typeof DIED;
/** Someone has it. */
export const BUSY = 0;
/** It is taken. */
export const CLEAN = 1;
/** It is taken, and who had it before died meanwhile. */
export const DIED = 2;

/** Most that the kernel can wake in one call. */
const ALL = 0x7fff_ffff;

/**
 * A mutex as this thread sees it: all objects for the same block share it. The
 * steps and their order are those of glibc, so that a death between any two of
 * them is told; what is held is known from here, not from the shared words.
 */
export class MutexCore implements Leaver {
  readonly entry: ListEntry;
  readonly list: ThreadList;
  readonly mapping: Mapping;
  /** The lock word, to sleep on. */
  readonly word: Word;
  /** Asynchronous waiters of this thread. */
  readonly sleepers: Sleepers;
  /** Tasks of this thread that wait, in order. */
  readonly turnstile = new Turnstile(1);
  /** How often this thread has it. */
  depth = 0;
  readonly #neighbourhood: Neighbourhood;
  readonly #offset: number;
  readonly #mark: number;

  /** Describes a mutex; `mutexCoreAt()` is the way to get one. */
  constructor(mapping: Mapping, region: Region, offset: number) {
    this.mapping = mapping;
    this.entry = new ListEntry(region, offset);
    this.list = threadList();
    this.word = wordAt(region, offset);
    this.#neighbourhood = neighbourhoodOf(mapping);
    this.#offset = offset;
    this.#mark = bootMark(mapping);
    const { words } = this.entry;
    this.sleepers = new Sleepers(words, layout.WAITERS, this.#neighbourhood);
  }

  /** Whether this thread has it, through this mapping or another one. */
  get heldHere(): boolean {
    if (this.depth > 0) return true;
    for (let held = this.list.newest; held !== null; held = held.older) {
      const other = cores.get(held);
      if (other === undefined) continue;
      const [one, two] = [this.#offset, other.#offset];
      if (isSamePlace(this.mapping, one, other.mapping, two)) return true;
    }
    return false;
  }

  /** Whether it could be taken, by the look of it. */
  get isFree(): boolean {
    const { words } = this.entry;
    return words.length === 0 ||
      (Atomics.load(words, LOCK) & TID_MASK) === 0;
  }

  /**
   * Takes it if it is free.
   *
   * @param sleepersBit The bit of the lock word, for one that slept: others may
   * sleep still.
   */
  take(sleepersBit: number): Taken {
    const { entry, list } = this;
    const { words } = entry;
    if (words.length === 0 || !isRobustShared(words[KIND]!)) this.#refuse();
    // A plain read: what it says is confirmed by the exchange, or read again.
    if (words[LOCK] !== 0) return this.#takeOver(sleepersBit);
    if (this.depth > 0) throw corrupt("lock");
    list.admit();
    list.begin(entry);
    const { tid } = list;
    if (Atomics.compareExchange(words, LOCK, 0, tid | sleepersBit) !== 0) {
      list.end();
      return this.#takeOver(sleepersBit);
    }
    if (words[OWNER] === NOT_RECOVERABLE) this.#giveUp();
    this.#own();
    words[USERS]!++;
    return CLEAN;
  }

  /** Takes it once more, as its holder. */
  takeAgain(): void {
    const { words } = this.entry;
    if (words.length === 0) this.#refuse();
    this.depth++;
    words[COUNT] = this.depth;
  }

  /**
   * Releases it.
   *
   * @throws {SystemError} When it was overwritten meanwhile (EINVAL); it is
   * released as far as can be determined.
   */
  release(): void {
    const { entry, list } = this;
    if (this.depth !== 1) return this.#releaseOnce();
    const transferred = entry.words.length === 0;
    if (transferred) entry.reach();
    const { words } = entry;
    list.begin(entry);
    let sound = list.pull(entry);
    this.depth = 0;
    this.#neighbourhood.held--;
    if ((words[LOCK]! & TID_MASK) === list.tid) {
      words[MARK] = 0;
      words[OWNER] = 0;
      words[USERS]!--;
      if (isRecursive(words[KIND]!)) words[COUNT] = 0;
      if (Atomics.exchange(words, LOCK, 0) < 0) this.#wake();
    } else {
      sound = false;
    }
    list.end();
    if (transferred) throw gone("unlock");
    if (!sound || !isRobustShared(words[KIND]!)) throw corrupt("unlock");
  }

  /**
   * Leaves it as the kernel leaves the lock of a dead thread
   * (`handle_futex_death` in `kernel/futex/core.c`): the next one that takes it is
   * told that its owner died.
   */
  abandon(): void {
    const { entry, list } = this;
    entry.reach();
    const { words } = entry;
    list.begin(entry);
    list.pull(entry);
    this.depth = 0;
    this.#neighbourhood.held--;
    for (;;) {
      const word = Atomics.load(words, LOCK);
      // It was overwritten.
      if ((word & TID_MASK) !== list.tid) break;
      const dead = (word & SLEEPERS_BIT) | OWNER_DIED;
      if (Atomics.compareExchange(words, LOCK, word, dead) !== word) continue;
      if (word < 0) this.#wake();
      break;
    }
    list.end();
  }

  /** Lets the kernel pass a wake-up on that this thread dies with. */
  startAwaiting(): void {
    // Threads of two PID namespaces may have one number: then the kernel would
    // take the death of this thread for that of the one that holds it.
    const holder = Atomics.load(this.entry.words, LOCK) & TID_MASK;
    if (holder === this.list.tid) return;
    this.#neighbourhood.leavers.add(this);
    this.list.startAwaiting(this.entry);
  }

  /** Ends {@linkcode MutexCore.startAwaiting}. */
  stopAwaiting(): void {
    this.#neighbourhood.leavers.delete(this);
    this.list.stopAwaiting(this.entry);
  }

  /** The same, because the memory goes. */
  leave(): void {
    this.stopAwaiting();
  }

  /** Looks why it is not free, and takes it when its holder is no more. */
  #takeOver(sleepersBit: number): Taken {
    const { entry, list } = this;
    const { words } = entry;
    const word = Atomics.load(words, LOCK);
    if (word === 0 || this.depth > 0) return BUSY;
    // glibc's trylock takes such a mutex, and leaves it locked.
    if (words[OWNER] === NOT_RECOVERABLE) throw failure("ENOTRECOVERABLE");
    if ((word & OWNER_DIED) === 0 && !this.#isForeign(word)) return BUSY;
    list.admit();
    list.begin(entry);
    const taken = list.tid | (word & SLEEPERS_BIT) | sleepersBit;
    if (Atomics.compareExchange(words, LOCK, word, taken) !== word) {
      list.end();
      return BUSY;
    }
    this.#own();
    return DIED;
  }

  /**
   * Whether its holder held it before the machine started, or in a file that
   * this one is a copy of.
   */
  #isForeign(word: number): boolean {
    const { words } = this.entry;
    const mark = words[MARK]!;
    if (mark === 0 || mark === this.#mark) return false;
    return (word & TID_MASK) === words[HOLDER];
  }

  /** Writes down that this thread has it. */
  #own(): void {
    const { entry, list } = this;
    const { words } = entry;
    const { tid } = list;
    words[COUNT] = 1;
    list.push(entry);
    list.end();
    words[OWNER] = tid;
    words[HOLDER] = tid;
    words[MARK] = this.#mark;
    this.depth = 1;
    this.#neighbourhood.held++;
  }

  #releaseOnce(): void {
    const { words } = this.entry;
    // It was given up at `unload`, and what follows would touch unmapped memory.
    if (this.depth === 0) throw gone("unlock");
    this.depth--;
    if (words.length > 0) words[COUNT] = this.depth;
  }

  /** Frees what was just taken: it is unrecoverable, as all sleepers must learn. */
  #giveUp(): never {
    const { words } = this.entry;
    words[COUNT] = 0;
    if (Atomics.exchange(words, LOCK, 0) < 0) wake(this.word, ALL);
    this.list.end();
    throw failure("ENOTRECOVERABLE");
  }

  /**
   * One who sleeps in the kernel, and those who sleep in the event loops of their
   * programs: these may come late, and nobody else must wait for that.
   */
  #wake(): void {
    const waiters = Atomics.load(this.entry.words, layout.WAITERS);
    wake(this.word, waiters > 0 ? Math.min(waiters, ALL - 1) + 1 : 1);
  }

  #refuse(): never {
    if (this.mapping.closed || this.entry.words.length === 0) {
      throw gone("lock");
    }
    throw corrupt("lock");
  }
}

import { wake, type Word, wordAt } from "../../../ffi/sync/futex.ts";
import { cellOf } from "../../../ffi/sync/links.ts";
import { ListEntry } from "../../../ffi/sync/list_entry.ts";
import type { Region } from "../../../ffi/memory/region.ts";
import type { Mapping } from "../../../memory/mapping/mapping.ts";
import { Turnstile } from "../../waiting/turnstile.ts";
import { type Leaver, Sleepers } from "../../waiting/sleepers.ts";
import { isFromElsewhere, leaveForDead } from "./dead_owner.ts";
import { bootMark, isSamePlace } from "./origin.ts";
import { corrupt, failure, gone } from "./mutex_errors.ts";
import * as layout from "./mutex_layout.ts";
import { type Neighbourhood, neighbourhoodOf } from "../neighbourhood.ts";

/*
 * Words of `mutex_layout.ts` once more. The members of a `const enum` are plain
 * numbers in the compiled code, which so is short enough to become a part of its
 * caller; an imported constant costs a load and a check each time.
 */
const enum At {
  LOCK = 0,
  COUNT = 1,
  OWNER = 2,
  USERS = 3,
  KIND = 4,
  MARK = 12,
  TID_MASK = 0x3fff_ffff,
}

/** Pairs of words, as 64-bit cells, that one store writes. */
const enum Cell {
  OWNER_AND_USERS = At.OWNER / 2,
  MARK_AND_HOLDER = At.MARK / 2,
}

/** The compiler refuses what is not the same there. */
const { OWNER_DIED, SLEEPERS_BIT, NOT_RECOVERABLE } =
  layout satisfies (typeof At);

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
export class MutexCore extends ListEntry implements Leaver {
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
  /** The kind that was looked at last. */
  #kind = layout.USUAL_KIND;
  readonly #mark: number;
  /** `OWNER_AND_USERS` while this thread is its only user. */
  readonly #owned = cellOf(this.list.tid, 1);
  /** What `OWNER_AND_USERS` must be for the quick release; NaN for the recursive kind. */
  #released = this.#owned;
  /** `MARK_AND_HOLDER` while this thread has it. */
  readonly #marked: number;

  /** Describes a mutex; `mutexCoreAt()` is the way to get one. */
  constructor(mapping: Mapping, region: Region, offset: number) {
    super(region, offset);
    this.mapping = mapping;
    this.word = wordAt(region, offset);
    this.#neighbourhood = neighbourhoodOf(mapping);
    this.#mark = bootMark(mapping);
    this.#marked = cellOf(this.#mark, this.list.tid);
    const { words } = this;
    this.sleepers = new Sleepers(words, layout.WAITERS, this.#neighbourhood);
  }

  /** Whether this thread has it, through this mapping or another one. */
  get heldHere(): boolean {
    if (this.depth > 0) return true;
    for (let held = this.list.newest; held !== null; held = held.older) {
      if (!(held instanceof MutexCore)) continue;
      const { mapping, offset } = held;
      if (isSamePlace(this.mapping, this.offset, mapping, offset)) return true;
    }
    return false;
  }

  /** Whether it could be taken, by the look of it. */
  get isFree(): boolean {
    const { words } = this;
    return words.length === 0 ||
      (Atomics.load(words, At.LOCK) & At.TID_MASK) === 0;
  }

  /**
   * Takes it if it is free.
   *
   * @param sleepersBit That bit, for one that slept: others may sleep still.
   */
  take(sleepersBit: number): Taken {
    const { words, cells } = this;
    // Also when there is none, because the memory is gone.
    if (words[At.KIND] !== this.#kind) this.#inspect();
    if (
      // A plain read: what it says is confirmed by the exchange, or read again.
      words[At.LOCK] !== 0 || this.depth > 0 ||
      !this.acquire(0, this.list.tid | sleepersBit)
    ) {
      return this.#takeOver(sleepersBit);
    }
    this.depth = 1;
    words[At.COUNT] = 1;
    if (cells[Cell.OWNER_AND_USERS] === 0) {
      cells[Cell.OWNER_AND_USERS] = this.#owned;
    } else this.#joinUsers();
    cells[Cell.MARK_AND_HOLDER] = this.#marked;
    return CLEAN;
  }

  /** Takes it once more, as its holder. */
  takeAgain(): void {
    const { words } = this;
    if (words[At.KIND] !== this.#kind) this.#inspect();
    this.depth++;
    words[At.COUNT] = this.depth;
  }

  /**
   * Releases it.
   *
   * @throws {SystemError} When it was overwritten meanwhile (EINVAL); it is
   * released as far as can be determined.
   */
  release(): void {
    const { list, words, cells } = this;
    if (words[At.KIND] !== this.#kind || this.depth !== 1) {
      return this.#releaseOtherwise();
    }
    const withdrawn = this.withdraw();
    let sound = withdrawn > 0;
    this.depth = 0;
    // Unless it is another thread's, or was taken otherwise by this one.
    if (withdrawn >= 0 && (words[At.LOCK]! & At.TID_MASK) === list.tid) {
      words[At.MARK] = 0;
      if (cells[Cell.OWNER_AND_USERS] === this.#released) {
        cells[Cell.OWNER_AND_USERS] = 0;
      } else {
        // No call, which may fail for want of stack: it is in no list any more.
        if (this.#released !== this.#owned) words[At.COUNT] = 0;
        words[At.OWNER] = 0;
        words[At.USERS]!--;
      }
      if (Atomics.exchange(words, At.LOCK, 0) < 0) this.#wake();
    } else sound = false;
    list.end();
    if (!sound) throw corrupt("unlock");
  }

  /**
   * Leaves it as the kernel leaves the lock of a dead thread
   * (`handle_futex_death` in `kernel/futex/core.c`): the next one that takes it is
   * told that its owner died.
   */
  abandon(): void {
    this.reach();
    const { list, words } = this;
    const isThere = this.withdraw() >= 0;
    this.depth = 0;
    if (isThere && leaveForDead(words, list.tid)) this.#wake();
    list.end();
  }

  /** Lets the kernel pass a wake-up on that this thread dies with. */
  startAwaiting(): void {
    // Threads of two PID namespaces may have one number: then the kernel would
    // take the death of this thread for that of the one that holds it.
    const holder = Atomics.load(this.words, At.LOCK) & At.TID_MASK;
    if (holder === this.list.tid) return;
    this.#neighbourhood.leavers.add(this);
    this.list.startAwaiting(this);
  }

  /** Ends {@linkcode MutexCore.startAwaiting}. */
  stopAwaiting(): void {
    this.#neighbourhood.leavers.delete(this);
    this.list.stopAwaiting(this);
  }

  /** The same, because the memory goes. */
  leave(): void {
    this.stopAwaiting();
  }

  /** Looks why it is not free, and takes it when its holder is no more. */
  #takeOver(sleepersBit: number): Taken {
    const { list, words } = this;
    const word = Atomics.load(words, At.LOCK);
    if (word === 0 && this.depth > 0) throw corrupt("lock");
    if (word === 0 || this.depth > 0) return BUSY;
    // glibc's trylock takes such a mutex, and leaves it locked.
    if (words[At.OWNER] === NOT_RECOVERABLE) throw failure("ENOTRECOVERABLE");
    if (
      (word & OWNER_DIED) === 0 && !isFromElsewhere(words, word, this.#mark)
    ) return BUSY;
    const taken = list.tid | (word & SLEEPERS_BIT) | sleepersBit;
    if (!this.acquire(word, taken)) return BUSY;
    this.depth = 1;
    words[At.COUNT] = 1;
    words[At.OWNER] = list.tid;
    this.cells[Cell.MARK_AND_HOLDER] = this.#marked;
    return DIED;
  }

  /**
   * Becomes one of several users, such as C programs that wait for a condition, or
   * finds that nobody may use it any more.
   */
  #joinUsers(): void {
    const { words } = this;
    if (words[At.OWNER] === NOT_RECOVERABLE) this.#giveUp();
    words[At.OWNER] = this.list.tid;
    words[At.USERS]!++;
  }

  /** Releases one of several holds, what was transferred away, or what looks otherwise. */
  #releaseOtherwise(): void {
    const { words } = this;
    // It was given up at `unload`, and what follows would touch unmapped memory.
    if (this.depth === 0) throw gone("unlock");
    if (this.depth > 1) {
      this.depth--;
      if (words.length > 0) words[At.COUNT] = this.depth;
      return;
    }
    this.reach();
    if (this.region.released) {
      this.withdraw();
      this.depth = 0;
      this.list.end();
      throw gone("unlock");
    }
    const kind = this.words[At.KIND]!;
    const isKnown = this.#learn(kind);
    this.#kind = kind;
    try {
      this.release();
    } finally {
      if (!isKnown) this.#learn(layout.USUAL_KIND);
    }
    if (words.length === 0) throw gone("unlock");
    if (!isKnown) throw corrupt("unlock");
  }

  /** Frees what was just taken: it is unrecoverable, as all sleepers must learn. */
  #giveUp(): never {
    const { words } = this;
    this.withdraw();
    this.depth = 0;
    words[At.COUNT] = 0;
    if (Atomics.exchange(words, At.LOCK, 0) < 0) wake(this.word, ALL);
    this.list.end();
    throw failure("ENOTRECOVERABLE");
  }

  /**
   * One who sleeps in the kernel, and those who sleep in the event loops of their
   * programs: these may come late, and nobody else must wait for that.
   */
  #wake(): void {
    const waiters = Atomics.load(this.words, layout.WAITERS);
    wake(this.word, waiters > 0 ? Math.min(waiters, ALL - 1) + 1 : 1);
  }

  /** Looks at a kind that has changed. */
  #inspect(): void {
    const { words } = this;
    if (this.mapping.closed || words.length === 0) throw gone("lock");
    if (!this.#learn(words[At.KIND]!)) throw corrupt("lock");
  }

  /** Remembers a kind, if it is one that can be used. */
  #learn(kind: number): boolean {
    if (!layout.isRobustShared(kind)) return false;
    this.#kind = kind;
    this.#released = layout.isRecursive(kind) ? NaN : this.#owned;
    return true;
  }
}

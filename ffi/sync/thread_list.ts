/**
 * The list of locks that this thread holds, which the kernel walks when the
 * thread dies (`get_robust_list(2)`), with entries as glibc makes them
 * (`nptl/pthread_mutex_lock.c`, `nptl/descr.h`).
 *
 * Its links lie in shared memory, where anybody may overwrite them. They are
 * written here for the kernel, and for C code of this thread, and never
 * followed: what is held, and in which order, is known from the objects.
 *
 * @module
 */

import { libc } from "../libc/library.ts";
import { systemError } from "../errors/system_error.ts";
import { errnoNumber } from "../errors/errno.ts";
import { removeBesideForeign } from "./foreign_entries.ts";
import type { ListEntry } from "./list_entry.ts";
import { findHead } from "./robust_list.ts";
import type { Region } from "../memory/region.ts";

/** Where glibc keeps the two links of a mutex, in 64-bit cells: `__list`. */
const [PREVIOUS, NEXT] = [3, 4];
/** What C code leaves in both links of a mutex that it takes out. */
const DROPPED = 0;
/** The lock word, in 32-bit words, and the thread in it (`linux/futex.h`). */
const [LOCK, TID_MASK] = [0, 0x3fff_ffff];
/** Of `struct robust_list_head`, in 64-bit cells: list, list_op_pending. */
const [FIRST, PENDING] = [0, 2];
/**
 * The kernel walks 2048 entries of a dead thread (`ROBUST_LIST_LIMIT`), and what
 * lies beyond stays locked; some are left to C code of the thread.
 */
const MOST_HELD = 2000;

/** The locks of this thread; fields without a first value as in `list_entry.ts`. */
export class ThreadList {
  /** Number of this thread, as the lock word and the kernel have it. */
  declare readonly tid: number;
  /** Whether the kernel learns of the death of this thread. */
  readonly watched: boolean;
  /** `struct robust_list_head`, which {@linkcode ListEntry} writes. */
  declare readonly head: Float64Array;
  /** What links to the head. */
  declare readonly headLink: number;
  /** What was taken last. */
  newest: ListEntry | null = null;
  /** How many are held besides the oldest. */
  more = 0;
  /** What is pending while no operation is: a lock that tasks wait for. */
  awaited = 0;

  /** Opens the list of this thread. */
  constructor() {
    this.tid = libc().gettid?.() ?? 0;
    const head = findHead();
    this.watched = head !== null;
    // Without the kernel's list all goes on over a list that nobody reads.
    this.head = head?.cells ?? new Float64Array(3);
    this.headLink = head?.link ?? 0;
  }

  /** Throws when one more cannot be held. */
  admit(): void {
    if (this.more + 1 < MOST_HELD) return;
    throw systemError(
      "pthread_mutex_lock",
      errnoNumber("EAGAIN"),
      "lock mutex",
      `this thread holds ${MOST_HELD} locks already, and the kernel frees some 2000 of them when it dies: release some, or take them in several workers`,
    );
  }

  /** Ends what {@linkcode ListEntry} announced. */
  end(): void {
    this.head[PENDING] = this.awaited;
  }

  /**
   * Has the kernel pass a wake-up on when this thread dies between being woken
   * for a lock and taking it (`handle_futex_death`). One lock at a time.
   */
  startAwaiting(entry: ListEntry): void {
    if (this.awaited === 0) this.awaited = entry.link;
    this.end();
  }

  /** Ends {@linkcode ThreadList.startAwaiting}. */
  stopAwaiting(entry: ListEntry): void {
    if (this.awaited === entry.link) this.awaited = 0;
    this.end();
  }

  /**
   * Takes out an entry that is not the newest, has foreign ones beside it, or has
   * links that are not as they were left: others of ours, too, may have been released
   * by C code, which takes them out, and taken by other threads, whose links they
   * have then.
   *
   * @returns Whether its links were as they were left.
   */
  pull(entry: ListEntry): boolean {
    const { head, headLink } = this;
    const { newer, older, cells, link } = entry;
    let foreignBehind = entry.beforeForeign;
    let behind = older;
    while (behind !== null && this.#hasLeft(behind)) {
      foreignBehind ||= behind.beforeForeign;
      behind = behind.older;
    }
    let foreign = foreignBehind;
    let front = newer;
    while (front !== null && this.#hasLeft(front)) {
      foreign ||= front.beforeForeign;
      front = front.newer;
    }
    foreign ||= front === null ? head[FIRST] !== link : front.beforeForeign;
    const after = behind === null ? headLink : behind.link;
    const before = front === null ? headLink : front.link;
    const sound = foreign ||
      cells[NEXT] === after && cells[PREVIOUS] === before;
    if (foreign) removeBesideForeign(headLink, link, after, foreignBehind);
    // From here on nothing fails for want of stack.
    else {
      if (front === null) head[FIRST] = after;
      else front.cells[NEXT] = after;
      if (behind !== null) behind.cells[PREVIOUS] = before;
    }
    if (older !== null) older.newer = newer;
    if (newer === null) {
      this.newest = older;
    } else {
      newer.older = older;
      // What stood behind it stands behind the next newer one now.
      if (entry.beforeForeign) newer.beforeForeign = true;
    }
    entry.newer = null;
    entry.older = null;
    entry.beforeForeign = false;
    if (this.newest !== null) this.more--;
    return sound;
  }

  /** Whether an entry of ours is not in the list any more, as far as its memory says. */
  #hasLeft(entry: ListEntry): boolean {
    entry.reach();
    const { words, cells } = entry;
    return cells[NEXT] === DROPPED || (words[LOCK]! & TID_MASK) !== this.tid;
  }
}

let list: ThreadList | undefined;

/** The list of this thread. Every worker has one of its own. */
export function threadList(): ThreadList {
  return list ??= new ThreadList();
}

/** Whether this thread holds a lock that lies in some memory. */
export function holdsLockIn(region: Region): boolean {
  for (let held = list?.newest ?? null; held !== null; held = held.older) {
    if (held.region === region) return true;
  }
  return false;
}

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
import { unlink, type Unlinked } from "./foreign_entries.ts";
import type { ListEntry } from "./list_entry.ts";
import { findHead } from "./robust_list.ts";
import type { Region } from "../memory/region.ts";

/** Where glibc keeps the two links of a mutex, in 64-bit cells: `__list`. */
const [PREVIOUS, NEXT] = [3, 4];
/** `list_op_pending` of `struct robust_list_head`, in 64-bit cells. */
const PENDING = 2;
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
   * Takes out an entry that is not the newest, or has links that are not as they were
   * left: there may be foreign ones beside it, and C code of this thread may have
   * released others of ours, or this one, and taken them again.
   *
   * @returns What {@linkcode unlink} returns.
   */
  pull(entry: ListEntry): Unlinked {
    const { headLink } = this;
    const { newer, older, cells, link } = entry;
    newer?.reach();
    older?.reach();
    const after = older === null ? headLink : older.link;
    let unlinked: Unlinked = 1;
    if (
      newer !== null && newer.cells[NEXT] === link &&
      cells[PREVIOUS] === newer.link && cells[NEXT] === after &&
      (older === null || older.cells[PREVIOUS] === link)
    ) {
      newer.cells[NEXT] = after;
      if (older !== null) older.cells[PREVIOUS] = newer.link;
    } else unlinked = unlink(headLink, link, after);
    // From here on nothing fails for want of stack.
    if (older !== null) older.newer = newer;
    if (newer === null) {
      this.newest = older;
    } else {
      newer.older = older;
    }
    entry.newer = null;
    entry.older = null;
    if (this.newest !== null) this.more--;
    return unlinked;
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

/**
 * The list of locks that this thread holds, which the kernel walks when the
 * thread dies (`get_robust_list(2)`), with entries as glibc makes them
 * (`nptl/pthread_mutex_lock.c`, `nptl/descr.h`).
 *
 * Its links lie in shared memory, where anybody may overwrite them. They are
 * written here for the kernel, and for C code of this thread, and never
 * followed: what is held, and in which order, is known from the objects below.
 *
 * @module
 */

import { libc } from "../libc/library.ts";
import { platform } from "../platforms/platform.ts";
import { systemError } from "../errors/system_error.ts";
import { errnoNumber } from "../errors/errno.ts";
import type { Region } from "../memory/region.ts";
import { insertBeforeForeign, removeBesideForeign } from "./foreign_entries.ts";
import { linkOf } from "./links.ts";

/** Length of a block that an entry lies in: a mutex and what stands behind it. */
export const ENTRY_BLOCK = 64;
/** Where glibc keeps the two links of a mutex, in 64-bit cells: `__list`. */
const PREVIOUS = 3;
const NEXT = 4;
/** From an entry, which is the address of its `__next`, back to the lock word. */
const LOCK_FROM_ENTRY = -32;
/** `struct robust_list_head`, in 64-bit cells: list, futex_offset, list_op_pending. */
const [FIRST, OFFSET, PENDING] = [0, 1, 2];
const HEAD_SIZE = 24;
/**
 * The kernel walks 2048 entries of a dead thread (`ROBUST_LIST_LIMIT`), and what
 * lies beyond stays locked; some are left to C code of the thread.
 */
const MOST_HELD = 2000;

/** A lock as it stands in the list of its thread, or may. */
export class ListEntry {
  /** The block as 32-bit words; empty when its buffer was transferred away. */
  words: Int32Array<ArrayBuffer>;
  /** The same as 64-bit cells. */
  cells: Float64Array<ArrayBuffer>;
  /** What other entries link to. */
  readonly link: number;
  /** Neighbours among what this library holds: taken later, and earlier. */
  newer: ListEntry | null = null;
  older: ListEntry | null = null;
  /** Whether what it was put in front of is not this library's. */
  beforeForeign = false;

  readonly #region: Region;
  readonly #offset: number;

  /**
   * @param region The memory of the block.
   * @param offset Where in it the block starts, a multiple of 8 in memory.
   */
  constructor(region: Region, offset: number) {
    this.#region = region;
    this.#offset = offset;
    const { buffer, byteOffset } = region;
    this.words = new Int32Array(buffer, byteOffset + offset, ENTRY_BLOCK / 4);
    this.cells = new Float64Array(buffer, byteOffset + offset, ENTRY_BLOCK / 8);
    this.link = linkOf(region.address + BigInt(offset - LOCK_FROM_ENTRY));
  }

  /**
   * Looks up the memory again when its buffer was transferred away. For a lock
   * that is held: such memory stays mapped.
   */
  reach(): void {
    if (this.words.length !== 0) return;
    const pointer = this.#region.pointerAt(this.#offset);
    const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, ENTRY_BLOCK);
    this.words = new Int32Array(buffer);
    this.cells = new Float64Array(buffer);
  }
}

/** The locks of this thread. */
export class ThreadList {
  /** Number of this thread, as the lock word and the kernel have it. */
  readonly tid: number;
  /** Whether the kernel learns of the death of this thread. */
  readonly watched: boolean;
  readonly #head: Float64Array;
  /** What links to the head. */
  readonly headLink: number;
  /** What was taken last. */
  newest: ListEntry | null = null;
  #count = 0;
  /** What is pending while no operation is: a lock that tasks wait for. */
  #awaited = 0;

  /** Opens the list of this thread. */
  constructor() {
    this.tid = libc().gettid?.() ?? 0;
    const head = findHead();
    this.watched = head !== null;
    // Without the kernel's list all goes on over a list that nobody reads.
    this.#head = head?.cells ?? new Float64Array(3);
    this.headLink = head?.link ?? 0;
  }

  /** Throws when one more cannot be held. */
  admit(): void {
    if (this.#count < MOST_HELD) return;
    throw systemError(
      "pthread_mutex_lock",
      errnoNumber("EAGAIN"),
      "lock mutex",
      `this thread holds ${this.#count} locks already, and the kernel frees some 2000 of them when it dies: release some, or take them in several workers`,
    );
  }

  /** Tells the kernel which lock the thread is about to take or to release. */
  begin(entry: ListEntry): void {
    this.#head[PENDING] = entry.link;
  }

  /** Ends what {@linkcode ThreadList.begin} announced. */
  end(): void {
    this.#head[PENDING] = this.#awaited;
  }

  /**
   * Has the kernel pass a wake-up on when this thread dies between being woken
   * for a lock and taking it (`handle_futex_death`). One lock at a time.
   */
  startAwaiting(entry: ListEntry): void {
    if (this.#awaited === 0) this.#awaited = entry.link;
    this.end();
  }

  /** Ends {@linkcode ThreadList.startAwaiting}. */
  stopAwaiting(entry: ListEntry): void {
    if (this.#awaited === entry.link) this.#awaited = 0;
    this.end();
  }

  /** Puts a lock that was just taken into the list. */
  push(entry: ListEntry): void {
    const { newest } = this;
    const { cells, link } = entry;
    const first = this.#head[FIRST]!;
    cells[NEXT] = first;
    cells[PREVIOUS] = this.headLink;
    if (first !== (newest === null ? this.headLink : newest.link)) {
      this.#pushBeforeForeign(entry, first);
    } else if (newest !== null) newest.cells[PREVIOUS] = link;
    this.#head[FIRST] = link;
    if (newest !== null) {
      newest.newer = entry;
      entry.older = newest;
    }
    this.newest = entry;
    this.#count++;
  }

  /**
   * Takes a lock out of the list, by what is known of its neighbours.
   *
   * @returns Whether its links were as they were left.
   */
  pull(entry: ListEntry): boolean {
    const { older, cells } = entry;
    if (entry !== this.newest || entry.beforeForeign) {
      return this.#pullAnywhere(entry);
    }
    if (this.#head[FIRST] !== entry.link) return this.#pullAnywhere(entry);
    const { headLink } = this;
    const after = older === null ? headLink : older.link;
    const sound = cells[NEXT] === after && cells[PREVIOUS] === headLink;
    this.#head[FIRST] = after;
    this.newest = older;
    if (older !== null) {
      older.reach();
      older.cells[PREVIOUS] = headLink;
      older.newer = null;
      entry.older = null;
    }
    cells[PREVIOUS] = 0;
    cells[NEXT] = 0;
    this.#count--;
    return sound;
  }

  #pushBeforeForeign(entry: ListEntry, first: number): void {
    entry.beforeForeign = true;
    insertBeforeForeign(entry, first);
  }

  /** The same for one that is not the newest, or has foreign ones beside it. */
  #pullAnywhere(entry: ListEntry): boolean {
    const { newer, older, cells } = entry;
    const { headLink } = this;
    const after = older === null ? headLink : older.link;
    const before = newer === null ? headLink : newer.link;
    const foreign = entry.beforeForeign || newer === null ||
      newer.beforeForeign;
    const sound = foreign ||
      cells[NEXT] === after && cells[PREVIOUS] === before;
    if (foreign) {
      removeBesideForeign(this, entry);
    } else {
      newer.reach();
      newer.cells[NEXT] = after;
      if (older !== null) {
        older.reach();
        older.cells[PREVIOUS] = before;
      }
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
    cells[PREVIOUS] = 0;
    cells[NEXT] = 0;
    this.#count--;
    return sound;
  }
}

/** The head that glibc gave the kernel, if both are as they are expected. */
function findHead(): { cells: Float64Array; link: number } | null {
  const { get_robust_list } = libc();
  const { syscalls } = platform();
  if (get_robust_list === null || syscalls === null) return null;
  const address = new BigUint64Array(1);
  const length = new BigUint64Array(1);
  const number = BigInt(syscalls.getRobustList);
  // Emulators and some sandboxes have no such call.
  if (get_robust_list(number, 0n, address, length) === -1) return null;
  const pointer = Deno.UnsafePointer.create(address[0] ?? 0n);
  if (pointer === null || length[0] !== BigInt(HEAD_SIZE)) return null;
  const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, HEAD_SIZE);
  // Another libc keeps its lock words elsewhere.
  const offset = new BigInt64Array(buffer)[OFFSET];
  if (offset !== BigInt(LOCK_FROM_ENTRY)) return null;
  return { cells: new Float64Array(buffer), link: linkOf(address[0] ?? 0n) };
}

let list: ThreadList | undefined;

/** The list of this thread. Every worker has one of its own. */
export function threadList(): ThreadList {
  return list ??= new ThreadList();
}

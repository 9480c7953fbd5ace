/**
 * A lock as it stands in the list of its thread, or may: what is written for the
 * kernel, and for C, when it is taken and released.
 *
 * Every taking of a free lock goes through here, so fields are declared without a
 * first value where the constructor sets them: one that is `undefined` at first
 * stays a value of any type to the compiler.
 *
 * @module
 */

import type { Region } from "../memory/region.ts";
import { insertBeforeForeign, type Unlinked } from "./foreign_entries.ts";
import { linkOf } from "./links.ts";
import { LOCK_FROM_ENTRY } from "./robust_list.ts";
import { type ThreadList, threadList } from "./thread_list.ts";

/** Length of the block: a mutex and what stands behind it. */
const BLOCK = 64;
/** The lock word, among the 32-bit words of the block. */
const LOCK = 0;
/** Where glibc keeps the two links, among its 64-bit cells: `__list`. */
const [PREVIOUS, NEXT] = [3, 4];
/** Of `struct robust_list_head`, among its 64-bit cells: list, list_op_pending. */
const [FIRST, PENDING] = [0, 2];

/** A lock of this thread's list. */
export class ListEntry {
  /** The block as 32-bit words; empty when its buffer was transferred away. */
  declare words: Int32Array<ArrayBuffer>;
  /** The same as 64-bit cells. */
  declare cells: Float64Array<ArrayBuffer>;
  /** What other entries link to. */
  declare readonly link: number;
  /** The list of this thread. */
  readonly list: ThreadList = threadList();
  /** Neighbours among what this library holds: taken later, and earlier. */
  newer: ListEntry | null = null;
  older: ListEntry | null = null;

  /** The memory of the block. */
  readonly region: Region;
  /** Where in it the block starts. */
  readonly offset: number;

  /**
   * @param region The memory of the block.
   * @param offset Where in it the block starts, a multiple of 8 in memory.
   */
  constructor(region: Region, offset: number) {
    this.region = region;
    this.offset = offset;
    const { buffer, byteOffset } = region;
    this.words = new Int32Array(buffer, byteOffset + offset, BLOCK / 4);
    this.cells = new Float64Array(buffer, byteOffset + offset, BLOCK / 8);
    this.link = linkOf(region.address + BigInt(offset - LOCK_FROM_ENTRY));
  }

  /**
   * Looks up the memory again when its buffer was transferred away: such memory
   * stays mapped. Of memory that was unmapped, words and cells remain empty.
   */
  reach(): void {
    if (this.words.length !== 0 || this.region.released) return;
    const pointer = this.region.pointerAt(this.offset);
    const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, BLOCK);
    this.words = new Int32Array(buffer);
    this.cells = new Float64Array(buffer);
  }

  /**
   * Takes the lock if its word is as expected, and puts it into the list. Until then
   * the kernel knows it as pending. All in one function: what can fail for want of
   * stack stands before the exchange, and one call, of which an equal one has
   * succeeded just then, behind all that is written for the kernel.
   *
   * @param word What to write into the lock word.
   * @returns Whether it did.
   * @throws {SystemError} When this thread cannot hold one more (EAGAIN).
   */
  protected acquire(expected: number, word: number): boolean {
    const { list, words, cells, link } = this;
    const { head, headLink, newest } = list;
    const first = head[FIRST]!;
    // C code of this thread may have put something in front of ours, or dropped it.
    const foreign = first !== (newest === null ? headLink : newest.link);
    if (newest !== null || foreign) {
      list.admit();
      newest?.reach();
      // Nothing changes: what links to the head does so once more.
      if (foreign && first !== headLink) insertBeforeForeign(headLink, first);
    }
    head[PENDING] = link;
    if (Atomics.compareExchange(words, LOCK, expected, word) !== expected) {
      head[PENDING] = list.awaited;
      return false;
    }
    cells[NEXT] = first;
    cells[PREVIOUS] = headLink;
    head[FIRST] = link;
    list.newest = this;
    head[PENDING] = list.awaited;
    if (newest !== null) {
      newest.newer = this;
      this.older = newest;
      list.more++;
      if (!foreign) newest.cells[PREVIOUS] = link;
    }
    if (foreign && first !== headLink) insertBeforeForeign(link, first);
    return true;
  }

  /**
   * Announces to the kernel that the lock is about to be released, and takes it out of
   * the list by what is known of its neighbours. {@linkcode ThreadList.end} follows
   * once it is free.
   *
   * @returns 1; or 0 when links were overwritten, or -1 when C code of this thread has
   * taken it out already.
   */
  protected withdraw(): Unlinked {
    const { list, cells, link, older } = this;
    const { head, headLink } = list;
    const after = older === null ? headLink : older.link;
    head[PENDING] = link;
    if (
      list.newest !== this || head[FIRST] !== link ||
      cells[NEXT] !== after || cells[PREVIOUS] !== headLink
    ) return list.pull(this);
    if (older !== null) {
      // A call may fail for want of stack; behind it nothing does.
      if (older.words.length === 0) older.reach();
      older.cells[PREVIOUS] = headLink;
      older.newer = null;
      this.older = null;
      list.more--;
    }
    head[FIRST] = after;
    list.newest = older;
    return 1;
  }
}

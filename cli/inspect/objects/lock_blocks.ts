/**
 * Locks in memory that programs divide up themselves: each says by a magic word, a
 * mutex by its kind, what it is.
 *
 * @module
 */

import { magicOf } from "../../../sync/locks/block.ts";
import {
  isRobustShared,
  TID_MASK,
} from "../../../sync/locks/mutex/mutex_layout.ts";
import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";
import {
  type LockState,
  MUTEX_LENGTH,
  readMutex,
  threadText,
} from "./locks.ts";

const READ_WRITE = magicOf("RWLK");
const CONDITION = magicOf("COND");
const BARRIER = magicOf("BARR");

/** How much of an object is searched for locks. */
const SEARCHED = 65_536;
/** Locks lie at multiples of this. */
const ALIGNMENT = 8;
/** More than these in one object are hardly locks. */
const MOST_FOUND = 64;
const MOST_SLOTS = 1024;

/** Words of a mutex. */
const COUNT = 4;
const OWNER = 8;
const USERS = 12;
const KIND = 16;
/** Highest thread id of Linux (`pid_max` in `proc(5)`). */
const MOST_THREADS = 2 ** 22;

/** Reads the lock that lies somewhere, of whichever kind it says it is. */
export function readLock(source: ByteSource, byteOffset: number): LockState {
  const words = new Words(source.read(byteOffset, MUTEX_LENGTH));
  switch (words.i32(0)) {
    case READ_WRITE:
      return readWriteLock(source, byteOffset, words);
    case CONDITION:
      return plainBlock(byteOffset, "condition", words.u32(8), "waiter");
    case BARRIER:
      return plainBlock(
        byteOffset,
        "barrier",
        words.i32(8) & 0xffff,
        "arrival",
        `of ${words.u32(4)}`,
      );
    default:
      return readMutex(source, byteOffset, `mutex at ${byteOffset}`);
  }
}

/**
 * Searches the beginning of an object for locks. It finds what looks like one: bytes
 * of a program may do so by chance, though hardly.
 */
export function findLocks(source: ByteSource): LockState[] {
  const words = new Words(source.read(0, Math.min(source.size, SEARCHED)));
  const found: LockState[] = [];
  let offset = 0;
  while (offset < words.byteLength && found.length < MOST_FOUND) {
    const length = lockLength(words, offset);
    if (length > 0) found.push(readLock(source, offset));
    offset += Math.max(length, ALIGNMENT);
  }
  return found;
}

/** How many bytes a lock has that lies somewhere; 0 when none does. */
function lockLength(words: Words, offset: number): number {
  switch (words.i32(offset)) {
    case READ_WRITE: {
      const slots = words.u32(offset + 4);
      const isLock = slots >= 1 && slots <= MOST_SLOTS &&
        isMutex(words, offset + MUTEX_LENGTH);
      return isLock ? (2 + slots) * MUTEX_LENGTH : 0;
    }
    case CONDITION:
      return words.i32(offset + 12) === 0 ? 16 : 0;
    case BARRIER:
      return words.u32(offset + 4) <= 65_535 ? 16 : 0;
    default:
      return isMutex(words, offset) ? MUTEX_LENGTH : 0;
  }
}

/** Whether all words of a mutex are such as they can be. */
function isMutex(words: Words, offset: number): boolean {
  const lock = words.i32(offset) & TID_MASK;
  const owner = words.u32(offset + OWNER);
  // 0x7ffffffe: nobody can repair it.
  const isOwner = owner === 0 || owner === lock || owner >= 0x7fff_fffe;
  return isRobustShared(words.i32(offset + KIND)) && lock < MOST_THREADS &&
    isOwner && words.u32(offset + COUNT) < 65_536 &&
    words.u32(offset + USERS) <= 1;
}

function readWriteLock(
  source: ByteSource,
  byteOffset: number,
  words: Words,
): LockState {
  const name = `read-write lock at ${byteOffset}`;
  const gate = readMutex(source, byteOffset + MUTEX_LENGTH, name);
  const slots = Math.min(words.u32(4), MOST_SLOTS);
  const isWritten = words.i32(8) !== 0 && gate.state === "held";
  const readers = isWritten
    ? []
    : Array.from({ length: slots }, (_, i) =>
      readMutex(source, byteOffset + (2 + i) * MUTEX_LENGTH, name))
      .filter(({ state }) =>
        state === "held"
      );
  const [first] = readers;
  const holder = isWritten ? gate : first ?? gate;
  return {
    ...holder,
    name,
    byteOffset,
    kind: "read-write-lock",
    // A writer that died is told of until the next one has finished.
    state: words.i32(12) !== 0 ? "owner-died" : holder.state,
    contended: gate.contended || words.u32(20) > 0,
    waiters: words.u32(20),
    detail: isWritten
      ? `written by ${threadText(gate)}`
      : readers.length > 0
      ? `read by ${readers.map(threadText).join(", ")}`
      : null,
  };
}

/** What is no lock, but something to wait at. */
function plainBlock(
  byteOffset: number,
  kind: "condition" | "barrier",
  count: number,
  what: string,
  rest = "",
): LockState {
  return {
    name: `${kind} at ${byteOffset}`,
    byteOffset,
    kind,
    state: count > 0 ? "waited-for" : "free",
    owner: 0,
    ownerPid: null,
    ownerCommand: null,
    contended: false,
    waiters: count,
    recursive: false,
    detail: `${count} ${what}${count === 1 ? "" : "s"} ${rest}`.trimEnd(),
  };
}

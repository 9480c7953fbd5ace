/**
 * Entries of the thread's list that C code of this thread has put there, or
 * another copy of this library, beside ours. Whether their memory is still there
 * is not known here, so it is the kernel that reads and writes it
 * (`process_vm_readv(2)` of one's own process): it says EFAULT where a plain
 * access would kill. This happens only where both hold locks at one time.
 *
 * @module
 */

import { libc } from "../libc/library.ts";
import { addressOf } from "./links.ts";

/** Twice as many entries as the kernel walks: a list that is longer is damaged, or a ring. */
const MOST_ENTRIES = 4096;
/** An entry is the address of `__next`; `__prev` stands in front of it. */
const PREVIOUS_FROM_ENTRY = 8n;
/** The lowest bit of a link says which protocol the lock has. */
const PROTOCOL_BIT = 1n;
const CELL = 8n;

const cell = new BigUint64Array(1);
const local = new BigUint64Array(2);
const remote = new BigUint64Array(2);

/** Fills the two `struct iovec`. */
function aim(address: bigint): void {
  local[0] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(cell));
  local[1] = CELL;
  remote[0] = address;
  remote[1] = CELL;
}

/** Reads 8 bytes at an address; returns nothing when they cannot be read. */
function read(address: bigint): bigint | undefined {
  aim(address);
  const call = libc().process_vm_readv;
  if (call?.(Deno.pid, local, 1n, remote, 1n, 0n) !== CELL) return undefined;
  return cell[0];
}

/** Writes 8 bytes to an address, if there is memory. */
function write(address: bigint, value: bigint): void {
  aim(address);
  cell[0] = value;
  libc().process_vm_writev?.(Deno.pid, local, 1n, remote, 1n, 0n);
}

/** Writes into a foreign entry, the first one, what links to it. */
export function insertBeforeForeign(link: number, first: number): void {
  const address = addressOf(first) & ~PROTOCOL_BIT;
  write(address - PREVIOUS_FROM_ENTRY, addressOf(link));
}

/**
 * What came of taking an entry out: 1 that it is out; 0 the same, but links had been
 * overwritten; -1 that it was not in the list any more.
 */
export type Unlinked = 1 | 0 | -1;

/**
 * Takes an entry out, wherever it stands.
 *
 * @param headLink What links to the head.
 * @param link What links to the entry.
 * @param known What links to what stands behind it, if its own link was overwritten.
 */
export function unlink(
  headLink: number,
  link: number,
  known: number,
): Unlinked {
  const own = addressOf(link);
  const head = addressOf(headLink);
  const before = findBefore(head, own);
  if (before === null) return -1;
  // Links in front of it were overwritten: nobody gets from the head to it.
  if (before === undefined) return 0;
  const after = findAfter(head, own);
  const isSound = after !== undefined &&
    (before === head || read(own - PREVIOUS_FROM_ENTRY) === before);
  const next = after ?? addressOf(known);
  const address = next & ~PROTOCOL_BIT;
  // Nothing changes; but what finds enough stack once does so again.
  write(before, own);
  write(before, next);
  if (address !== head) write(address - PREVIOUS_FROM_ENTRY, before);
  return isSound ? 1 : 0;
}

/**
 * The entry, or head, that links to one; null when none does, and nothing when that
 * cannot be told.
 */
function findBefore(head: bigint, own: bigint): bigint | null | undefined {
  let at = head;
  for (let entries = 0; entries < MOST_ENTRIES; entries++) {
    const next = read(at);
    if (next === undefined) return undefined;
    const address = next & ~PROTOCOL_BIT;
    if (address === own) return at;
    if (address === head) return null;
    at = address;
  }
  return undefined;
}

/** What an entry links to, if that links back. */
function findAfter(head: bigint, own: bigint): bigint | undefined {
  const next = read(own);
  if (next === undefined) return undefined;
  const address = next & ~PROTOCOL_BIT;
  if (address === head) return next;
  return read(address - PREVIOUS_FROM_ENTRY) === own ? next : undefined;
}

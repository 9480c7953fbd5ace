/**
 * What the kernel does with the locks of a thread that dies, as
 * `exit_robust_list` in `kernel/futex/core.c` does (Linux 6.1).
 *
 * @module
 */

import type { Machine } from "../machine.ts";

/** Where memory begins for programs. */
const BASE = 0x10000n;
/** As many entries as the kernel walks. */
const MOST = 2048;

const TID_MASK = 0x3fff_ffff;
const OWNER_DIED = 0x4000_0000;
const SLEEPERS_BIT = 0x8000_0000 | 0;

/** Number of the thread of a participant. */
export function threadOf(who: number): number {
  return 100 + who;
}

/** Where the head of its list lies: in no memory that is shared. */
export function headAddress(who: number): bigint {
  return BigInt(64 * (who + 1));
}

/** Frees what a thread held, and passes on a wake-up that it died with. */
export function freeLocks(
  machine: Machine,
  who: number,
  [first = 0n, offset = 0n, pending = 0n]: BigInt64Array,
): void {
  const head = headAddress(who);
  const place = (entry: bigint) => Number(entry - BASE);
  let entry = first;
  for (let i = 0; i < MOST && entry !== head; i++) {
    const at = place(entry);
    if (!(at >= 0 && at + 8 <= machine.byteLength)) break;
    const low = machine.kernel.loadForKernel(at) >>> 0;
    const high = machine.kernel.loadForKernel(at + 4);
    const next = (BigInt(high) << 32n) | BigInt(low);
    if (entry !== pending) free(machine, who, place(entry + offset), false);
    entry = next & ~1n;
  }
  if (pending !== 0n) free(machine, who, place(pending + offset), true);
}

/** `handle_futex_death`. */
function free(
  machine: Machine,
  who: number,
  offset: number,
  pending: boolean,
): void {
  if (!(offset >= 0 && offset + 4 <= machine.byteLength)) return;
  const word = machine.kernel.loadForKernel(offset);
  const owner = word & TID_MASK;
  const wakes = pending && owner === 0;
  if (!wakes && owner !== threadOf(who)) return;
  if (!wakes) {
    machine.kernel.storeForKernel(offset, (word & SLEEPERS_BIT) | OWNER_DIED);
    if ((word & SLEEPERS_BIT) === 0) return;
  }
  const waiting = machine.kernel.on(offset).filter((one) => one.who !== who);
  if (waiting.length === 0) return;
  const sleeper = waiting[machine.pick(waiting.length)]!;
  machine.kernel.wake(sleeper, offset);
}

/** The kernel's futex, as the machine has it. */

import type { Machine } from "../../machine/machine.ts";
import type { Tasks } from "../../machine/program/tasks.ts";
import { BASE } from "../memory/region.ts";

declare const $machine: Machine;
declare const $tasks: Tasks;

/** Most words that one `futex_waitv` takes. */
export const FUTEX_WAITV_MAX = 128;

/** A 32-bit word to sleep on. */
export class Word {
  readonly cell: Int32Array;
  readonly address: bigint;
  readonly index: number;

  constructor(cell: Int32Array, address: bigint, index = 0) {
    this.cell = cell;
    this.address = address;
    this.index = index;
  }

  get gone(): boolean {
    return false;
  }

  load(): number {
    return Atomics.load(this.cell, this.index);
  }
}

/** Names a word by where it lies. */
export function wordAt(
  region: {
    readonly buffer: ArrayBuffer;
    readonly byteOffset: number;
    readonly address: bigint;
  },
  byteOffset: number,
): Word {
  const cell = new Int32Array(region.buffer, region.byteOffset + byteOffset, 1);
  return new Word(cell, region.address + BigInt(byteOffset));
}

/** A word of this process alone. */
export function privateWord(): Word {
  const offset = $machine.kernel.ownWord();
  const cell = new Int32Array($machine.decoys.whole, offset, 1);
  return new Word(cell, BASE + BigInt(offset));
}

function offsetOf({ address }: Word): number {
  return Number(address - BASE);
}

/** How a sleep on a word ended. */
export type SleepResult = "ok" | "not-equal" | "timed-out";

/** Sleeps while a word has a value. */
export function sleepOn(word: Word, value: number, ms: number): SleepResult {
  const offset = offsetOf(word);
  const { memory, kernel } = $machine;
  const actor = $machine.current!;
  const differs = $machine.act(
    "futex wait",
    0,
    () => {
      memory.fence(actor.index);
      memory.loadNewest(offset, 4);
      if (memory.low !== (value | 0)) return 1;
      const timed = ms < 1e12;
      kernel.sleepers.push({
        who: actor.index,
        call: 0,
        offsets: [offset],
        timed,
      });
      actor.blocked = true;
      return 0;
    },
    true,
    [{ offset, width: 4 }, ...memory.spans(actor.index)],
  );
  if (differs === 1) return "not-equal";
  if ($machine.awaitWake() !== 2) return "ok";
  $tasks.now += ms;
  return "timed-out";
}

/** Wakes some who sleep on a word. */
export function wake(word: Word, count: number): number {
  const offset = offsetOf(word);
  return $machine.act(
    "futex wake",
    0,
    () => {
      $machine.memory.fence($machine.current!.index);
      let woken = 0;
      for (; woken < count; woken++) {
        const waiting = $machine.kernel.on(offset);
        if (waiting.length === 0) break;
        const all = count >= waiting.length;
        const sleeper = waiting[all ? 0 : $machine.pick(waiting.length)]!;
        $machine.kernel.wake(sleeper, offset);
      }
      return woken;
    },
    true,
    $machine.memory.spans($machine.current!.index),
  );
}

/** Whether the kernel can sleep on many words at once. */
export function hasWaitv(): boolean {
  return true;
}

/** A list of words to sleep on in the pool. */
export class WaitList {
  readonly #words: Word[] = [];
  readonly #values: number[] = [];

  set(index: number, word: Word, value: number): void {
    this.#words[index] = word;
    this.#values[index] = value;
  }

  sleep(length: number, ms: number): Promise<number> {
    const words = this.#words.slice(0, length);
    const offsets = words.map(offsetOf);
    const values = this.#values.slice(0, length);
    const actor = $machine.current!;
    const call = ++actor.calls;
    $machine.act("start a call in the pool", 0, () => {
      const timed = ms < 1e12;
      // On a thread of its own it sees what this one has stored.
      $machine.memory.fence(actor.index);
      $machine.kernel.pool[actor.index]!.push({ call, offsets, values, timed });
      return 0;
    });
    return $tasks.promise((resolve) => {
      $tasks.onCall(call, (result) => {
        if (result === 2 && words.length < 3) $tasks.now += ms;
        resolve(result);
      });
    });
  }
}

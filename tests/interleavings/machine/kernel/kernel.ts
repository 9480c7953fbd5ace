/**
 * The part of the kernel that protocols rely on, with its promises and no more:
 * futexes, whose wake-up reaches any of the waiters, calls on other threads that
 * start whenever they like, and locks on bytes that go with their process.
 *
 * @module
 */

import type { Actor } from "../actor.ts";
import type { Machine } from "../machine.ts";
import { mix } from "../memory/view.ts";
import { Files } from "./files.ts";
import { freeLocks, headAddress } from "./robust_list.ts";
import { Pipes } from "./pipes.ts";
import { SemaphoreValues } from "./semaphores.ts";

/** Bytes of words of its own that each participant has. */
export const OWN_LENGTH = 64;

/** A wait of a thread, or of a call in the pool on many words. */
export interface Sleeper {
  /** Number of the participant. */
  readonly who: number;
  /** Which call of the pool; 0 for a blocked thread. */
  readonly call: number;
  /** Word offsets in bytes. */
  readonly offsets: readonly number[];
  /** Whether a time limit can end it. */
  readonly timed: boolean;
  /**
   * Which of its words were woken, while the call has not returned: until then
   * another wake-up can reach it through another word, and is used up, too
   * (`futex_unqueue_multiple` in `kernel/futex/waitwake.c`).
   */
  readonly woken?: number[];
}

/** A call in the pool that has not reached the kernel. */
export interface PoolCall {
  readonly call: number;
  readonly offsets: readonly number[];
  readonly values: readonly number[];
  readonly timed: boolean;
}

/** The state of the kernel in one schedule. */
export class Kernel {
  readonly #machine: Machine;
  readonly sleepers: Sleeper[] = [];
  readonly files: Files;
  readonly semaphores: SemaphoreValues;
  readonly pipes: Pipes;
  /** Calls that wait to be started, by participant. */
  readonly pool: PoolCall[][] = [];
  /** Words that more may be kept in: who is in a place. */
  readonly places = new Map<string, number>();

  constructor(machine: Machine, participants: number, before?: Files) {
    this.files = new Files(machine.decoys.fileLength, before);
    this.pipes = new Pipes(this.files);
    this.semaphores = new SemaphoreValues(machine.semaphores);
    this.#machine = machine;
    for (let i = 0; i < participants; i++) {
      this.pool.push([]);
    }
  }

  /** Sleepers on a word. */
  on(offset: number): Sleeper[] {
    return this.sleepers.filter(({ offsets, woken = [] }) => {
      const place = offsets.indexOf(offset);
      return place >= 0 && !woken.includes(place);
    });
  }

  /** Takes a sleeper out. */
  remove(sleeper: Sleeper): void {
    const place = this.sleepers.indexOf(sleeper);
    if (place >= 0) this.sleepers.splice(place, 1);
  }

  /** Whether a participant has files open, whose locks go with it. */
  hasLocks(who: number): boolean {
    return this.files.has(who);
  }

  /** What goes with a process, however it ends. */
  exit(who: number): void {
    this.pool[who] = [];
    for (const sleeper of this.sleepers.filter((one) => one.who === who)) {
      this.remove(sleeper);
    }
    this.files.exit(who);
    this.pipes.exit(who);
    this.tellWatches();
    this.semaphores.exit(who);
  }

  /** What goes with one that is killed. */
  #die(who: number): void {
    this.exit(who);
    for (const [place, owner] of this.places) {
      if (owner === who) this.places.delete(place);
    }
  }

  /** The head of the list of locks of the one who runs (`get_robust_list(2)`). */
  openHead(): ArrayBuffer {
    const machine = this.#machine;
    const actor = machine.current!;
    machine.head = new ArrayBuffer(24);
    new BigInt64Array(machine.head).set([headAddress(actor.index), -32n, 0n]);
    return machine.head;
  }

  /** A word of the one who runs, for the kernel. */
  ownWord(): number {
    const machine = this.#machine;
    const actor = machine.current!;
    if (4 * actor.words >= OWN_LENGTH) throw new Error("too many own words");
    return machine.byteLength + OWN_LENGTH * actor.index + 4 * actor.words++;
  }

  /** Wakes a sleeper through one of its words. */
  wake(sleeper: Sleeper, offset: number): void {
    const place = sleeper.offsets.indexOf(offset);
    if (sleeper.woken === undefined) this.rouse(sleeper, place);
    else sleeper.woken.push(place);
  }

  /** Lets a sleeper go on. */
  rouse(sleeper: Sleeper, result: number): void {
    this.remove(sleeper);
    const actor = this.#machine.actors[sleeper.who]!;
    actor.tell(sleeper.call, result);
  }

  /** Loads a word for the kernel, which makes it one that several touch. */
  loadForKernel(offset: number): number {
    const word = offset >> 2;
    const { memory, words } = this.#machine;
    words.share(word);
    memory.loadNewest(offset, 4);
    return memory.low;
  }

  /** Stores a word for the kernel. */
  storeForKernel(offset: number, value: number): void {
    this.#machine.memory.storePrivately(offset, 4, value, 0);
    this.#machine.stored(-1, [{ offset, width: 4 }]);
  }

  /** Starts a call of the pool. */
  startCall(who: number, { call, offsets, values, timed }: PoolCall): void {
    const { memory, actors } = this.#machine;
    for (let i = 0; i < offsets.length; i++) {
      memory.loadNewest(offsets[i]!, 4);
      if (memory.low !== values[i]!) {
        actors[who]!.tell(call, -1);
        return;
      }
    }
    this.sleepers.push({ who, call, offsets, timed, woken: [] });
  }

  /** Lets event loops hear of pipes that have something, or have ended. */
  tellWatches(): void {
    for (const [{ who, call }, result] of this.pipes.heard()) {
      const actor = this.#machine.actors[who];
      if (actor === undefined) continue;
      actor.tell(call, result);
    }
  }

  /** Ends a call on the semaphore set: with 0 when it is done, else with -1. */
  endCall(place: number, result: number): void {
    const [call] = this.semaphores.calls.splice(place, 1);
    if (call === undefined) return;
    if (result === 0) this.semaphores.try(call.operations);
    const actor = this.#machine.actors[call.who]!;
    actor.tell(call.call, result);
  }

  /** Removes a file by its path, as `Deno.removeSync()` does. */
  removeFile(name: string): void {
    const machine = this.#machine;
    const who = machine.current?.index ?? -1;
    const found = machine.act(`remove ${name}`, 0, () => {
      machine.stored(who, null);
      return this.files.unlink(name) ? 1 : 0;
    });
    if (found === 0) throw new Deno.errors.NotFound(`no ${name}`);
  }

  /** Ends a participant as SIGKILL does. */
  kill(actor: Actor): void {
    this.#machine.memory.fence(actor.index);
    actor.dead = true;
    actor.blocked = false;
    if (actor.head !== null) freeLocks(this.#machine, actor.index, actor.head);
    this.#die(actor.index);
    // Those that wait for a change look again: a death is one.
    this.#machine.stored(actor.index, null);
  }

  /** Mixes the state into a hash. */
  hash(seed: number): number {
    let h = seed;
    for (const { who, call, offsets, woken = [] } of this.sleepers) {
      h = mix(mix(h, who + 64 * call), offsets.length);
      for (const offset of offsets) h = mix(h, offset);
      for (const place of woken) h = mix(h, ~place);
    }
    this.pool.forEach((calls, who) => {
      for (const { call } of calls) h = mix(mix(h, who), call);
    });
    let sum = 0;
    for (const [name, owner] of this.places) sum += mix(~text(name), owner);
    return this.files.hash(this.semaphores.hash(this.pipes.hash(mix(h, sum))));
  }
}

function text(name: string): number {
  let h = 7;
  for (let i = 0; i < name.length; i++) h = mix(h, name.charCodeAt(i));
  return h;
}

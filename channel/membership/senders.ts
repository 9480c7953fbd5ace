import { watchLife } from "../../sync/bells/peers.ts";
import { type ChannelObject, LOCKS } from "../object/channel_object.ts";
import { MAX_SENDERS, type RingControl, SENDER } from "./ring_control.ts";

/** What the states of all senders say: their places, by state. */
export interface SenderCounts {
  /** How many are there. */
  open: number;
  /** Those that have ended. */
  readonly ended: number[];
  /** Those that gave up. */
  readonly aborted: number[];
  /** Those that died. */
  readonly dead: number[];
  /** Whether all that are there ring pipes. */
  allRingPipes: boolean;
  /** Whether the end of each that is there is told by its pipe. */
  allWatched: boolean;
}

/** A sender, as its receiver sees it. */
export interface SenderStatus {
  /** Its process, in the PID namespace of that; 0 when it is not known. */
  readonly pid: number;
  /**
   * Whether it is there, has closed, has given up, or died; the last three
   * until the receiver has come to it.
   */
  readonly state: "open" | "closed" | "aborted" | "died";
}

/** Places that nobody can take, until they are disposed of. */
export interface LockedPlaces extends Disposable {
  /** Those that could be locked. */
  readonly slots: readonly number[];
}

/** The senders of a channel, as its receiver sees them. */
export class Senders {
  readonly #object: ChannelObject;
  readonly #control: RingControl;
  /** How many places there are: a look at all 56 is long where one is used. */
  readonly #places: number;

  constructor(object: ChannelObject, control: RingControl) {
    this.#object = object;
    this.#control = control;
    this.#places = control.producers === "one" ? 1 : MAX_SENDERS;
  }

  /** Asks each sender's state, and the kernel whether it still lives. */
  count(): SenderCounts {
    const counts: SenderCounts = {
      open: 0,
      ended: [],
      aborted: [],
      dead: [],
      allRingPipes: true,
      allWatched: true,
    };
    for (let slot = 0; slot < this.#places; slot++) {
      switch (this.#control.senderState(slot)) {
        case SENDER.open:
          if (this.#isDead(slot)) counts.dead.push(slot);
          else this.#countOpen(slot, counts);
          break;
        case SENDER.ended:
          counts.ended.push(slot);
          break;
        case SENDER.aborted:
          counts.aborted.push(slot);
          break;
      }
    }
    return counts;
  }

  #countOpen(slot: number, counts: SenderCounts): void {
    counts.open++;
    if (!this.#control.senderRingsPipes(slot)) counts.allRingPipes = false;
    const life = this.#control.senderPipes(slot)?.life;
    if (life === undefined || !watchLife(life)) counts.allWatched = false;
  }

  /** Process and state of each. */
  list(): SenderStatus[] {
    const list: SenderStatus[] = [];
    for (let slot = 0; slot < this.#places; slot++) {
      const state = this.#stateOf(slot);
      if (state === undefined) continue;
      list.push({ pid: this.#control.senderPid(slot), state });
    }
    return list;
  }

  #stateOf(slot: number): SenderStatus["state"] | undefined {
    switch (this.#control.senderState(slot)) {
      case SENDER.open:
        return this.#isDead(slot) ? "died" : "open";
      case SENDER.ended:
        return "closed";
      case SENDER.aborted:
        return "aborted";
      default:
        return undefined;
    }
  }

  #isDead(slot: number): boolean {
    return !this.#object.isLocked(LOCKS.senders + slot) &&
      // It may have ended between the two looks.
      this.#control.senderState(slot) === SENDER.open;
  }

  /** The processes that have, or had, some places. */
  pidsOf(slots: readonly number[]): number[] {
    return slots.map((slot) => this.#control.senderPid(slot));
  }

  /** What the open senders of some places announced of their last claims. */
  claims(isOne: (slot: number) => boolean): number[] {
    const control = this.#control;
    const claims = [];
    for (let slot = 0; slot < this.#places; slot++) {
      if (control.senderState(slot) !== SENDER.open || !isOne(slot)) continue;
      claims.push(control.claimOf(slot));
    }
    return claims;
  }

  /** Locks the places of senders that are gone, unless others took them. */
  lock(slots: readonly number[]): LockedPlaces {
    const locked = slots.filter((slot) =>
      this.#object.tryLock(LOCKS.senders + slot)
    );
    return {
      slots: locked,
      [Symbol.dispose]: () => {
        for (const slot of locked) this.#object.unlock(LOCKS.senders + slot);
      },
    };
  }

  /**
   * Frees the places of senders that are gone, unless one has come
   * since they were counted.
   *
   * @param changes How often a sender had come or gone by then.
   */
  free(slots: readonly number[], changes: number): boolean {
    const control = this.#control;
    using places = this.lock(slots);
    if (places.slots.length < slots.length) return false;
    if (control.changes !== changes) return false;
    for (const slot of slots) control.freeSender(slot);
    return true;
  }

  /** Frees the places of dead senders; returns their process ids. */
  freeDead(slots: readonly number[]): number[] {
    const control = this.#control;
    using places = this.lock(slots);
    const dead = places.slots.filter((slot) =>
      control.senderState(slot) === SENDER.open
    );
    const pids = this.pidsOf(dead);
    for (const slot of dead) control.freeSender(slot);
    return pids;
  }
}

import { type ChannelObject, LOCKS } from "../ends/channel_object.ts";
import { MAX_SENDERS, type RingControl, SENDER } from "./ring_control.ts";

/** What the states of all senders say. */
export interface Census {
  /** How many are there. */
  open: number;
  /** Those that have ended. */
  readonly ended: number[];
  /** Those that gave up. */
  readonly aborted: number[];
  /** Those that died. */
  readonly dead: number[];
}

/** Places that nobody can take, until they are disposed of. */
export interface LockedPlaces extends Disposable {
  /** Those that could be locked. */
  readonly slots: readonly number[];
}

/** The senders of a ring, as its receiver sees them. */
export class Senders {
  readonly #object: ChannelObject;
  readonly #control: RingControl;

  constructor(object: ChannelObject, control: RingControl) {
    this.#object = object;
    this.#control = control;
  }

  /** Asks each sender's state, and the kernel whether it still lives. */
  count(): Census {
    const census: Census = { open: 0, ended: [], aborted: [], dead: [] };
    for (let slot = 0; slot < MAX_SENDERS; slot++) {
      switch (this.#control.senderState(slot)) {
        case SENDER.open:
          if (this.#isDead(slot)) census.dead.push(slot);
          else census.open++;
          break;
        case SENDER.ended:
          census.ended.push(slot);
          break;
        case SENDER.aborted:
          census.aborted.push(slot);
          break;
      }
    }
    return census;
  }

  #isDead(slot: number): boolean {
    return !this.#object.isLocked(LOCKS.senders + slot) &&
      // It may have ended between the two looks.
      this.#control.senderState(slot) === SENDER.open;
  }

  /** Where the last claims of some of the open senders started. */
  claims(isOne: (slot: number) => boolean): number[] {
    const control = this.#control;
    const claims = [];
    for (let slot = 0; slot < MAX_SENDERS; slot++) {
      if (control.senderState(slot) !== SENDER.open || !isOne(slot)) continue;
      claims.push(control.claimOf(slot));
    }
    return claims;
  }

  /** Locks the places of senders that are gone, as far as nobody has them. */
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
   * Lets others have the places of senders that are gone, unless one has come
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

  /** Lets others have the places of dead senders; gives how many there were. */
  freeDead(slots: readonly number[]): number {
    const control = this.#control;
    using places = this.lock(slots);
    const dead = places.slots.filter((slot) =>
      control.senderState(slot) === SENDER.open
    );
    for (const slot of dead) control.freeSender(slot);
    return dead.length;
  }
}

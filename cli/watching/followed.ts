import type { WatchStart } from "../../channel/watching/ring_watch.ts";
import type { Sizes, WatchedKind } from "./identify.ts";
import { type NamedPlace, placeText } from "./place.ts";
import {
  type Missed,
  type OpenWatched,
  openWatched,
  type Seen,
} from "./watched.ts";

/**
 * Where to begin: with what comes, with the oldest that is there, or with what is
 * a state (a newest value, the entries of a map) and of all else with what comes.
 */
export type FollowStart = WatchStart | "state";

/** How something is followed. */
export interface FollowOptions {
  readonly from: FollowStart;
  /** Whether to wait for what is not there. */
  readonly wait: boolean;
}

/**
 * Something that is watched by its name: as soon as it exists, and when it was
 * removed and created again, the new one.
 */
export class Followed implements Disposable {
  /** Its name with its slash, or its path. */
  readonly name: string;
  readonly #place: NamedPlace;
  readonly #options: FollowOptions;
  #open: OpenWatched | undefined;
  #next: OpenWatched | undefined;
  /** Of those before the one that is open. */
  #missedBefore: Missed = { messages: 0, bytes: 0 };
  #toldDamage: string | undefined;
  /** That it was cut short, until that is told. */
  #cut: string | undefined;

  /**
   * Begins to follow.
   *
   * @throws {Deno.errors.NotFound} When it is not there, and not waited for.
   */
  constructor(place: NamedPlace, options: FollowOptions) {
    this.name = placeText(place);
    this.#place = place;
    this.#options = options;
    this.#open = this.#tryOpen(options.from, options.wait);
  }

  /** What it is; nothing before it is there. */
  get kind(): WatchedKind | undefined {
    return this.#open?.kind;
  }

  /** How something like it would be created. */
  get sizes(): Sizes {
    return this.#open?.sizes ?? {};
  }

  /** What was gone before it was seen. */
  get missed(): Missed {
    const now = this.#open?.missed;
    const { messages, bytes } = this.#missedBefore;
    return {
      messages: messages + (now?.messages ?? 0),
      bytes: bytes + (now?.bytes ?? 0),
    };
  }

  /**
   * Leaves what another program has cut short, before it is touched; it is followed
   * again once it is whole.
   */
  leaveCutShort(): void {
    if (this.#next?.object.isCutShort) {
      this.#next.object.close();
      this.#next = undefined;
    }
    if (!this.#open?.object.isCutShort) return;
    this.#missedBefore = this.missed;
    this.#open.object.close();
    this.#open = this.#next;
    this.#next = undefined;
    this.#cut = "another program has cut it short";
  }

  /** What was seen next; nothing when there is nothing now. */
  next(): Seen | undefined {
    const seen = this.#open?.next();
    if (seen !== undefined || this.#next === undefined) return seen;
    // The one that was removed has no more: go on with the new one.
    this.#missedBefore = this.missed;
    this.#open?.object.close();
    this.#open = this.#next;
    this.#next = undefined;
    return this.#open.next();
  }

  /** Looks whether it exists now, or was created again. */
  look(): void {
    if (this.#open === undefined) {
      // A watcher that waited for it wants all of it.
      this.#open = this.#tryOpen("oldest", true);
      return;
    }
    if (this.#next !== undefined || !this.#open.object.removed) return;
    // Programs may go on with an object whose name was removed.
    this.#next = this.#tryOpen("oldest", true);
  }

  /** What is wrong with it, told once. */
  takeDamage(): string | undefined {
    const cut = this.#cut;
    this.#cut = undefined;
    if (cut !== undefined) return cut;
    const damage = this.#open?.damage;
    if (damage === this.#toldDamage) return undefined;
    this.#toldDamage = damage;
    return damage;
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#open?.object.close();
    this.#next?.object.close();
  }

  #tryOpen(from: FollowStart, wait: boolean): OpenWatched | undefined {
    try {
      return openWatched(this.#place, from);
    } catch (error) {
      const isComing = error instanceof Deno.errors.NotFound ||
        // Its creator is still at it.
        error instanceof Deno.errors.Busy;
      if (wait && isComing) return undefined;
      throw error;
    }
  }
}

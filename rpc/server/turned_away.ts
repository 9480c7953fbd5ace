import type { Sender } from "../../channel/mod.ts";
import { encodeError } from "../wire/errors.ts";
import { ERROR } from "../wire/frames.ts";
import { Visitor } from "./visitor.ts";
import type { Wakes } from "./wakes.ts";

/** Clients that are told that there is no room: for a while, as some never read. */
export class TurnedAway {
  readonly #patienceMs: number;
  readonly #wakes: Wakes;
  /** Who is being told, and since when. */
  readonly #visitors = new Map<Visitor, number>();

  /**
   * Has none yet.
   *
   * @param patienceMs How long one may take to read it.
   * @param wakes Wakes them.
   */
  constructor(patienceMs: number, wakes: Wakes) {
    this.#patienceMs = patienceMs;
    this.#wakes = wakes;
  }

  /** Tells one, and closes the channel to it. */
  async tell(client: number, sender: Sender, error: Error): Promise<void> {
    const visitor = new Visitor(
      client,
      sender,
      this.#wakes,
      () => this.#leave(visitor),
    );
    this.#visitors.set(visitor, performance.now());
    await visitor.send(0, ERROR, encodeError(error));
    this.#leave(visitor);
  }

  /** Leaves those that have not read it in time; to be called now and then. */
  leaveLate(): void {
    const latest = performance.now() - this.#patienceMs;
    for (const [visitor, since] of this.#visitors) {
      if (since < latest) this.#leave(visitor);
    }
  }

  /** Leaves all. */
  leaveAll(): void {
    for (const [visitor] of this.#visitors) this.#leave(visitor);
  }

  #leave(visitor: Visitor): void {
    if (this.#visitors.delete(visitor)) visitor.leave();
  }
}

import { Receiver } from "../../channel/mod.ts";
import { retryFor } from "../../memory/checks/retry.ts";
import type { CheckedPlace } from "../../store/object/place.ts";
import { ignoreMissing } from "../wire/ignore_missing.ts";
import { LANE_ROOM, lanePlace, MAX_LANES } from "../wire/lanes.ts";

/** Room that is left when the next lane is made, for those that come meanwhile. */
const SPARE = 8;

/**
 * How long a client that looks at what a killed server left may have it open, so
 * that it does not seem to be left, generously.
 */
const LOOKING_MS = 20;

/** How the rings of a server are made. */
export interface LaneOptions {
  readonly capacity: number;
  readonly mode: number;
  readonly label: string;
}

/** The rings that requests come in: one, and more as clients come. */
export class Lanes {
  readonly #server: CheckedPlace;
  readonly #options: LaneOptions;
  readonly #most: number;
  readonly #receivers: Receiver[] = [];

  /**
   * Makes the first.
   *
   * @throws {Deno.errors.AlreadyExists} When a server is there already.
   */
  constructor(server: CheckedPlace, options: LaneOptions, maxClients: number) {
    this.#server = server;
    this.#options = options;
    this.#most = Math.ceil((maxClients + SPARE) / LANE_ROOM);
    this.#add();
    this.#removeLeft();
  }

  /** All of them. */
  get receivers(): readonly Receiver[] {
    return this.#receivers;
  }

  /** Makes one more, if so many clients leave little room. */
  addFor(clients: number): Receiver | undefined {
    const lanes = this.#receivers.length;
    const room = lanes * LANE_ROOM - clients;
    if (room > SPARE || lanes >= this.#most) return undefined;
    try {
      return this.#add();
    } catch {
      // There is no memory for it; clients wait, and the next one has it tried again.
      return undefined;
    }
  }

  /** Closes all, and removes their names. */
  close(): void {
    for (const receiver of this.#receivers) {
      ignoreMissing(() => receiver.unlink());
      receiver.close();
    }
  }

  #add(): Receiver {
    const place = lanePlace(this.#server, this.#receivers.length);
    const create = () =>
      Receiver.create(place, {
        ...this.#options,
        producers: "many",
        keepOpen: true,
        onSenderDeath: "continue",
        ...(typeof place === "string"
          ? { ifStale: "replace" }
          : { ifExists: "open" }),
      });
    const made = retryFor(LOOKING_MS, () => {
      try {
        return create();
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) return undefined;
        throw error;
      }
    });
    const receiver = made ?? create();
    this.#receivers.push(receiver);
    return receiver;
  }

  /** Removes further lanes of a server that was killed: nobody receives there. */
  #removeLeft(): void {
    for (let lane = 1; lane < MAX_LANES; lane++) {
      try {
        using left = Receiver.open(lanePlace(this.#server, lane));
        left.unlink();
      } catch {
        // There is none, or it is something else.
        return;
      }
    }
  }
}

import { hasItsName } from "../../channel/ends/channel_end.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { Receiver } from "../../channel/mod.ts";
import type { CheckedPlace } from "../../store/object/place.ts";
import { ignoreMissing } from "../wire/ignore_missing.ts";
import { LANE_ROOM, lanePlace, SPARE } from "../wire/lanes.ts";
import {
  removeLeftLane,
  removeLeftLanes,
  removeLeftServer,
} from "./left_lanes.ts";

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
   * Makes the first, in place of those that a killed server left.
   *
   * @throws {Deno.errors.AlreadyExists} When a server is there already.
   */
  constructor(server: CheckedPlace, options: LaneOptions, maxClients: number) {
    this.#server = server;
    this.#options = options;
    this.#most = Math.ceil((maxClients + SPARE) / LANE_ROOM);
    removeLeftServer(server);
    using undo = new DisposableStack();
    undo.defer(() => this.close());
    this.#add();
    removeLeftLanes(server);
    undo.move();
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
      // There is no memory for it, or its name is another program's: those that are
      // there are answered, and others wait until there is room.
      return undefined;
    }
  }

  /** Closes all, and removes their names. */
  close(): void {
    // From the last on: of one that is killed here the next finds all that is left.
    using all = new DisposableStack();
    for (const receiver of this.#receivers) {
      all.use(receiver);
      all.defer(() => {
        if (hasItsName(receiver)) ignoreMissing(() => receiver.unlink());
      });
    }
  }

  #add(): Receiver {
    const lane = this.#receivers.length;
    // It may have been left alone, where someone removed those before it by hand.
    if (lane > 0) removeLeftLane(this.#server, lane);
    const place = lanePlace(this.#server, lane);
    const receiver = this.#create(place);
    if (!hasItsName(receiver)) {
      receiver.close();
      throw this.#taken();
    }
    this.#receivers.push(receiver);
    return receiver;
  }

  #create(place: ReturnType<typeof lanePlace>): Receiver {
    try {
      return Receiver.create(place, {
        ...this.#options,
        producers: "many",
        keepOpen: true,
        onSenderDeath: "continue",
      });
    } catch (error) {
      // Another server takes it for left, between its creation and its lock.
      if (error instanceof Deno.errors.Busy) throw this.#taken();
      throw error instanceof Deno.errors.AlreadyExists
        ? this.#taken(
          "a server, or an object of another program, is there already: choose another name, or connect to that server",
        )
        : error;
    }
  }

  #taken(
    state =
      "another server started there at the same moment: connect to that one",
  ): Error {
    const { kind, name } = this.#server;
    return systemError(
      kind === "name" ? "shm_open" : "open",
      errnoNumber("EEXIST"),
      `listen at ${JSON.stringify(name)}`,
      state,
    );
  }
}

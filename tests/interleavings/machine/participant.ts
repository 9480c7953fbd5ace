/**
 * What a world's participant may ask of the machine.
 *
 * @module
 */

import type { Actor } from "./actor.ts";
import type { Machine } from "./machine.ts";
import { Violation } from "./options.ts";
import type { Participant } from "./world.ts";

/** What the code of a participant is given. */
export function selfOf(machine: Machine, actor: Actor): Participant {
  return {
    memory: new Uint8Array(machine.decoys.whole, 0, machine.byteLength),
    id: actor.index + 1,
    get notes() {
      return actor.notes;
    },
    note: (value) => {
      if (!machine.unwinding) actor.notes.push(value);
    },
    isDead: (name) =>
      machine.act(
        `look whether ${name} lives`,
        0,
        () => {
          const other = machine.actors.find((one) => one.name === name);
          return other?.dead === true ? 1 : 0;
        },
        true,
        [],
      ) === 1,
    enter: (place) => {
      const owner = machine.act(
        "enter",
        0,
        () => {
          const owner = machine.kernel.places.get(place);
          machine.kernel.places.set(place, actor.index);
          return owner ?? -1;
        },
        true,
        [],
      );
      if (owner < 0) return;
      throw new Violation(
        `${actor.name} and ${machine.names[owner]} are both in ${place}`,
      );
    },
    leave: (place) => {
      machine.act(
        "leave",
        0,
        () => {
          machine.kernel.places.delete(place);
          return 0;
        },
        true,
        [],
      );
    },
    pause: () => {
      const waits = machine.act("pause", 0, () => {
        const stale = machine.memory.catchUp(actor.index);
        actor.paused = actor.blocked = !actor.changed && !stale;
        actor.changed = false;
        if (!actor.paused) actor.watched.clear();
        return actor.paused ? 1 : 0;
      }, false);
      if (waits === 1) machine.awaitWake();
    },
  };
}

/**
 * The shared map: readers without a lock get whole values, a change is seen by
 * all that come after it, and one that dies in the middle leaves nothing torn
 * and no room lost.
 *
 * @module
 */

import { SharedMap } from "../../../../store/map/shared_map.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import type { Edit, Participant, World } from "../../machine/world.ts";

const NAME = "/map";
/** Chunks of the table. */
const CHUNKS = 3;

export const SMALL_MAP: readonly Edit[] = [{
  file: "store/map/map_options.ts",
  find: "budget >= 4096 &&",
  replace: "budget >= 128 &&",
}, {
  file: "store/map/map_layout.ts",
  find: "KEY_MUTEX_COUNT = 64;",
  replace: "KEY_MUTEX_COUNT = 1;",
}, {
  // How often a reader tries before it takes the lock.
  file: "store/map/map_access.ts",
  find: "const TRIES = 50;",
  replace: "const TRIES = 2;",
}];

const valueOf = (byte: number) => new Uint8Array(8).fill(byte);

function open(): SharedMap {
  useSafetyNets(false);
  return SharedMap.open(NAME);
}

/** Notes the first byte of a value, or what is wrong with it. */
function look(self: Participant, value: Uint8Array | undefined): void {
  const whole = value === undefined ||
    value.length === 8 && value.every((byte) => byte === value[0]);
  self.note(whole ? value?.[0] ?? 0 : `torn: ${value}`);
}

const WORLD: Omit<World, "participants"> = {
  byteLength: 1024,
  constants: SMALL_MAP,
  setup: () => {
    using map = SharedMap.create(NAME, { budget: 128 * CHUNKS });
    map.set("a", valueOf(1));
  },
  check: ({ notes }) => {
    const torn = Object.values(notes).flat().filter((value) =>
      typeof value === "string"
    );
    if (torn.length > 0) throw new Error(torn.join());
  },
};

/** One reads while another overwrites, and uses freed chunks again. */
export const mapRead: World = {
  ...WORLD,
  participants: {
    writer: () => {
      const map = open();
      map.set("a", valueOf(2));
      map.set("b", valueOf(3));
    },
    reader: (self) => look(self, open().get("a")),
  },
};

/** One reads while another removes what it reads, and what it leads to. */
export const mapDeleted: World = {
  ...WORLD,
  participants: {
    writer: () => {
      const map = open();
      map.delete("a");
      map.set("b", valueOf(2));
      map.set("a", valueOf(3));
    },
    reader: (self) => {
      const map = open();
      look(self, map.get("a"));
      look(self, map.get("a"));
    },
  },
};

/** Each adds one to the same entry; one may die while it does. */
const add = (self: Participant): void => {
  const after = open().update("a", (old) => valueOf((old?.[0] ?? 0) + 1));
  self.note(after?.[0]);
};

export const mapUpdated: World = {
  ...WORLD,
  participants: {
    first: add,
    second: add,
    last: (self) => {
      const map = open();
      while (map.get("a")?.[0] !== 3 && !self.isDead("first")) self.pause();
      // One chunk for each entry, and one to replace it: none is lost.
      map.set("b", valueOf(4));
      look(self, map.get("b"));
    },
  },
  mortal: ["first"],
  nets: true,
  check: (ending) => {
    WORLD.check?.(ending);
    const { notes, dead } = ending;
    const added = [...notes.first!, ...notes.second!].toSorted();
    const expected = dead.has("first") ? ["2", "3", "2,3"] : ["2,3"];
    if (!expected.includes(added.join())) throw new Error(`added ${added}`);
    if (notes.last!.join() !== "4") throw new Error(`found ${notes.last}`);
  },
};

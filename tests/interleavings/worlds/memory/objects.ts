/**
 * Named objects that several create, open, replace and resize at once: a process that
 * has one keeps it, under its name and with all of its bytes.
 *
 * @module
 */

import { SharedMemory } from "../../../../memory/posix/shared_memory.ts";
import type { Ending, Participant, World } from "../../machine/world.ts";

const NAME = "/thing";
const SIZE = 96;

/** What a participant has at its end: `self.note(inode)`, or why it has nothing. */
function have(self: Participant, make: () => SharedMemory): void {
  try {
    const memory = make();
    memory.map();
    self.note(memory.size);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isKnown = "code" in error || error instanceof Deno.errors.TimedOut;
    if (!isKnown) throw error;
    self.note(error.name);
  }
  // It lives on, so that its locks last.
  for (;;) self.pause();
}

/** All that have something have the one that the name leads to. */
function checkSame({ files }: Ending): void {
  for (const { who, inode, lock } of files.openings) {
    const { size, links } = files.inodes[inode]!;
    if (links !== 1) throw new Error(`${who} has lost the name of its object`);
    if (size !== SIZE) throw new Error(`the object has ${size} bytes`);
    if (lock !== "shared") {
      throw new Error(`${who} does not say that it is there`);
    }
  }
}

const create = (
  ifExists: "fail" | "open",
  ifStale: "fail" | "replace" = "fail",
) =>
(self: Participant) =>
  have(
    self,
    () => SharedMemory.create(NAME, { size: SIZE, ifExists, ifStale }),
  );

/** A world about one name, in which nobody ends. */
function worldOf(
  bodies: World["participants"],
  check: (ending: Ending) => void,
  more: Partial<World> = {},
): World {
  return {
    byteLength: SIZE,
    participants: bodies,
    daemons: Object.keys(bodies),
    check: (ending) => {
      checkSame(ending);
      check(ending);
    },
    ...more,
  };
}

/** Objects that were made in all; one that is being made must not be removed. */
const made = (most: number) => ({ files, dead }: Ending) => {
  const count = files.inodes.length;
  if (dead.size === 0 && files.openings.length === 0) {
    throw new Error("nobody has anything");
  }
  if (dead.size === 0 && count > most) {
    throw new Error(`${count} objects were made`);
  }
};

/** A crash has left an object that nobody has open. */
const leave = () => SharedMemory.create(NAME, { size: SIZE }).close();

/** Two that create or open: one creates, the other opens the same. */
export const createdByTwo: World = worldOf({
  first: create("open"),
  second: create("open"),
}, ({ notes }) => {
  const failed = [...notes.first!, ...notes.second!].filter((v) => v !== SIZE);
  if (failed.length > 0) throw new Error(`${failed} failed`);
}, {});

/** One creates and may die, the other replaces what is stale: not what is new. */
export const createdAndReplaced: World = worldOf(
  {
    first: create("fail"),
    second: create("fail", "replace"),
  },
  made(1),
  { mortal: ["first"] },
);

/** Two replace what a crash left: they do not replace each other. */
export const replacedByTwo: World = worldOf(
  {
    first: create("fail", "replace"),
    second: create("fail", "replace"),
  },
  made(2),
  { setup: leave, mortal: ["first"] },
);

/** One opens what another takes for stale. */
export const openedAndReplaced: World = worldOf(
  {
    first: (self) => have(self, () => SharedMemory.open(NAME)),
    second: create("fail", "replace"),
  },
  made(2),
  { setup: leave },
);

/** As often as they like: patience runs out at any time. */
export const createdInHaste: World = worldOf(
  {
    first: create("open"),
    second: create("fail", "replace"),
  },
  () => {},
  { timeouts: 2 },
);

/** Makes it smaller, unless another has it. */
const resize = (size: number) => (self: Participant) => {
  try {
    SharedMemory.open(NAME).resize(size);
  } catch (error) {
    if (!(error instanceof Deno.errors.Busy)) throw error;
    self.note("busy");
  }
};

/** Who has an object mapped keeps its bytes while another makes it smaller. */
export const madeSmaller: World = {
  ...openedAndReplaced,
  participants: {
    first: (self) => have(self, () => SharedMemory.open(NAME)),
    second: resize(SIZE - 32),
    third: resize(SIZE - 64),
  },
  daemons: ["first"],
  check: ({ files }) => {
    // The machine itself fails when mapped bytes go.
    const [object] = files.inodes;
    if (object?.links !== 1) throw new Error("its name is gone");
  },
};

/** Makes it longer, and maps all of that. */
const grow = (size: number) => (self: Participant) => {
  const memory = SharedMemory.open(NAME);
  try {
    memory.resize(size);
    self.note(memory.size >= size);
  } catch (error) {
    // It is longer by now, or another one has changed it all the while.
    if (!(error instanceof Deno.errors.Busy)) throw error;
  }
  memory.map();
  for (;;) self.pause();
};

/** Two make it longer, to different sizes: neither cuts the other's memory off. */
export const madeLonger: World = {
  ...openedAndReplaced,
  participants: {
    first: grow(SIZE + 32),
    second: grow(SIZE + 64),
    third: resize(SIZE - 32),
  },
  daemons: ["first", "second"],
  check: ({ notes: { first, second } }) => {
    if ([...first!, ...second!].includes(false)) throw new Error("too short");
  },
};

/** One makes it smaller, for which it lets go of it for a moment. */
export const resizedAndReplaced: World = {
  ...openedAndReplaced,
  participants: {
    first: (self) => {
      try {
        const memory = SharedMemory.open(NAME);
        memory.resize(SIZE - 32);
        self.note("resized");
      } catch (error) {
        if (
          !(error instanceof Error && "code" in error) &&
          !(error instanceof Deno.errors.Busy)
        ) throw error;
        return;
      }
      for (;;) self.pause();
    },
    second: create("fail", "replace"),
  },
  check: ({ files, notes }) => {
    if (notes.first!.length === 0) return;
    const [object] = files.inodes;
    if (object?.links !== 1) throw new Error("it was replaced while in use");
  },
};

/**
 * A file that several create and give its size: none cuts off what another has
 * mapped, and one that died before it gave it a size is no obstacle.
 *
 * @module
 */

import { giveSize, openOrCreate } from "../../../../memory/file/creation.ts";
import { Descriptor } from "../../../../memory/file/descriptor.ts";
import type { Participant, World } from "../../machine/world.ts";

const PATH = "/file";

/** Opens or creates it, and maps as much as it then has. */
const use = (size: number) => (self: Participant) => {
  const { fd, created } = openOrCreate(PATH, true, "if-missing", 0o600);
  const options = { what: PATH, writable: true, sparse: true, inMemory: false };
  const descriptor = new Descriptor(fd, options);
  giveSize(descriptor, size, created ? PATH : null);
  const { size: found } = descriptor.status();
  descriptor.map("read-write", {});
  self.note(found);
  for (;;) self.pause();
};

export const fileOfTwo: World = {
  byteLength: 96,
  participants: { first: use(96), second: use(64) },
  daemons: ["first", "second"],
  mortal: ["first"],
  check: ({ notes, files, dead }) => {
    const sizes = new Set([...notes.first!, ...notes.second!]);
    if (sizes.size !== 1) throw new Error(`sizes ${[...sizes]}`);
    if (dead.size > 0) return;
    const links = files.inodes.map(({ links }) => links).join();
    if (links !== "1") throw new Error(`links ${links}`);
  },
};

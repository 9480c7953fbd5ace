/**
 * The folder in which objects with a name lie.
 *
 * @module
 */

import { roomAt } from "../../ffi/files/directory.ts";
import { statusAt } from "../../ffi/files/status.ts";
import { SharedMemory } from "../../mod.ts";
import { showMode, showSize } from "../terminal/units.ts";
import {
  bad,
  type Check,
  type Finding,
  good,
  tried,
  unknown,
  warning,
} from "./finding.ts";

const FOLDER = "/dev/shm";
/** What Docker gives a container that asks for nothing. */
const CONTAINER_DEFAULT = 64 * 2 ** 20;
/** A channel takes 1 MiB, unless it is told otherwise. */
const FEW_BYTES = 16 * 2 ** 20;
const FEW_NAMES = 100;

/** What is looked at. */
export const SHM_FOLDER: readonly Check[] = [
  {
    name: FOLDER,
    why: "objects with a name, and with them channels and stores, lie in it",
    look: () => {
      const found = statusAt(FOLDER, "look at it");
      if (found === undefined) {
        return bad(
          `there is no ${FOLDER}`,
          `mount a tmpfs there (mount -t tmpfs -o mode=1777 tmpfs ${FOLDER}), or use files ({ path }) and memory without a name`,
        );
      }
      const { modeBits: mode } = found;
      if (mode === 0o1777) return good(`mode ${showMode(mode)}`);
      return warning(
        `mode ${showMode(mode)}`,
        `with another mode than 1777 other users cannot create objects, or remove those of all; chmod 1777 ${FOLDER}`,
      );
    },
  },
  {
    name: `${FOLDER}, creating`,
    why: "every process that creates a channel or a store writes there",
    look: () =>
      tried(
        () => {
          const name = `/shmem-doctor-${crypto.randomUUID().slice(0, 8)}`;
          using memory = SharedMemory.create(name, { size: 4096 });
          memory.unlink();
          return "an object was created and removed";
        },
        "give this user the right to write there, mount it for writing, or use files ({ path }) and memory without a name",
      ),
  },
  {
    name: `${FOLDER}, room`,
    why:
      "all objects with a name share it; a write beyond it would kill a program",
    look: () =>
      inRoom(({ total, free }) => {
        if (total === 0) return good("no limit of its own");
        const found = `${showSize(free)} of ${showSize(total)} left`;
        const more =
          `give a container --shm-size=1g (shm_size in a compose file), or remount it: mount -o remount,size=1g ${FOLDER}; shmem list tells what takes the room`;
        if (free < 4096) return bad(found, more);
        if (free < FEW_BYTES || total <= CONTAINER_DEFAULT) {
          return warning(found, more);
        }
        return good(found);
      }),
  },
  {
    name: `${FOLDER}, names`,
    why: "each object takes an inode, of which a tmpfs has a number",
    look: () =>
      inRoom(({ names, freeNames }) => {
        if (names === 0) return good("no limit");
        const found = `${freeNames} of ${names} left`;
        const more =
          `remove what nobody uses (shmem rm --stale), or remount it with more: mount -o remount,nr_inodes=100k ${FOLDER}`;
        if (freeNames === 0) return bad(found, more);
        return freeNames < FEW_NAMES ? warning(found, more) : good(found);
      }),
  },
];

function inRoom(
  assess: (room: ReturnType<typeof roomAt>) => Finding,
): Finding {
  if (statusAt(FOLDER, "look at it") === undefined) {
    return unknown(`there is no ${FOLDER}`);
  }
  return assess(roomAt(FOLDER, "look for room"));
}

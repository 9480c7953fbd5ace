/**
 * Limits of the kernel and of this process.
 *
 * @module
 */

import { readNames } from "../../ffi/files/directory.ts";
import {
  countKernelLines,
  readKernelFile,
} from "../../ffi/files/kernel_file.ts";
import { Segment } from "../../mod.ts";
import { SemaphoreSet } from "../../sync/mod.ts";
import { showSize } from "../terminal/units.ts";
import {
  bad,
  type Check,
  type Finding,
  good,
  note,
  tried,
  unknown,
  warning,
} from "./finding.ts";

/** From this part on a limit is near. */
const NEAR = 0.8;
/** Segments of a program that shares in earnest are larger. */
const SMALL_SEGMENT = 32 * 2 ** 20;
/** Newer kernels limit their size by that of a number. */
const NO_LIMIT = 2 ** 60;
const FEW_FILES = 256;
/** Deno reserves this much of the address space. */
const ADDRESSES_OF_DENO = 64 * 2 ** 30;

/** What is looked at. */
export const LIMITS: readonly Check[] = [
  {
    name: "System V segments",
    why: "Segment and shmget() need them; nothing else does",
    look: () => {
      const made = tried(
        () => {
          using segment = Segment.create({ size: 4096 });
          segment.remove();
          return "";
        },
        "sysctl kernel.shmmni, kernel.shmmax and kernel.shmall say how many and how large they may be; ipcs -l shows all limits",
      );
      if (made.state !== "good") return made;
      const largest = kernelNumber("shmmax");
      const count = kernelNumber("shmmni");
      const used = countKernelLines("/proc/sysvipc/shm") - 1;
      const size = largest < NO_LIMIT ? ` of at most ${showSize(largest)}` : "";
      const found = `${used} of ${count}${size}`;
      if (largest < SMALL_SEGMENT) {
        return warning(found, "sysctl -w kernel.shmmax=BYTES raises it");
      }
      return nearOr(
        used,
        count,
        found,
        "sysctl -w kernel.shmmni=N raises it; shmem list shows what is left over",
      );
    },
  },
  {
    name: "System V semaphores",
    why: "SemaphoreSet needs them; nothing else does",
    look: () => {
      const made = tried(
        () => {
          const set = SemaphoreSet.create({ values: [0] });
          set.remove();
          return "";
        },
        "sysctl kernel.sem says how many there may be; ipcs -s shows those that are left over",
      );
      if (made.state !== "good") return made;
      const [, all = NaN, , sets = NaN] = readKernelFile("/proc/sys/kernel/sem")
        .split(/\s+/).map(Number);
      const used = countKernelLines("/proc/sysvipc/sem") - 1;
      return nearOr(
        used,
        sets,
        `${used} of ${sets} sets, ${all} semaphores in all`,
        "sysctl -w kernel.sem='250 32000 100 128' raises it",
      );
    },
  },
  {
    name: "mappings",
    why:
      "each mapping of this process counts, and at the limit the engine ends it",
    look: () => {
      const limit = Number.parseInt(
        readKernelFile("/proc/sys/vm/max_map_count"),
      );
      if (Number.isNaN(limit)) return unknown("the kernel does not say");
      const used = countKernelLines("/proc/self/maps");
      return nearOr(
        used,
        limit,
        `${used} of ${limit}`,
        "sysctl -w vm.max_map_count=262144 raises it",
      );
    },
  },
  {
    name: "open files",
    why:
      "each handle, channel and store takes a descriptor, each sleeping program some pipes",
    look: () => {
      const limit = processLimit("Max open files");
      const used = readNames("/proc/self/fd", "count open files").length;
      const found = `${used} of ${limit}`;
      const advice =
        "ulimit -n 65536, LimitNOFILE= of systemd, or --ulimit nofile= of Docker raise it";
      if (limit < FEW_FILES) return warning(found, advice);
      return nearOr(used, limit, found, advice);
    },
  },
  {
    name: "locked memory",
    why: "only for memory that is to stay out of swap (lock: true, SHM_LOCK)",
    look: () => {
      const limit = processLimit("Max locked memory");
      if (Number.isNaN(limit)) return unknown("the kernel does not say");
      if (limit === Infinity) return good("no limit");
      if (limit > 0) return note(`${showSize(limit)} may be locked`);
      return warning(
        "none may be locked",
        "ulimit -l, or LimitMEMLOCK= of systemd, raise it",
      );
    },
  },
  {
    name: "address space",
    why: "Deno and each mapping take addresses",
    look: () => {
      const limit = processLimit("Max address space");
      if (Number.isNaN(limit)) return unknown("the kernel does not say");
      if (limit === Infinity) return good("no limit");
      const found = `${showSize(limit)} in all`;
      return limit < ADDRESSES_OF_DENO
        ? warning(
          found,
          "ulimit -v unlimited; limit memory by a control group instead",
        )
        : note(found);
    },
  },
];

function nearOr(
  used: number,
  limit: number,
  found: string,
  advice: string,
): Finding {
  if (Number.isNaN(used / limit)) return unknown("the kernel does not say");
  if (used >= limit) return bad(found, advice);
  return used >= limit * NEAR ? warning(found, advice) : good(found);
}

function kernelNumber(name: string): number {
  return Number.parseInt(readKernelFile(`/proc/sys/kernel/${name}`));
}

/** A soft limit of this process; `Infinity` for none. */
function processLimit(name: string): number {
  const [, soft] = new RegExp(`^${name}\\s+(\\S+)`, "m")
    .exec(readKernelFile("/proc/self/limits")) ?? [];
  return soft === "unlimited" ? Infinity : Number(soft ?? NaN);
}

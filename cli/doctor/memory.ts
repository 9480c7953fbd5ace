/**
 * How much memory can be had.
 *
 * @module
 */

import { readKernelFile } from "../../ffi/files/kernel_file.ts";
import { controlGroups } from "../../ffi/memory/control_groups.ts";
import { availableMemory } from "../../ffi/memory/memory_info.ts";
import { showSize } from "../terminal/units.ts";
import { bad, type Check, good, note, unknown, warning } from "./finding.ts";

const LITTLE = 64 * 2 ** 20;
const HARDLY_ANY = 8 * 2 ** 20;
/** Version 1 writes this where there is no limit, and a little less. */
const NO_LIMIT = 2 ** 60;

/** What is looked at. */
export const MEMORY: readonly Check[] = [
  {
    name: "memory",
    why: "shared memory is memory: who takes more than there is is killed",
    look: () => {
      const available = availableMemory();
      if (available === Infinity) return unknown("the kernel does not say");
      const found = `${showSize(available)} can be had`;
      const advice =
        "end something, or give the machine or the container more memory";
      if (available < HARDLY_ANY) return bad(found, advice);
      return available < LITTLE ? warning(found, advice) : good(found);
    },
  },
  {
    name: "memory of the control group",
    why:
      "objects in /dev/shm count for the group of the process that touched them first",
    look: () => {
      const limits = controlGroups().filter(({ limit }) => limit < NO_LIMIT);
      const [first, ...rest] = limits.map(({ limit, used, reclaimable }) => ({
        limit,
        left: Math.max(0, limit - used + reclaimable),
      }));
      if (first === undefined) return good("no limit");
      const least = rest.reduce(
        (least, each) => each.left < least.left ? each : least,
        first,
      );
      const found = `${showSize(least.left)} of ${showSize(least.limit)} left`;
      const advice =
        "raise its limit (docker run --memory, MemoryMax= of systemd, resources.limits.memory of Kubernetes)";
      if (least.left < HARDLY_ANY) return bad(found, advice);
      return least.left < LITTLE ? warning(found, advice) : good(found);
    },
  },
  {
    name: "huge pages",
    why:
      "only for memory that asks for them (hugePages); all else goes without",
    look: () => {
      const meminfo = readKernelFile("/proc/meminfo");
      const field = (name: string) => {
        const [, number] = new RegExp(`^${name}:\\s+(\\d+)`, "m")
          .exec(meminfo) ?? [];
        return Number(number ?? NaN);
      };
      const total = field("HugePages_Total");
      if (Number.isNaN(total)) return unknown("the kernel does not say");
      const size = showSize(field("Hugepagesize") * 1024);
      return note(
        total === 0
          ? `none are reserved (of ${size}); sysctl vm.nr_hugepages=N reserves some`
          : `${field("HugePages_Free")} of ${total} of ${size} are free`,
      );
    },
  },
];

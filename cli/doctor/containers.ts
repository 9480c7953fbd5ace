/**
 * What keeps processes from seeing one another: namespaces and containers.
 *
 * @module
 */

import { readKernelFile } from "../../ffi/files/kernel_file.ts";
import { statusAt } from "../../ffi/files/status.ts";
import { type Check, good, note, unknown } from "./finding.ts";

/** Words in the path of a control group, or in mounts, of those that make containers. */
const MAKERS = /docker|containerd|kubepods|libpod|lxc|crio|podman/;

/** What is looked at. */
export const CONTAINERS: readonly Check[] = [
  {
    name: "container",
    why: "two containers share nothing, unless they are told to",
    look: () => {
      const hint = containerHint();
      return hint === undefined ? good("this does not look like one") : note(
        `this looks like one (${hint}): to share with others, start both with --ipc=host or --ipc=container:NAME (they see one /dev/shm), or give both a volume and use files ({ path }); --shm-size says how large /dev/shm is`,
      );
    },
  },
  {
    name: "PID namespace",
    why:
      "a process wakes and tells the other by its number; across namespaces that takes longer ways",
    look: () => {
      const status = readKernelFile("/proc/self/status");
      const [, numbers] = /^NSpid:\s+(.*)$/m.exec(status) ?? [];
      if (numbers === undefined) return unknown("the kernel does not say");
      const first = readKernelFile("/proc/1/comm").trim();
      const nested = numbers.trim().split(/\s+/).length > 1;
      if (nested) {
        return note(
          `a nested one (${numbers.trim()}): with processes outside of it channels wait by futexes and look in pauses`,
        );
      }
      return good(`process 1 is ${first === "" ? "not to be seen" : first}`);
    },
  },
  {
    name: "user namespace",
    why: "owners and modes of objects are those of this namespace",
    look: () => {
      const map = readKernelFile("/proc/self/uid_map").trim();
      if (map === "") return unknown("the kernel does not say");
      const lines = map.split("\n").map((line) =>
        line.trim().split(/\s+/).map(Number)
      );
      const [inside, outside, length] = lines[0] ?? [];
      // All users, as they are.
      if (inside === 0 && outside === 0 && length === 2 ** 32 - 1) {
        return good("that of the machine");
      }
      return note(
        `one of its own: user ${inside} here is ${outside} outside; an object with mode 0600 of another user cannot be opened, whatever both are called`,
      );
    },
  },
];

/** What makes this look like a container; nothing when nothing does. */
function containerHint(): string | undefined {
  for (const file of ["/.dockerenv", "/run/.containerenv"]) {
    if (statusAt(file, "look for a container") !== undefined) return file;
  }
  const [word] = MAKERS.exec(readKernelFile("/proc/self/cgroup")) ?? [];
  if (word !== undefined) return `a control group of ${word}`;
  const root = readKernelFile("/proc/self/mountinfo").split("\n")
    .find((line) => line.split(" ")[4] === "/");
  return root?.includes(" - overlay ") === true
    ? "the root is an overlay"
    : undefined;
}

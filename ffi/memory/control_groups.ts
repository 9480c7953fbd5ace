/**
 * The memory limits of the control groups that this process is in, from its own
 * group up to the outermost one that it can see (`cgroups(7)`): a limit holds for
 * everything below it.
 *
 * @module
 */

import { readKernelFile } from "../files/kernel_file.ts";

/** The limit of one control group, in bytes. */
export interface GroupLimit {
  readonly limit: number;
  readonly used: number;
  /** Part of `used` that can be dropped: files that nobody has used lately. */
  readonly reclaimable: number;
}

/** Names of what a version shows. */
interface Version {
  readonly type: string;
  readonly limit: string;
  readonly used: string;
  readonly reclaimable: string;
}

const VERSION_1: Version = {
  type: "cgroup",
  limit: "memory.limit_in_bytes",
  used: "memory.usage_in_bytes",
  reclaimable: "total_inactive_file",
};

const VERSION_2: Version = {
  type: "cgroup2",
  limit: "memory.max",
  used: "memory.current",
  reclaimable: "inactive_file",
};

/** Every limit that holds for this process. */
export function controlGroups(): GroupLimit[] {
  return limitsIn(
    readKernelFile("/proc/self/cgroup"),
    readKernelFile("/proc/self/mountinfo"),
  );
}

/**
 * The limits that two texts of the kernel lead to.
 *
 * @param cgroup As `/proc/self/cgroup` shows it.
 * @param mountinfo As `/proc/self/mountinfo` shows it.
 * @param root What the folders lie in, for a test.
 */
export function limitsIn(
  cgroup: string,
  mountinfo: string,
  root = "",
): GroupLimit[] {
  const mounts = mountinfo.split("\n");
  return cgroup.split("\n").flatMap((line) => {
    // "4:memory:/path" in version 1, "0::/path" in version 2.
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === "") return limitsFrom(mounts, VERSION_2, path, root);
    if (!controllers?.split(",").includes("memory")) return [];
    return limitsFrom(mounts, VERSION_1, path, root);
  });
}

function limitsFrom(
  mounts: readonly string[],
  version: Version,
  path: string,
  root: string,
): GroupLimit[] {
  const found: GroupLimit[] = [];
  for (const line of mounts) {
    const mount = parseMount(line, version);
    if (mount === undefined) continue;
    for (const inside of foldersUp(mount, path)) {
      const folder = `${root}${inside}`;
      const limit = numberIn(`${folder}/${version.limit}`);
      const used = numberIn(`${folder}/${version.used}`);
      if (Number.isNaN(limit) || Number.isNaN(used)) continue;
      const stat = readKernelFile(`${folder}/memory.stat`);
      const [, bytes = "0"] =
        new RegExp(`^${version.reclaimable} (\\d+)`, "m").exec(stat) ?? [];
      found.push({ limit, used, reclaimable: Number(bytes) });
    }
  }
  return found;
}

/** Where a hierarchy is mounted, and what part of it. */
interface Mount {
  readonly root: string;
  readonly folder: string;
}

/** Reads a line of `/proc/self/mountinfo`; nothing when it is about something else. */
function parseMount(line: string, version: Version): Mount | undefined {
  const [front = "", back = ""] = line.split(" - ");
  const [type, , options = ""] = back.split(" ");
  if (type !== version.type) return undefined;
  const memory = options.split(",").includes("memory");
  if (version === VERSION_1 && !memory) return undefined;
  const [, , , root = "/", folder = ""] = front.split(" ").map(unescape);
  return { root, folder };
}

/** Blanks and the like are octal in mountinfo. */
function unescape(text: string): string {
  return text.replaceAll(
    /\\([0-7]{3})/g,
    (_, code) => String.fromCharCode(Number.parseInt(code, 8)),
  );
}

/** The folder of a group, and those of the groups around it. */
function foldersUp({ root, folder }: Mount, path: string): string[] {
  const inside = root === "/"
    ? path
    : path === root || path.startsWith(`${root}/`)
    ? path.slice(root.length)
    // Of another namespace: all that can be seen is what is mounted.
    : "/";
  const parts = inside.split("/").filter((part) => part !== "");
  // A group outside of what this namespace shows.
  if (parts.includes("..")) return [folder];
  return Array.from(
    { length: parts.length + 1 },
    (_, length) => [folder, ...parts.slice(0, length)].join("/"),
  );
}

/** NaN for no file, and for "max". */
function numberIn(path: string): number {
  return Number.parseInt(readKernelFile(path), 10);
}

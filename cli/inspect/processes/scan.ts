/**
 * Who has what open or mapped, as `lsfd(1)` finds it: through the descriptors and
 * mappings that `/proc` shows of each process, those of removed names, too.
 *
 * @module
 */

import { isSystemError } from "../../../ffi/errors/system_error.ts";
import { readNames } from "../../../ffi/files/directory.ts";
import { readKernelFile } from "../../../ffi/files/kernel_file.ts";
import { readLink, statusThrough } from "../../../ffi/files/process_files.ts";
import { plural } from "../../terminal/units.ts";
import { identity } from "./identity.ts";
import { userName } from "./users.ts";
import {
  commandLine,
  isZombie,
  type ProcessInfo,
  processInfo,
  seesAllProcesses,
} from "./process_info.ts";
import { type Mapped, parseMaps } from "./maps.ts";

/** A descriptor of a process. */
export interface Descriptor {
  readonly fd: number;
  /** What it may do. */
  readonly access: "read" | "write" | "read-write";
}

/** A process that has an object open or mapped. */
export interface Holder {
  readonly pid: number;
  /** Its program, up to 15 bytes. */
  readonly command: string;
  /** Its arguments. */
  readonly commandLine: string;
  /** The user that it runs as. */
  readonly user: string;
  /** One letter of `proc_pid_stat(5)`: R, S, D, T, t, Z. */
  readonly state: string;
  readonly descriptors: readonly Descriptor[];
  readonly mappings: readonly Mapped[];
  /** Where it sees the object; its name may have gone meanwhile. */
  readonly path: string;
  /** Whether the name that it was opened by is gone. */
  readonly deleted: boolean;
}

/** What a scan found. */
export interface ProcessScan {
  /** Holders by the identity of what they hold, see `identity.ts`. */
  readonly holders: ReadonlyMap<string, readonly Holder[]>;
  /** Processes that this user may not look into. */
  readonly unseen: readonly number[];
  /** Whether there are no others that cannot be seen at all. */
  readonly complete: boolean;
}

/** What is never an object, and would be most of what there is to look at. */
const UNINTERESTING = /^\/dev\/(null|zero|full|u?random|tty|pts\/|ptmx|fuse)/;

/** Says how many processes could not be looked into, and why; nothing when all could. */
export function unseenNote({ unseen }: ProcessScan): string | undefined {
  if (unseen.length === 0) return undefined;
  const first = unseen.slice(0, 10).join(", ");
  const more = unseen.length > 10 ? ", …" : "";
  return `${
    plural(unseen.length, "process", "processes")
  } could not be looked into (${first}${more}), being other users' or having more rights; run it as root to see them`;
}

/** Looks at all processes. */
export function scanProcesses(): ProcessScan {
  const holders = new Map<string, Holder[]>();
  const unseen: number[] = [];
  for (const name of readNames("/proc", "list processes")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const info = processInfo(pid);
    // What has ended has nothing any more.
    if (info === undefined || isZombie(info)) continue;
    const found = lookInto(info);
    if (found === undefined) unseen.push(pid);
    else {
      for (const [key, holder] of found) {
        const list = holders.get(key);
        if (list === undefined) holders.set(key, [holder]);
        else list.push(holder);
      }
    }
  }
  return {
    holders,
    unseen,
    complete: unseen.length === 0 && seesAllProcesses(),
  };
}

interface Found {
  readonly path: string;
  readonly descriptors: Descriptor[];
  readonly mappings: Mapped[];
}

/** What a process has; nothing when this user may not look. */
function lookInto(info: ProcessInfo): Map<string, Holder> | undefined {
  const { pid } = info;
  let descriptors;
  try {
    descriptors = readNames(`/proc/${pid}/fd`, "look at a process");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return hasEnded(pid) ? new Map() : undefined;
  }
  const found = new Map<string, Found>();
  const entryOf = (key: string, path: string) => {
    const known = found.get(key);
    if (known !== undefined) return known;
    const entry = { path, descriptors: [], mappings: [] };
    found.set(key, entry);
    return entry;
  };
  let isVisible = descriptors.length === 0;
  for (const name of descriptors) {
    const path = readLink(`/proc/${pid}/fd/${name}`);
    if (path === undefined) continue;
    isVisible = true;
    if (!path.startsWith("/")) continue;
    if (UNINTERESTING.test(path)) continue;
    const status = statusThrough(`/proc/${pid}/fd/${name}`);
    if (status === undefined) continue;
    entryOf(identity(status.device, status.inode), path)
      .descriptors.push({ fd: Number(name), access: accessOf(pid, name) });
  }
  // Its descriptors may be counted, and not looked at.
  if (!isVisible && !hasEnded(pid)) return undefined;
  for (const mapped of parseMaps(readKernelFile(`/proc/${pid}/maps`))) {
    entryOf(mapped.key, mapped.path).mappings.push(mapped.mapping);
  }
  if (found.size === 0) return new Map();
  const { command, state } = info;
  const user = userName(statusThrough(`/proc/${pid}`)?.uid ?? -1);
  const about = {
    pid,
    command,
    state,
    user,
    commandLine: commandLine(info),
  };
  return new Map(
    [...found].map(([key, entry]) => [key, { ...about, ...pathOf(entry) }]),
  );
}

/** Whether a process has ended meanwhile, or has closed everything to end. */
function hasEnded(pid: number): boolean {
  const info = processInfo(pid);
  if (info === undefined || isZombie(info)) return true;
  try {
    return readNames(`/proc/${pid}/fd`, "look at a process").length === 0;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return processInfo(pid) === undefined;
  }
}

const DELETED = " (deleted)";

/** Where something lies, and whether it still has that name. */
function pathOf({ path, descriptors, mappings }: Found) {
  const deleted = path.endsWith(DELETED);
  return {
    descriptors,
    mappings,
    path: deleted ? path.slice(0, -DELETED.length) : path,
    deleted,
  };
}

/** `O_WRONLY` and `O_RDWR`; both systems have the same. */
const WRITE = 1;
const READ_WRITE = 2;

function accessOf(pid: number, fd: string): Descriptor["access"] {
  const text = readKernelFile(`/proc/${pid}/fdinfo/${fd}`);
  const [, flags = "0"] = /^flags:\s*([0-7]+)/m.exec(text) ?? [];
  const access = Number.parseInt(flags, 8) & (WRITE | READ_WRITE);
  if (access === WRITE) return "write";
  return access === READ_WRITE ? "read-write" : "read";
}

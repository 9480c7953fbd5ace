/**
 * The system around: kernel, libc, systemd.
 *
 * @module
 */

import { readNames } from "../../ffi/files/directory.ts";
import { readKernelFile } from "../../ffi/files/kernel_file.ts";
import { statusAt } from "../../ffi/files/status.ts";
import { libcVersion } from "../../ffi/libc/version.ts";
import { bad, type Check, good, note, unknown, warning } from "./finding.ts";

/** The oldest that this library is made for. */
const OLDEST_GLIBC = [2, 31] as const;
/** Users below are those of the system, whose objects systemd leaves alone. */
const FIRST_USER = 1000;

const LOGIND = "/etc/systemd/logind.conf";
const LOGIND_FOLDERS = [
  "/usr/lib/systemd/logind.conf.d",
  "/run/systemd/logind.conf.d",
  "/etc/systemd/logind.conf.d",
];

/** What is looked at. */
export const SYSTEM: readonly Check[] = [
  {
    name: "kernel",
    why: "this library is made for Linux on x86_64 and aarch64",
    look: () => {
      const release = readKernelFile("/proc/sys/kernel/osrelease").trim();
      const { arch, os } = Deno.build;
      return os === "linux"
        ? good(`Linux ${release} on ${arch}`)
        : warning(`${os} on ${arch}`, "it is tested on Linux alone");
    },
  },
  {
    name: "libc",
    why: "calls and layouts are those of glibc 2.31 or later",
    look: () => {
      const version = libcVersion();
      if (version === undefined) {
        return bad(
          "it is not glibc",
          "use an image with glibc (debian, ubuntu, fedora), not one with musl (alpine)",
        );
      }
      const [major = 0, minor = 0] = version.split(".").map(Number);
      const isOld = major < OLDEST_GLIBC[0] ||
        (major === OLDEST_GLIBC[0] && minor < OLDEST_GLIBC[1]);
      return isOld
        ? bad(`glibc ${version}`, "use a system with glibc 2.31 or later")
        : good(`glibc ${version}`);
    },
  },
  {
    name: "RemoveIPC of systemd",
    why:
      "when a user's last session ends, systemd removes all objects of that user",
    look: () => {
      const uid = Deno.uid();
      if (uid === null) return unknown("nobody knows which user this is");
      // As systemd itself says whether it is the one that started the machine.
      if (statusAt("/run/systemd/system", "look for systemd") === undefined) {
        return good("systemd does not run here");
      }
      if (uid < FIRST_USER) return good(`user ${uid} is one of the system`);
      const set = removeIpc();
      if (set === "no" || set === "false" || set === "0") return good("is off");
      return warning(
        `is ${
          set ?? "on by default"
        }, and user ${uid} is no user of the system`,
        "RemoveIPC=no in /etc/systemd/logind.conf, loginctl enable-linger USER, or run it as a user of the system (systemd.exec(5), User=)",
      );
    },
  },
  {
    name: "start of the machine",
    why: "objects of /dev/shm end with it; files ({ path }) do not",
    look: () => {
      const seconds = Number.parseFloat(readKernelFile("/proc/uptime"));
      if (Number.isNaN(seconds)) return unknown("the kernel does not say");
      return note(`${new Date(Date.now() - 1000 * seconds).toISOString()}`);
    },
  },
];

/** What the configuration of logind says; the last word counts. */
function removeIpc(): string | undefined {
  const files = LOGIND_FOLDERS.flatMap((folder) =>
    statusAt(folder, "look for configuration") === undefined
      ? []
      : readNames(folder, "look for configuration").sort()
        .map((name) => `${folder}/${name}`)
  );
  let found: string | undefined;
  for (const file of [LOGIND, ...files]) {
    const text = readKernelFile(file);
    for (const [, value] of text.matchAll(/^\s*RemoveIPC\s*=\s*(\S+)/gm)) {
      found = value?.toLowerCase();
    }
  }
  return found;
}

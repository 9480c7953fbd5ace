/**
 * The choice of the platform that runs, among those that this library knows.
 *
 * @module
 */

import { DARWIN } from "./darwin.ts";
import { LINUX_AARCH64 } from "./linux_aarch64.ts";
import { LINUX_X86_64 } from "./linux_x86_64.ts";
import type { Platform } from "./types.ts";

export type * from "./types.ts";

/** The platforms that this library speaks to, by `os-arch`. */
const PLATFORMS: Readonly<Record<string, Platform>> = {
  "linux-x86_64": LINUX_X86_64,
  "linux-aarch64": LINUX_AARCH64,
  "darwin-aarch64": DARWIN,
  "darwin-x86_64": DARWIN,
};

/**
 * Finds a platform.
 *
 * @param os An operating system as `Deno.build.os` names it.
 * @param arch A processor as `Deno.build.arch` names it.
 * @returns The platform.
 * @throws {Deno.errors.NotSupported} When this library knows no such platform.
 */
export function platformOf(os: string, arch: string): Platform {
  const found = PLATFORMS[`${os}-${arch}`];
  if (found === undefined) {
    throw new Deno.errors.NotSupported(
      `Cannot use shared memory on ${os} ${arch}: this library speaks to the libc of Linux and macOS on x86_64 and aarch64 only`,
    );
  }
  return found;
}

let current: Platform | undefined;

/** Other runtimes import this library without harm, and are told at the first call. */
export function requireDeno(): void {
  if (typeof Deno !== "undefined") return;
  throw new Error(
    "Cannot use shared memory here: this library calls libc through Deno.dlopen, which Node and Bun do not have; run the program with Deno",
  );
}

/**
 * The platform that runs.
 *
 * @returns The platform.
 * @throws {Deno.errors.NotSupported} On a system that this library does not know.
 */
export function platform(): Platform {
  requireDeno();
  return current ??= platformOf(Deno.build.os, Deno.build.arch);
}

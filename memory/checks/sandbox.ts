/**
 * Deno's own permissions. FFI bypasses Deno's sandbox, so every path is checked here
 * first.
 *
 * @module
 */

import { describe } from "../../ffi/libc/integers.ts";
import { getter } from "../../ffi/memory/builtins.ts";
import { requireDeno } from "../../ffi/platforms/platform.ts";

const hrefOf: (url: URL) => string = getter(URL.prototype, "href");

/** What a path is opened for. */
export type PathUse = "read" | "read-write";

/**
 * Checks that Deno would allow a path, asking the user where Deno would ask.
 *
 * @param path A path or a file URL.
 * @param use What it will be opened for.
 * @returns The path for libc, without `.` and `..`, which Deno resolves by
 * name and the kernel by link: the path checked must be the path opened.
 * @throws {Deno.errors.NotCapable} When `--allow-read` or `--allow-write` is missing.
 */
export function permitPath(path: string | URL, use: PathUse): string {
  requireDeno();
  const plain = normalize(toPath(path));
  permit("read", plain);
  if (use === "read-write") permit("write", plain);
  permitSpecial(plain);
  return plain;
}

/** The same for a path that is a file of another process: it is checked by the caller. */
export function permitProcessFile(path: string, use: PathUse): void {
  permit("read", path);
  if (use === "read-write") permit("write", path);
}

/** Folders through which a program could get at everything. */
const SPECIAL = /^\/(proc|dev|sys)(\/|$)/;

/**
 * Ways through `/proc`, `/dev` and `/sys` need what Deno demands for them, which is
 * all permissions, and by whatever links a path gets there. Deno is asked by a call
 * of its own, because its rule cannot be queried.
 */
function permitSpecial(path: string): void {
  askDeno(path);
  const real = realPathOf(path);
  if (real !== undefined && SPECIAL.test(real)) askDeno(real);
}

function askDeno(path: string): void {
  try {
    Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // That it is missing is told by the call that opens it.
  }
}

/** Where a path leads by links; of a file that is to be made, where its folder does. */
function realPathOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    // It is permitted, but not the folder that a relative path starts in.
    if (error instanceof Deno.errors.NotCapable) return undefined;
  }
  const end = path.lastIndexOf("/");
  const folder = end === -1 ? "." : path.slice(0, end) || "/";
  try {
    return `${Deno.realPathSync(folder)}/${path.slice(end + 1)}`;
  } catch {
    return undefined;
  }
}

function permit(name: "read" | "write", path: string): void {
  const { state } = Deno.permissions.requestSync({ name, path });
  if (state === "granted") return;
  throw new Deno.errors.NotCapable(
    `Requires ${name} access to ${
      JSON.stringify(path)
    }, run again with the --allow-${name} flag`,
  );
}

/** Reads a path or a file URL. */
export function toPath(path: string | URL): string {
  if (typeof path === "string") {
    if (path === "") {
      throw new TypeError("Cannot use the path: it is empty");
    }
    return checkLength(path);
  }
  if (!(path instanceof URL)) {
    throw new TypeError(
      `Cannot use ${
        describe(path)
      } as a path: it must be a string or a file URL`,
    );
  }
  // Once, and not by what a subclass says: the path checked is the path opened.
  const { protocol, host, pathname, href } = new URL(hrefOf(path));
  if (protocol !== "file:") {
    throw new TypeError(
      `Cannot use ${href} as a path: it must be a string or a file URL`,
    );
  }
  if (host !== "" || /%2f/i.test(pathname)) {
    throw new TypeError(
      `Cannot use ${href} as a path: it has a host or an encoded slash`,
    );
  }
  checkLength(pathname);
  try {
    return decodeURIComponent(pathname);
  } catch (cause) {
    throw new TypeError(
      `Cannot use ${href} as a path: its percent signs are no UTF-8`,
      { cause },
    );
  }
}

/** Far above what any system takes: `PATH_MAX` of Linux is 4096 bytes. */
const MAX_PATH_LENGTH = 2 ** 16;

/** Deno ends the process for a path of many megabytes, and taking it apart would, too. */
function checkLength(path: string): string {
  if (path.length <= MAX_PATH_LENGTH) return path;
  throw new RangeError(
    `Cannot use the path: it has ${path.length} characters, and no system takes more than 4096 bytes`,
  );
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!path.startsWith("/")) parts.push(part);
  }
  const joined = parts.join("/");
  return path.startsWith("/") ? `/${joined}` : joined || ".";
}

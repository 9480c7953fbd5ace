/**
 * Deno's own permissions. What goes through FFI passes by Deno's sandbox, so
 * every path is checked here first.
 *
 * @module
 */

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
  const plain = normalize(toPath(path));
  permit("read", plain);
  if (use === "read-write") permit("write", plain);
  return plain;
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

function toPath(path: string | URL): string {
  if (typeof path === "string") {
    if (path === "") {
      throw new TypeError("Cannot use the path: it is empty");
    }
    return path;
  }
  if (!(path instanceof URL) || path.protocol !== "file:") {
    throw new TypeError(
      `Cannot use ${path} as a path: it must be a string or a file URL`,
    );
  }
  if (path.host !== "" || /%2f/i.test(path.pathname)) {
    throw new TypeError(
      `Cannot use ${path} as a path: it has a host or an encoded slash`,
    );
  }
  try {
    return decodeURIComponent(path.pathname);
  } catch (cause) {
    throw new TypeError(
      `Cannot use ${path} as a path: its percent signs are no UTF-8`,
      { cause },
    );
  }
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

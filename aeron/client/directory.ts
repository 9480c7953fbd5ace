import { requireDeno } from "../../ffi/platforms/platform.ts";

/** Reads a variable where the program may. */
function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  const value = state === "granted" ? Deno.env.get(name) : undefined;
  return value === "" ? undefined : value;
}

/** Name of the user; services and containers often run as root without one. */
function userName(): string | undefined {
  const name = variable("USER") ?? variable("LOGNAME");
  if (name !== undefined) return name;
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  return state === "granted" && Deno.uid() === 0 ? "root" : undefined;
}

/**
 * Where media drivers put their files unless they are told otherwise.
 *
 * @throws {TypeError} When nothing tells the name of the user.
 */
export function defaultDirectory(): string {
  requireDeno();
  const directory = variable("AERON_DIR");
  if (directory !== undefined) return directory;
  const user = userName();
  if (user === undefined) {
    throw new TypeError(
      "Cannot find the media driver: neither AERON_DIR nor USER can be read; pass `directory`, or `--allow-env=AERON_DIR,USER`",
    );
  }
  const folder = Deno.build.os === "linux"
    ? "/dev/shm"
    // As Java does, whose folder for such ends without a slash or with one.
    : (variable("TMPDIR") ?? "/tmp").replace(/\/$/, "");
  return `${folder}/aeron-${user}`;
}

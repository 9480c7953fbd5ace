/** Reads a variable where the program may. */
function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/**
 * Where media drivers put their files unless they are told otherwise.
 *
 * @throws {TypeError} When nothing tells the name of the user.
 */
export function defaultDirectory(): string {
  const directory = variable("AERON_DIR");
  if (directory !== undefined && directory !== "") return directory;
  const user = variable("USER") ?? variable("LOGNAME");
  if (user !== undefined && user !== "") return `/dev/shm/aeron-${user}`;
  throw new TypeError(
    "Cannot find the media driver: neither AERON_DIR nor USER can be read; pass `directory`, or `--allow-env=AERON_DIR,USER`",
  );
}

let names: Map<number, string> | undefined;

/** The name of a user, or the number where there is none. */
export function userName(uid: number): string {
  names ??= readNames();
  return names.get(uid) ?? String(uid);
}

/** Users by their numbers (`passwd(5)`). */
function readNames(): Map<number, string> {
  const found = new Map<number, string>();
  try {
    for (const line of Deno.readTextFileSync("/etc/passwd").split("\n")) {
      const [name = "", , uid = ""] = line.split(":");
      if (/^\d+$/.test(uid) && !found.has(Number(uid))) {
        found.set(Number(uid), name);
      }
    }
  } catch {
    // Without it, or the permission to read it, numbers have to do.
  }
  return found;
}

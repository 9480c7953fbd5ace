/**
 * Deno itself.
 *
 * @module
 */

import { bad, type Check, good, note, warning } from "./finding.ts";

/** What this library is tested with. */
const TESTED = [2, 9] as const;

/** What is looked at. */
export const RUNTIME: readonly Check[] = [
  {
    name: "Deno",
    why: "calls of libc, and how memory becomes a buffer, are Deno's",
    look: () => {
      const { deno, v8 } = Deno.version;
      const [major = 0, minor = 0] = deno.split(".").map(Number);
      const isOld = major < TESTED[0] ||
        (major === TESTED[0] && minor < TESTED[1]);
      const found = `${deno}, V8 ${v8}`;
      return isOld
        ? warning(
          found,
          "this library is tested with 2.9 and later: deno upgrade",
        )
        : good(found);
    },
  },
  {
    name: "--allow-ffi",
    why: "everything but ./struct needs it, without a path",
    look: () =>
      isGranted({ name: "ffi" }) ? good("is given") : bad(
        "is missing, or has paths",
        "run with --allow-ffi, without =PATH",
      ),
  },
  {
    name: "--allow-read, --allow-write",
    why: "only files ({ path }, MappedFile) need them; /dev/shm does not",
    look: () => {
      const missing = (["read", "write"] as const)
        .filter((name) => !isGranted({ name }));
      return missing.length === 0 ? good("are given") : note(
        `for everything: ${
          missing.join(" and ")
        } not; that is right, if what you use is allowed`,
      );
    },
  },
  {
    name: "--allow-run",
    why: "the next check starts a second process; the library never does",
    look: () =>
      isGranted({ name: "run" })
        ? good("is given")
        : note("is missing: without it nothing is tried between two processes"),
  },
];

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

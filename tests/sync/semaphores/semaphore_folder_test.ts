/** What names say where `/dev/shm` is not as they need it. */

import { assert, assertStringIncludes } from "../../../deps.ts";
import { asNobody, withTmpfs } from "../../helpers/limits.ts";
import { outcomesOf, type Wrap } from "../../helpers/memory/outcomes.ts";
import { needing } from "../../helpers/needs.ts";

const PROGRAM = `
  import { SharedMemory } from "mod.ts";
  import { Semaphore } from "sync/mod.ts";
  attempt("create semaphore", () => Semaphore.create("/it").name);
  attempt("open semaphore", () => Semaphore.open("/there").name);
  attempt("unlink semaphore", () => Semaphore.unlinkName("/there"));
  attempt("create object", () => SharedMemory.create("/it", { size: 33 }).name);
  attempt("unlink object", () => SharedMemory.unlinkName("/there"));
`;

const INTO_MEMORY = "Semaphore.createAt()";
const NAMELESS = "SharedMemory.anonymous()";

/** A command that sees another `/dev/shm`, and another user's files in it. */
const inFolder = (options: string): Wrap => (command) => {
  const fill = "cd /dev/shm && touch there && truncate -s 32 sem.there; cd /;";
  const script = `${fill} exec "$@"`;
  return withTmpfs("/dev/shm", options, ["sh", "-c", script, "sh", ...command]);
};

/** One that sees it as another user. */
const asOther = (options: string): Wrap => (command) =>
  inFolder(options)(asNobody(command));

/** One that sees a `/dev` without it. */
const without: Wrap = (command) => {
  const script = `mknod -m 666 /dev/null c 1 3; exec "$@"`;
  return withTmpfs("/dev", "mode=755", ["sh", "-c", script, "sh", ...command]);
};

/** One that may read it alone. */
const readOnly: Wrap = (command) =>
  inFolder("mode=1777")(
    ["sh", "-c", 'mount -o remount,ro /dev/shm; exec "$@"', "sh", ...command],
  );

const CASES: Record<string, [Wrap, Record<string, readonly string[]>]> = {
  "there is none": [without, {
    "create semaphore": ["there is no /dev/shm here", INTO_MEMORY],
    "open semaphore": ["there is no /dev/shm here", INTO_MEMORY],
    "unlink semaphore": ["there is no /dev/shm here"],
    "create object": ["there is no /dev/shm here", NAMELESS],
  }],
  "it is read-only": [readOnly, {
    "create semaphore": ["/dev/shm is read-only here", INTO_MEMORY],
    "open semaphore": ["/dev/shm is read-only here", "mount it for writing"],
    "unlink semaphore": ["/dev/shm is read-only here", "mount it for writing"],
    "create object": ["/dev/shm is read-only here", NAMELESS],
    "unlink object": ["read-only here (EROFS from shm_unlink); mount it for"],
  }],
  "its inodes are used up": [inFolder("nr_inodes=3"), {
    "create semaphore": ["its inodes are used up", "nr_inodes", INTO_MEMORY],
    "create object": ["its inodes are used up", "nr_inodes", NAMELESS],
  }],
  "its pages are used up": [
    (command) =>
      inFolder("size=4k")(
        ["sh", "-c", 'echo > /dev/shm/full; exec "$@"', "sh", ...command],
      ),
    {
      "create semaphore": ["0 of 4096 bytes left", "--shm-size", INTO_MEMORY],
      "create object": ["0 of 4096 bytes left", "--shm-size", NAMELESS],
    },
  ],
  "it is another user's": [asOther("mode=755"), {
    "create semaphore": ["may not create anything in /dev/shm", INTO_MEMORY],
    "unlink semaphore": ["may not remove anything from /dev/shm", "0755"],
    "create object": ["may not create anything in /dev/shm", NAMELESS],
    "unlink object": ["may not remove anything from /dev/shm", "0755"],
  }],
  "it is sticky": [asOther("mode=1777"), {
    "unlink semaphore": ["only its owner", "the folder is sticky"],
    "unlink object": ["only its owner", "the folder is sticky"],
  }],
};

for (const [state, [wrap, expected]] of Object.entries(CASES)) {
  Deno.test(needing(
    ["root", "unshare", "setpriv"],
    `Names say what is wrong with /dev/shm and the way out when ${state}`,
    async () => {
      const outcomes = await outcomesOf(PROGRAM, wrap);
      for (const [what, says] of Object.entries(expected)) {
        const message = outcomes[what]?.failure?.message ?? "it did not fail";
        for (const text of says) assertStringIncludes(message, text, what);
        // Semaphores have no such options.
        if (!what.endsWith("semaphore")) continue;
        for (const option of ["sparse", "anonymous", "access"]) {
          assert(!message.includes(option), message);
        }
      }
    },
  ));
}

// Kernels and sandboxes that lack a call, and a /dev/shm that is missing, read-only, closed
// or out of names: the error says so, and what can go on does.

import { assert, assertEquals, assertStringIncludes } from "../../../deps.ts";
import { compile } from "../../helpers/cc.ts";
import { asNobody, withMounts, withTmpfs } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import { outcomesOf } from "../../helpers/memory/outcomes.ts";

/** Error numbers of Linux. */
const ERRNO = { EPERM: 1, ENOLCK: 37, ENOSYS: 38, EOPNOTSUPP: 95 } as const;

for (const code of ["EPERM", "ENOSYS"] as const) {
  Deno.test(needing(
    ["cc", "native"],
    `memory without a name where memfd_create answers ${code} is told as that`,
    async () => {
      const launcher = await compile("tests/peers/c/libc/without_call.c");
      const { anonymous } = await outcomesOf(
        `import { SharedMemory } from "mod.ts";
       attempt("anonymous", () => SharedMemory.anonymous({ size: 5 }));`,
        (
          command,
        ) => [launcher.path, "memfd_create", `${ERRNO[code]}`, ...command],
      );
      const { failure } = anonymous ?? {};
      assertEquals(failure?.code, code);
      assertStringIncludes(
        failure?.message ?? "",
        "memory without a name is not allowed here",
      );
      assert(!failure?.message.includes("huge"), failure?.message);
    },
  ));

  Deno.test(needing(
    ["cc", "native"],
    `memory and files are made where fallocate answers ${code}`,
    async () => {
      const launcher = await compile("tests/peers/c/libc/without_call.c");
      const name = `/shmem-test-${Deno.pid}-${code}`;
      const outcomes = await outcomesOf(
        `
import { MappedFile, SharedMemory } from "mod.ts";
const fill = (handle) => {
  using mapping = handle.map();
  const { allocated } = handle.status();
  mapping.bytes.fill(7);
  return [mapping.bytes.at(-1), allocated >= handle.size];
};
attempt("anonymous", () => { using memory = SharedMemory.anonymous({ size: 500_003 }); return fill(memory); });
attempt("named", () => { using memory = SharedMemory.create("${name}", { size: 500_003 }); memory.unlink(); return fill(memory); });
const path = Deno.makeTempFileSync();
attempt("file", () => { using file = MappedFile.open(path, { create: "if-missing", size: 500_003 }); return fill(file)[0]; });
Deno.removeSync(path);
`,
        (command) => [launcher.path, "fallocate", `${ERRNO[code]}`, ...command],
      );
      assertEquals(outcomes["anonymous"]?.value, [7, true]);
      assertEquals(outcomes["named"]?.value, [7, true]);
      assertEquals(outcomes["file"]?.value, 7);
    },
  ));
}

for (const code of ["ENOLCK", "EOPNOTSUPP", "ENOSYS"] as const) {
  Deno.test(needing(
    ["cc", "native"],
    `a file is created where flock answers ${code}`,
    async () => {
      const launcher = await compile("tests/peers/c/libc/without_call.c");
      const folder = Deno.makeTempDirSync();
      try {
        const outcomes = await outcomesOf(
          `
import { MappedFile } from "mod.ts";
attempt("file", () => {
  using file = MappedFile.open("${folder}/file", { create: "exclusive", size: 5003 });
  using mapping = file.map();
  return mapping.byteLength;
});
`,
          (command) => [launcher.path, "flock", `${ERRNO[code]}`, ...command],
        );
        assertEquals(outcomes["file"]?.value, 5003);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  ));
}

const CREATE = `
import { SharedMemory } from "mod.ts";
attempt("create", () => SharedMemory.create("/frames", { size: 5003 }));
attempt("open", () => SharedMemory.open("/frames"));
attempt("list", () => SharedMemory.list());
attempt("unlink", () => SharedMemory.unlinkName("/frames"));
`;

Deno.test(needing(
  ["root", "unshare", "native"],
  "a missing /dev/shm is told, and is no missing object",
  async () => {
    const { create, open, list, unlink } = await outcomesOf(
      CREATE,
      (command) => withMounts("mount -t tmpfs tmpfs /dev", command),
    );
    for (const outcome of [create, open, list, unlink]) {
      assertEquals(outcome?.failure?.name, "NotSupported");
      assertStringIncludes(
        outcome?.failure?.message ?? "",
        "there is no /dev/shm here",
      );
      assertStringIncludes(
        outcome?.failure?.message ?? "",
        "SharedMemory.anonymous()",
      );
    }
  },
));

Deno.test(needing(
  ["root", "unshare", "native"],
  "a /dev/shm that is read-only, closed or out of names is told as that",
  async () => {
    const readOnly = await outcomesOf(
      CREATE,
      (command) => withTmpfs("/dev/shm", "ro", command),
    );
    assertEquals(readOnly["create"]?.failure?.code, "EROFS");
    assertStringIncludes(
      readOnly["create"]?.failure?.message ?? "",
      "/dev/shm is read-only here",
    );
    const closed = await outcomesOf(
      CREATE,
      (command) => withTmpfs("/dev/shm", "mode=0755", asNobody(command)),
    );
    const { message = "", code } = closed["create"]?.failure ?? {};
    assertEquals(code, "EACCES");
    assertStringIncludes(
      message,
      "may not create anything in /dev/shm, whose mode is 0755",
    );
    assert(!message.includes("reading only"), message);
    const full = await outcomesOf(
      CREATE,
      (command) => withTmpfs("/dev/shm", "nr_inodes=1", command),
    );
    assertEquals(full["create"]?.failure?.code, "ENOSPC");
    assertStringIncludes(full["create"]?.failure?.message ?? "", "nr_inodes");
  },
));

Deno.test(needing(
  ["root", "unshare", "setpriv", "native"],
  "another user's object is not to be removed, because the folder is sticky",
  async () => {
    const { unlink } = await outcomesOf(
      `import { SharedMemory } from "mod.ts";
     attempt("unlink", () => SharedMemory.unlinkName("/frames"));`,
      (command) =>
        withMounts(
          "mount -t tmpfs -o mode=1777 tmpfs /dev/shm && touch /dev/shm/frames",
          asNobody(command),
        ),
    );
    assertEquals(unlink?.failure?.code, "EACCES");
    assertStringIncludes(unlink?.failure?.message ?? "", "sticky");
    assert(!unlink?.failure?.message.includes("reading only"));
  },
));

// No room for pages: on a small tmpfs, on ext2, which reserves nothing, on ext4, which
// keeps what it had reserved when the room ran out. An error, never SIGBUS, and nothing is
// left behind.

import { assert, assertEquals } from "../../../deps.ts";
import { withDisk, withTmpfs } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import { type Outcome, outcomesOf } from "../../helpers/memory/outcomes.ts";

const MIB = 2 ** 20;

function codes(
  outcomes: Record<string, Outcome>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outcomes).map((
      [label, { value, failure }],
    ) => [label, failure === undefined ? value : failure.code ?? failure.name]),
  );
}

/** Runs a program with `folder`, which is mounted for it. */
async function onDisk(
  wrap: (folder: string, command: readonly string[]) => string[],
  source: string,
): Promise<Record<string, unknown>> {
  const folder = Deno.makeTempDirSync();
  try {
    return codes(
      await outcomesOf(
        `
import { MappedFile, mmap, SharedMemory } from "mod.ts";
const folder = Deno.args[0];
const free = () => {
  const { stdout } = new Deno.Command("stat", { args: ["-f", "-c", "%a %S", folder] }).outputSync();
  const [blocks, size] = new TextDecoder().decode(stdout).split(" ").map(Number);
  return blocks * size;
};
const sparse = (name, size) => {
  using file = Deno.openSync(folder + "/" + name, { create: true, write: true });
  file.truncateSync(size);
  return folder + "/" + name;
};
${source}`,
        (command) => wrap(folder, command),
        {
          args: [folder],
          permissions: [
            "--allow-ffi",
            "--allow-read",
            "--allow-write",
            "--allow-run",
          ],
        },
      ),
    );
  } finally {
    Deno.removeSync(folder);
  }
}

Deno.test(needing(
  ["root", "unshare", "native"],
  "holes of a file on a full tmpfs are an error for every access",
  async () => {
    const seen = await onDisk(
      (folder, command) => withTmpfs(folder, "size=64k", command),
      `
const path = sparse("holes", ${MIB});
for (const access of ["read", "copy-on-write", "read-write"]) {
  attempt(access, () => {
    using file = MappedFile.open(path, { access });
    using mapping = file.map();
    let sum = 0;
    for (let i = 0; i < ${MIB}; i += 4096) sum += mapping.bytes.at(i);
    return sum;
  });
}
attempt("mmap", () => mmap(path).at(${MIB - 1}));
attempt("openPath", () => SharedMemory.openPath(path).map({ access: "read" }));
attempt("asked for", () => {
  using file = MappedFile.open(path, { sparse: true });
  using mapping = file.map();
  return mapping.byteLength;
});
`,
    );
    const { "asked for": asked, ...rest } = seen;
    assertEquals(asked, MIB);
    for (const [access, code] of Object.entries(rest)) {
      assert(["ENOSPC", "EFAULT"].includes(String(code)), `${access}: ${code}`);
    }
  },
));

Deno.test(needing(
  ["root", "loop", "native"],
  "on ext2, which cannot reserve, the free room is compared",
  async () => {
    const seen = await onDisk(
      (folder, command) => withDisk("ext2", 8 * MIB, folder, command),
      `
const before = free();
attempt("create", () => MappedFile.open(folder + "/big", { create: "exclusive", size: ${
        20 * MIB
      } }));
attempt("left", () => [...Deno.readDirSync(folder)].filter(({ name }) => name !== "lost+found").length);
attempt("same room", () => free() === before);
const path = sparse("holes", ${20 * MIB});
attempt("map", () => MappedFile.open(path, { access: "read-write" }).map());
attempt("read", () => MappedFile.open(path).map().bytes.at(${15 * MIB}));
attempt("small", () => {
  using file = MappedFile.open(folder + "/small", { create: "exclusive", size: ${
        3 * MIB
      } });
  using mapping = file.map();
  mapping.bytes.fill(1);
  return mapping.bytes.at(-1);
});
attempt("grow", () => {
  using file = MappedFile.open(folder + "/small", { access: "read-write" });
  try { file.resize(${30 * MIB}); } finally { if (file.size !== ${
        3 * MIB
      }) throw new Error("grown"); }
});
`,
    );
    assertEquals(seen, {
      "create": "ENOSPC",
      "left": 0,
      "same room": true,
      "map": "ENOSPC",
      "read": 0,
      "small": 1,
      "grow": "ENOSPC",
    });
  },
));

Deno.test(needing(
  ["root", "loop", "native"],
  "on ext4 a failed creation, growth or mapping gives back what it took",
  async () => {
    const seen = await onDisk(
      (folder, command) => withDisk("ext4", 32 * MIB, folder, command),
      `
const before = free();
for (const create of ["exclusive", "if-missing"]) {
  attempt(create, () => MappedFile.open(folder + "/big", { create, size: ${
        200 * MIB
      } }));
}
attempt("left", () => [...Deno.readDirSync(folder)].filter(({ name }) => name !== "lost+found").length);
attempt("same room", () => free() === before);
{
  using file = MappedFile.open(folder + "/some", { create: "exclusive", size: 5003 });
  attempt("resize", () => file.resize(${200 * MIB}));
  attempt("size", () => file.size);
}
const path = sparse("holes", ${200 * MIB});
attempt("map", () => MappedFile.open(path, { access: "read-write" }).map());
attempt("window", () => {
  using file = MappedFile.open(path, { access: "read-write" });
  using mapping = file.map({ offset: ${100 * MIB}, length: ${MIB} });
  mapping.bytes.fill(1);
  return mapping.byteLength;
});
attempt("room left", () => before - free() < ${3 * MIB});
`,
    );
    assertEquals(seen, {
      "exclusive": "ENOSPC",
      "if-missing": "ENOSPC",
      "left": 0,
      "same room": true,
      "resize": "ENOSPC",
      "size": 5003,
      "map": "ENOSPC",
      "window": MIB,
      "room left": true,
    });
  },
));

Deno.test(needing(
  ["prlimit", "native"],
  "a limit of file sizes is EFBIG, without a signal and without a file",
  async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const seen = codes(
        await outcomesOf(
          `
import { MappedFile, SharedMemory } from "mod.ts";
const path = Deno.args[0] + "/file";
// Now and not before or behind: Deno itself writes files when it starts and ends.
const limit = (bytes) => new Deno.Command("prlimit", { args: ["--pid", String(Deno.pid), "--fsize=" + bytes + ":"] }).outputSync();
limit(100);
attempt("named", () => SharedMemory.create("/shmem-test-" + Deno.pid + "-fsize", { size: 5003 }));
attempt("anonymous", () => SharedMemory.anonymous({ size: 5003 }));
attempt("sparse", () => SharedMemory.anonymous({ size: 5003, sparse: true }));
attempt("file", () => MappedFile.open(path, { create: "exclusive", size: 5003 }));
attempt("left", () => [...Deno.readDirSync(Deno.args[0])].length);
attempt("small", () => {
  using memory = SharedMemory.anonymous({ size: 50, resizable: true });
  memory.resize(5003);
});
limit("unlimited");
`,
          undefined,
          {
            args: [folder],
            permissions: [
              "--allow-ffi",
              "--allow-read",
              "--allow-write",
              "--allow-run",
            ],
          },
        ),
      );
      assertEquals(seen, {
        "named": "EFBIG",
        "anonymous": "EFBIG",
        "sparse": "EFBIG",
        "file": "EFBIG",
        "left": 0,
        "small": "EFBIG",
      });
    } finally {
      Deno.removeSync(folder);
    }
  },
));
